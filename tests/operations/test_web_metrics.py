"""The numbers of web processes that come and go, and disks without room."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from operations import health, web_metrics
from tests.alerts_site.production import ROOT
from tests.machines.servers import free_port


@contextmanager
def served(var: Path, **more: str) -> Iterator[str]:
    """A web server of the embedded profile whose processes live for 40 requests."""
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "VAR_DIR": str(var),
        "DATABASE_URL": "",
        "PORT": str(port),
        "WEB_PROCESSES": "2",
    }
    environment |= {"GUNICORN_CMD_ARGS": "--max-requests 40 --log-level error", "SECRET_KEY": "x" * 60, **more}
    command = [sys.executable, "-m", "gunicorn", "alerts_site.wsgi"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            end = time.monotonic() + 90
            while asked(f"{address}/healthz") != 200:
                assert time.monotonic() < end, "does not start"
                time.sleep(0.2)
            yield address
        finally:
            server.terminate()
            server.wait(30)


def asked(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def test_files_stay_few_and_no_number_is_lost_while_processes_come_and_go(tmp_path: Path) -> None:
    with served(tmp_path) as address:
        for _ in range(400):
            while asked(f"{address}/healthz") != 200:
                time.sleep(0.1)
        time.sleep(2)
        files = list((tmp_path / "metrics").rglob("*"))
        said = urllib.request.urlopen(f"{address}/metrics", timeout=30).read().decode()
    counted = re.search(r'django_http_requests_latency_seconds_by_view_method_count{[^}]*view="healthz"[^}]*} ([0-9.]+)', said)
    assert counted
    assert float(counted[1]) >= 400
    assert len([path for path in files if path.suffix == ".db"]) <= 2 * (3 + 1)  # two, one starting, and the earlier ones


@pytest.mark.parametrize("kibibytes", [128, 3000])
def test_a_full_disk_costs_numbers_and_no_page(tmp_path: Path, kibibytes: int) -> None:
    """A file system of its own with so much room; the database is elsewhere."""
    var = tmp_path / "var"
    var.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k", "tmpfs", str(var)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a file system")
    try:
        with served(var, DATABASE_URL=f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}") as address:
            for _ in range(100):
                while (status := asked(f"{address}/healthz")) == 0:
                    time.sleep(0.1)
                assert status == 200
    finally:
        subprocess.run(["umount", "-l", str(var)], check=True)


def test_a_folder_that_cannot_be_made_leaves_each_process_with_its_own_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(web_metrics.VARIABLE, "set by somebody")
    (tmp_path / "file").touch()
    web_metrics.prepare(tmp_path / "file" / "metrics" / "1")
    assert web_metrics.VARIABLE not in os.environ
    web_metrics.reserve(tmp_path / "file" / "metrics" / "1", 1)


def test_a_disk_without_room_is_named(settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "nowhere"
    result = health.check_disk(None)
    assert not result.ok
    assert "VAR_DIR cannot be written" in result.detail


@pytest.mark.parametrize("left", [b"", b"\xff" * 4096, b"\x7f\x00\x00\x00" * 64])
def test_a_broken_file_of_a_killed_process_costs_its_numbers_and_no_server(
    left: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(web_metrics.VARIABLE, str(tmp_path))
    web_metrics.reserve(tmp_path, 101)
    (tmp_path / "counter_101.db").write_bytes(left)
    web_metrics.fold(tmp_path, 101)
    assert not list(tmp_path.glob("*_101*"))


def test_numbers_of_a_process_are_added_to_those_of_earlier_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from prometheus_client.mmap_dict import MmapedDict

    monkeypatch.setenv(web_metrics.VARIABLE, str(tmp_path))
    for process, value in ((101, 2.0), (102, 3.0)):
        web_metrics.reserve(tmp_path, process)
        written = MmapedDict(str(tmp_path / f"counter_{process}.db"))
        written.write_value("asked", value, 0.0)
        written.close()
        web_metrics.fold(tmp_path, process)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["counter_0.db", "histogram_0.db"]
    assert [found[:2] for found in MmapedDict.read_all_values_from_file(str(tmp_path / "counter_0.db"))] == [("asked", 5.0)]
