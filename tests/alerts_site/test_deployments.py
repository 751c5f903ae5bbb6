"""The processes are the same however they are started; and as the files say, they make a site that is ready."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from tests.alerts_site.production import ROOT, production_environment, run

PATIENCE = 90  # seconds


def _procfile():
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines)


def test_compose_runs_the_commands_of_the_procfile():
    compose = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    commands = {}
    for service, body in re.findall(r"^  ([a-z-]+):.*\n((?:    .*\n|\n)+)", compose, flags=re.MULTILINE):
        found = re.search(r"^    command: (\[.*\])$", body, flags=re.MULTILINE)
        if found:
            commands[service] = json.loads(found[1])
    for process, command in _procfile().items():
        expected = ["sh", "-c", command] if "&&" in command else shlex.split(command)
        assert commands[process] == expected, process


def test_systemd_runs_the_commands_of_the_procfile():
    units = ROOT / "deploy" / "systemd"
    starts = {
        path.stem: re.search(r"^ExecStart=/srv/caa/\.venv/bin/(.*)$", path.read_text(), flags=re.MULTILINE)[1]
        for path in units.glob("*.service")
    }
    procfile = _procfile()
    assert starts["caa-web"] == procfile["web"]
    assert starts["caa-beat"] == procfile["beat"]
    for queue in ("wikimedia", "default"):
        unit = starts["caa-worker@"].replace("%i", queue).replace("%H", "%h")
        assert re.sub(r"-c \d+", "", unit) == re.sub(r"-c \d+", "", procfile[f"worker-{queue}"])


def test_the_image_is_small_and_not_root():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER caa$", text, flags=re.MULTILINE)
    assert ".git\n" in (ROOT / ".dockerignore").read_text(encoding="utf-8")
    assert ".env*\n" in (ROOT / ".dockerignore").read_text(encoding="utf-8")


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _get(port, path):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": "alerts.example.org"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


@pytest.fixture
def environment(tmp_path, db):
    """Of production, with a database and keys of its own."""
    if connection.vendor != "mysql" or not settings.REDIS_URL:
        pytest.skip("needs MariaDB and Redis: this is the embedded run")
    name = f"caa_procfile_{uuid.uuid4().hex[:12]}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    yield production_environment(
        tmp_path,
        DATABASE_URL=urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl(),
        REDIS_URL=settings.REDIS_URL,
        REDIS_KEY_PREFIX=name,
        PORT=str(_free_port()),
        PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        WIKIMEDIA_ANALYTICS_URL=settings.WIKIMEDIA_ANALYTICS_URL,
        WIKIMEDIA_SITEMATRIX_URL=settings.WIKIMEDIA_SITEMATRIX_URL,
    )
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name}")


SOONER = """
import django; django.setup()
from django_celery_beat.models import IntervalSchedule, PeriodicTask
soon, _ = IntervalSchedule.objects.get_or_create(every=2, period="seconds")
PeriodicTask.objects.exclude(task="alerts_site.tasks.heartbeat").update(enabled=False)
PeriodicTask.objects.filter(task="alerts_site.tasks.heartbeat").update(interval=soon)
"""


@pytest.mark.services
@pytest.mark.timeout(280)
def test_the_processes_of_the_procfile_make_a_ready_site(environment, tmp_path):
    """Release, then web, both workers and beat, each by its own line; what is not ready in the end is only the data."""
    procfile, port = _procfile(), int(environment["PORT"])
    release = subprocess.run(procfile["release"], shell=True, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert release.returncode == 0, release.stdout + release.stderr
    assert run(environment, "-c", SOONER).returncode == 0
    processes, logs = [], {}
    try:
        for name in ("web", "worker-wikimedia", "worker-default", "beat"):
            logs[name] = (tmp_path / f"{name}.log").open("w+")
            processes.append(
                subprocess.Popen(shlex.split(procfile[name]), cwd=ROOT, env=environment, stdout=logs[name], stderr=logs[name])
            )
        end, unwell = time.monotonic() + PATIENCE, {"everything"}
        while unwell != {"newest month"} and time.monotonic() < end:
            time.sleep(1)
            status, body = _get(port, "/readyz")
            if status in {200, 503}:
                unwell = {check for check, result in json.loads(body)["checks"].items() if not result["ok"]}
        assert unwell == {"newest month"}, {name: (tmp_path / f"{name}.log").read_text()[-2000:] for name in logs}
        assert _get(port, "/healthz")[0] == 200
        assert _get(port, "/metrics")[0] == 404  # without a token
        lines = (tmp_path / "worker-default.log").read_text().splitlines()
        entries = [json.loads(line) for line in lines if line.startswith("{")]
        assert any(entry["task_id"] != "-" for entry in entries), lines[-5:]
        everything = "".join((tmp_path / f"{name}.log").read_text() for name in logs)
        assert environment["SECRET_KEY"] not in everything
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(60)
        for log in logs.values():
            log.close()
