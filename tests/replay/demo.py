"""`make demo-live`: an empty site that fills itself, while one looks, from the replay server.

Everything is kept apart from `make run`, under var/demo-live, and begins anew each time.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.replay.__main__ import RECORDED, ROOT

SAMPLE = ROOT / "edits" / "snapshot" / "sample" / "monthly-edits.csv"
FOLDER = ROOT / "var" / "demo-live"
# The last days on which the recorded data covers most wikis, and the bundled sample its eight. The month before is not
# published on the first of the two.
DAYS = {"recorded": ("2011-02-02", "2011-02-05"), "sample": ("2026-08-02", "2026-08-05")}
LATENCY = "0.1"  # seconds; with three requests in flight the recorded wikis take about two minutes

START = """
from accounts.models import User
from edits.tasks import sweep_missing, sync_projects
User.objects.create_superuser(username="demo", password="demo")
sync_projects.delay()
sweep_missing.apply_async(countdown=5)
"""
TELL = """
  Site        http://127.0.0.1:{port}/            empty now; look again in a minute
  Progress    http://127.0.0.1:{port}/status/     and /admin/ (demo / demo), Fetch runs
  Wikimedia   http://127.0.0.1:{replay_port}/_control    the replay server, on {today}, from {source}

  Publish the month that is missing, then choose "Fetch these wikis again" in the admin:
    curl -d '{{"today": "{later}"}}' http://127.0.0.1:{replay_port}/_control

  Ctrl-C ends all of it.
"""


def wait_for(url: str) -> None:
    for _attempt in range(200):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=5).close()
            return
        time.sleep(0.1)
    sys.exit(f"{url} does not answer: is its port in use? Choose another: PORT=9000 make demo-live")


def main() -> None:
    port = int(os.environ.get("PORT", "8000"))
    replay_port = port + 1
    source = "recorded" if (RECORDED / "monthly-edits.csv.gz").exists() else "sample"
    today, later = DAYS[source]
    url = f"http://127.0.0.1:{replay_port}"
    shutil.rmtree(FOLDER, ignore_errors=True)
    environment = os.environ | {
        "VAR_DIR": str(FOLDER),
        "PORT": str(port),
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "PRETEND_TODAY": later,
        "WIKIMEDIA_CONTACT": "https://example.org/demo",
        "WIKIMEDIA_ANALYTICS_URL": f"{url}/api/rest_v1/metrics",
        "WIKIMEDIA_SITEMATRIX_URL": f"{url}/w/api.php",
        "WIKIMEDIA_WIKI_API_URL": f"{url}/{{domain}}/w/api.php",
        "WIKIMEDIA_MAX_PER_MINUTE": "0",
    }
    data = ["--data", str(RECORDED)] if source == "recorded" else ["--sample", str(SAMPLE)]
    command = [sys.executable, "-m", "tests.replay", "--port", str(replay_port), "--today", today, "--latency", LATENCY]
    manage = [sys.executable, "manage.py"]
    with subprocess.Popen([*command, *data], cwd=ROOT, stdout=subprocess.DEVNULL) as replay:
        try:
            wait_for(f"{url}/_control")
            subprocess.run([*manage, "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
            subprocess.run([*manage, "shell", "-v0", "-c", START], cwd=ROOT, env=environment, check=True)
            named = {"recorded": "recorded data", "sample": "the bundled sample"}[source]
            text = TELL.format(port=port, replay_port=replay_port, today=today, later=later, source=named)
            print(text, flush=True)  # noqa: T201
            honcho = Path(sys.executable).parent / "honcho"
            with contextlib.suppress(KeyboardInterrupt):
                subprocess.run([honcho, "-f", "Procfile.dev", "start"], cwd=ROOT, env=environment, check=False)
        finally:
            replay.terminate()


if __name__ == "__main__":
    main()
