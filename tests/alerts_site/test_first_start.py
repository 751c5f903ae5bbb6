"""E15: the commands of docs/operations.md, First start, as they stand there, in a checkout of their own.

But for `make static`, which compresses every file for half a minute: the site is given a folder of static files instead.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.alerts_site.production import KEY, ROOT
from tests.replay.fixtures import CLOSED, COMMONS, OPEN
from tests.replay.server import ReplayServer

COMMAND = re.compile(r"`((?:make|python|set -a)[^`]*)`")
ANSWERS = {
    "SECRET_KEY": KEY,
    "ALLOWED_HOSTS": "alerts.example.org",
    "WIKIMEDIA_CONTACT": "operator@example.org",
    "SITE_URL": "https://alerts.example.org",
}


def first_start() -> list[str]:
    """The commands of each step, in their order; the last step is for those who come from the original tool."""
    section = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").split("## First start", 1)[1].split("\n## ", 1)[0]
    steps = re.split(r"^\d\. ", section, flags=re.MULTILINE)[1:]
    assert "import_legacy" in steps[-1]
    return [command for step in steps[:-1] for command in COMMAND.findall(step)]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The committed files, with the packages that are installed already."""
    folder = tmp_path / "caa"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
    (folder / ".venv").symlink_to(Path(sys.executable).parents[1])
    os.utime(folder / "requirements.txt", (0, 0))
    return folder


def filled_in(example: str, answers: dict[str, str]) -> str:
    """`.env.example` with an answer to each line that has none."""
    lines = []
    for line in example.splitlines():
        name, is_setting, value = line.partition("=")
        empty = is_setting and not line.startswith("#") and not value
        lines.append(f"{name}='{answers[name]}'" if empty else line)
    return "\n".join(lines) + "\n"


@pytest.mark.services
@pytest.mark.timeout(280)
def test_e15_the_first_start_works_word_by_word(
    environment: dict[str, str], checkout: Path, replay: ReplayServer, tmp_path: Path
) -> None:
    answers = ANSWERS | {name: environment[name] for name in ("DATABASE_URL", "REDIS_URL")}
    env_file = tmp_path / "env"
    env_file.write_text(filled_in((checkout / ".env.example").read_text(encoding="utf-8"), answers))
    given = {
        "PATH": f"{checkout}/.venv/bin:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "REDIS_KEY_PREFIX": environment["REDIS_KEY_PREFIX"],
        "STATIC_ROOT": environment["STATIC_ROOT"],
        "WIKIMEDIA_SITEMATRIX_URL": replay.sitematrix_url,
        "SITE_URL": ANSWERS["SITE_URL"],
        # What the questions of createsuperuser are answered with.
        "DJANGO_SUPERUSER_USERNAME": "alice",
        "DJANGO_SUPERUSER_EMAIL": "alice@example.org",
        "DJANGO_SUPERUSER_PASSWORD": "a hare ran over the ice",
    }
    commands = first_start()
    assert commands[0] == "make static"
    for words, instead in {
        "make static": "make -n static >/dev/null",
        "/etc/caa/env": str(env_file),
        "createsuperuser": "createsuperuser --noinput",
    }.items():
        commands = [command.replace(words, instead) for command in commands]
    script = "set -e\n" + "\n".join(f"echo '$ {command}'\n{command}" for command in commands)
    done = subprocess.run(["bash", "-c", script], cwd=checkout, env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert f"Wikis: {len((*OPEN, CLOSED, COMMONS))} new" in done.stdout
    assert "System check identified no issues" in done.stdout
