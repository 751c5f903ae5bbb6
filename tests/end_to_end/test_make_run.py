"""`make run` as a newcomer runs it: a site, a worker and a schedule; one Ctrl-C ends all of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 90


def _get(url: str) -> int | None:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status
    except OSError:
        return None


def _processes_with(marker: str) -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if marker.encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def _wait_until(done, seconds: float = SECONDS) -> bool:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks at processes in /proc")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGHUP])
def test_one_command_starts_the_site_and_one_ctrl_c_or_a_closed_terminal_ends_all_of_it(
    tmp_path: Path, ending: signal.Signals
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # What a newcomer's shell does not have: the services of the tests, and the tests' own settings.
    ours = {"DATABASE_URL", "REDIS_URL", "REDIS_KEY_PREFIX", "DJANGO_SETTINGS_MODULE", "CAA_TEST_ROOT"}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    environment |= {"VAR_DIR": str(tmp_path / "var"), "PORT": str(port), "SNAPSHOT_DIR": str(tmp_path)}
    environment |= {"WIKIMEDIA_SITEMATRIX_URL": "http://127.0.0.1:9/", "WIKIMEDIA_ANALYTICS_URL": "http://127.0.0.1:9/"}
    log = tmp_path / "log"
    with log.open("wb") as output:
        make = subprocess.Popen(
            ["make", "run"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
            # As in a terminal: whoever runs the tests in the background has them ignore Ctrl-C, and make inherits that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        try:
            assert _wait_until(lambda: _get(f"http://127.0.0.1:{port}/") == 200 or make.poll() is not None), log.read_text()
            assert make.poll() is None, log.read_text()
            assert "shown once" in log.read_text()
            running = "\n".join(_processes_with(str(tmp_path / "var")))
            assert "gunicorn" in running
            assert "celery" in running
            os.killpg(make.pid, ending)
            assert make.wait(30) in {0, -ending}, log.read_text()
            assert _wait_until(lambda: not _processes_with(str(tmp_path / "var")), 10)
            assert "Traceback" not in log.read_text(), log.read_text()
        finally:
            if make.poll() is None:
                os.killpg(make.pid, signal.SIGKILL)
