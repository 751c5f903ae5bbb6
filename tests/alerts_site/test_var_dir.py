"""The folder in which the site keeps what is its own."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from alerts_site.var_dir import embedded_secret_key, make_folders
from tests.alerts_site.production import run


def test_processes_that_start_in_the_same_moment_have_the_same_key(tmp_path: Path) -> None:
    environment = {"PATH": "", "VAR_DIR": str(tmp_path / "var"), "DJANGO_SETTINGS_MODULE": "alerts_site.settings"}
    code = "from django.conf import settings; print(settings.SECRET_KEY)"
    with ThreadPoolExecutor(6) as starts:
        keys = {start.stdout for start in starts.map(lambda _: run(environment, "-c", code), range(6))}
    assert len(keys) == 1
    assert len(keys.pop().strip()) > 50
    assert (tmp_path / "var" / "secret_key").stat().st_mode & 0o077 == 0


def test_a_key_file_left_empty_by_a_killed_process_is_filled(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch(mode=0o600)
    key = embedded_secret_key(tmp_path)
    assert len(key) > 50
    assert embedded_secret_key(tmp_path) == key


def test_importing_the_settings_writes_nothing(tmp_path: Path) -> None:
    environment = {"PATH": "", "VAR_DIR": str(tmp_path / "var")}
    done = run(environment, "-c", "import alerts_site.settings")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("command", [("check",), ("migrate",), ("backup", "backup.gz"), ("verify",)])
def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path, command: tuple[str, ...]) -> None:
    """Root may write anywhere, so that a file stands in the way here."""
    (tmp_path / "file").touch()
    environment = {"PATH": "", "VAR_DIR": str(tmp_path / "file" / "var"), "WIKIMEDIA_CONTACT": "operator@example.org"}
    refused = run(environment, "manage.py", *command)
    assert refused.returncode == 1
    assert "set VAR_DIR to a folder that this user may write to" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_production_goes_on_without_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    with caplog.at_level(logging.WARNING):
        make_folders([tmp_path / "file" / "var"], needed=False)
    assert "cannot be written" in caplog.text
    with pytest.raises(ImproperlyConfigured, match="cannot be written"):
        make_folders([tmp_path / "file" / "var"], needed=True)
