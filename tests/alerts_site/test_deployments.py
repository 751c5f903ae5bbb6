"""The processes are the same however they are started; and as the files say, they make a site that is ready."""

import json
import re
import runpy
import shlex
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from django.conf import settings

from edits.metrics import METRICS
from tests.alerts_site.production import ROOT, run

PATIENCE = 90  # seconds
NO_DATA = {f"newest month of {name}" for name in METRICS}  # what is not well on a site that has fetched nothing


def _procfile():
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines if not line.startswith("#"))


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


# What keeps slow senders away from a web process: of nginx, and what gunicorn itself can do.
PROXY = (
    "proxy_request_buffering on", "proxy_buffering on", "client_header_timeout 10s", "client_body_timeout 10s",
    "client_max_body_size 3m", "X-Forwarded-For $proxy_add_x_forwarded_for", "X-Forwarded-Proto $scheme",
    "proxy_cache",
)  # fmt: skip


def test_e16_all_deployments_name_the_proxy_that_buffers_and_its_settings():
    example = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    docs = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for setting in PROXY:
        assert setting in example, setting
        assert setting in docs, setting
    for proxy in ("nginx", "Apache", "Caddy", "Traefik"):
        assert proxy in docs
    for deployment in ("compose.yaml", "Procfile", "deploy/systemd/caa-web.service"):
        assert "deploy/nginx.conf" in (ROOT / deployment).read_text(encoding="utf-8"), deployment


def test_e16_gunicorn_bounds_what_it_can_and_is_reached_by_its_own_machine_alone(monkeypatch):
    monkeypatch.delenv("WEB_ADDRESS", raising=False)
    bounds = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    docs = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert bounds["bind"].startswith("127.0.0.1:")
    assert (bounds["limit_request_fields"], bounds["limit_request_field_size"]) == (100, 8190)
    assert "100 lines of 8 kB" in docs
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE == 2.5 * 1024 * 1024
    assert "bodies to 2.5 MB" in docs
    assert '"127.0.0.1:8000:8000"' in (ROOT / "compose.yaml").read_text(encoding="utf-8")


def test_the_image_is_small_and_not_root():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER caa$", text, flags=re.MULTILINE)
    assert ".git\n" in (ROOT / ".dockerignore").read_text(encoding="utf-8")
    assert ".env*\n" in (ROOT / ".dockerignore").read_text(encoding="utf-8")


def _get(port, path):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": "alerts.example.org"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


SOONER = """
import django; django.setup()
from django_celery_beat.models import IntervalSchedule, PeriodicTask
soon, _ = IntervalSchedule.objects.get_or_create(every=2, period="seconds")
PeriodicTask.objects.exclude(task="operations.tasks.heartbeat").update(enabled=False)
PeriodicTask.objects.filter(task="operations.tasks.heartbeat").update(interval=soon)
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
        while unwell != NO_DATA and time.monotonic() < end:
            time.sleep(1)
            status, body = _get(port, "/readyz")
            if status in {200, 503}:
                unwell = {check for check, result in json.loads(body)["checks"].items() if not result["ok"]}
        assert unwell == NO_DATA, {name: (tmp_path / f"{name}.log").read_text()[-2000:] for name in logs}
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
