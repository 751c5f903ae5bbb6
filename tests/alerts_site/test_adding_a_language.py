"""docs/adding-a-language.md, followed to the letter in a copy of the site."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

GUIDE = settings.BASE_DIR / "docs/adding-a-language.md"
LEFT_OUT = shutil.ignore_patterns(".*", "tests", "var", "docs", "static", "node_modules")
LAST_LINE = '    Language("id", "Bahasa Indonesia", drafted=True),\n'


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs gettext")
def test_the_guide_adds_a_language(tmp_path: Path) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    (line,) = re.findall(r'`(Language\("nl".*?\))`', text)
    commands = re.findall(r"`\.venv/bin/python (manage\.py [^`]*-l nl)`", text)
    assert [command.split()[1] for command in commands] == ["makemessages", "compilemessages"]
    site = tmp_path / "site"
    shutil.copytree(settings.BASE_DIR, site, ignore=LEFT_OUT)
    (site / "docs").mkdir()

    languages = site / "alerts_site/languages.py"
    written = languages.read_text(encoding="utf-8")
    assert LAST_LINE in written
    languages.write_text(written.replace(LAST_LINE, f"{LAST_LINE}    {line},\n"), encoding="utf-8")
    run(site, commands[0])
    catalogue = site / "locale/nl/LC_MESSAGES/django.po"
    collected = catalogue.read_text(encoding="utf-8")
    assert collected.count("\nmsgid ") > 1_500
    catalogue.write_text(
        collected.replace('msgid "Sign in"\nmsgstr ""', 'msgid "Sign in"\nmsgstr "Aanmelden"'), encoding="utf-8"
    )
    run(site, commands[1])

    said = run(site, f"manage.py shell --no-imports -c {shlex.quote(SAY)}")
    assert said.split() == ["nl", "Aanmelden", "Compare", "True"]


# The browser's choice, a message that is translated, one that is not yet, and whether the footer says that it is a draft.
SAY = """
from django.conf import settings
from django.test import RequestFactory
from django.utils.translation import get_language_from_request, gettext, override
code = get_language_from_request(RequestFactory().get("/", headers={"accept-language": "nl-BE,en;q=0.5"}))
with override(code):
    print(code, gettext("Sign in"), gettext("Compare"), code in settings.DRAFTED_LANGUAGES)
"""


def run(site: Path, command: str) -> str:
    environment = {**os.environ, "VAR_DIR": str(site / "var"), "DATABASE_URL": "", "REDIS_URL": ""}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(  # noqa: S603 - the commands of our own guide
        [sys.executable, *shlex.split(command)], cwd=site, env=environment, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
