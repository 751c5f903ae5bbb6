"""What the parts share: a stand-in for Wikimedia, a site with its workers, and how a figure is printed."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.end_to_end.processes import ROOT, Site, running_site, wait_until

TODAY = dt.date(2022, 12, 10)
IN_FLIGHT = 3
WORKER = ("worker", "-l", "INFO")
# Only the edits: one request for each project.
EDITS_ONLY = "UPDATE fetch_targets SET due_at = '2100-01-01' WHERE metric <> 'edits'"


def say(label: str, value: str, wanted: str = "") -> None:
    print(f"  {label:72} {value:>14}   {wanted}", flush=True)  # noqa: T201


@contextlib.contextmanager
def wikimedia(projects: int, months: int, latency: float) -> Iterator[Any]:
    """A replay server in a process of its own, with invented series."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "tests.replay", "--synthetic", f"{projects}x{months}", "--port", str(port),
        "--today", str(TODAY), "--latency", str(latency),
    ]  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: _answers(f"{url}/_control"), what="the replay server")
            yield SimpleNamespace(
                url=url,
                analytics_url=f"{url}/api/rest_v1/metrics",
                sitematrix_url=f"{url}/w/api.php",
                wiki_api_url=f"{url}/{{domain}}/w/api.php",
                port=port,
            )
        finally:
            process.kill()


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except OSError:
        return False
    return True


@contextlib.contextmanager
def prepared_site(replay: Any, database_url: str, redis_url: str, **extra: str) -> Iterator[Site]:
    """A migrated site with the list of wikis, and the editors not due."""
    with tempfile.TemporaryDirectory() as folder:
        extra = {"PRETEND_TODAY": str(TODAY), "WIKIMEDIA_MAX_IN_FLIGHT": str(IN_FLIGHT), **extra}
        with running_site(database_url=database_url, redis_url=redis_url, replay=replay, folder=Path(folder), **extra) as site:
            site.manage("sync_projects")
            site.query(EDITS_ONLY)
            yield site


def sweep(site: Site) -> float:
    """Seconds from the opening of a sweep's run until it is closed: dispatching, fetching and storing."""
    before = site.value("SELECT COALESCE(MAX(id), 0) FROM fetch_runs")
    site.manage("shell", "-v0", "-c", "from edits.tasks import sweep_missing; sweep_missing.delay()")
    finished = f"SELECT COUNT(*) FROM fetch_runs WHERE id > {before} AND finished_at IS NOT NULL"
    wait_until(lambda: site.value(finished), seconds=900, what="the end of the run")
    first = site.value(f"SELECT UNIX_TIMESTAMP(started_at) FROM fetch_runs WHERE id > {before} ORDER BY id LIMIT 1")
    end = site.value(f"SELECT UNIX_TIMESTAMP(finished_at) FROM fetch_runs WHERE id > {before} ORDER BY id LIMIT 1")
    return float(end) - float(first)


def peak_memory(process: subprocess.Popen[bytes]) -> float:
    """The most memory that a process has had so far, in MB."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmHWM")


def _is_ready(site: Site, worker: str) -> bool:
    return " ready." in site.log(worker)


def ready_workers(site: Site) -> subprocess.Popen[bytes]:
    """One worker for each queue, as in production; returns the one that talks to Wikimedia."""
    # Twice as many processes as requests in flight: while some store, the others fetch.
    fetcher = site.celery("wikimedia", *WORKER, "-Q", "wikimedia", "-P", "prefork", "-c", str(2 * IN_FLIGHT), "-n", "w@%h")
    site.celery("default", *WORKER, "-Q", "default", "-P", "prefork", "-c", "1", "-n", "d@%h")
    for name in ("wikimedia", "default"):
        wait_until(partial(_is_ready, site, name), what=f"the worker of {name}")
    return fetcher


def warm_up(site: Site) -> None:
    """Let each process of the worker open its connections: the throughput asked for is that of workers that run for weeks."""
    site.query("UPDATE fetch_targets SET due_at = '2100-01-01'")
    site.query("UPDATE fetch_targets SET due_at = UTC_TIMESTAMP() WHERE metric <> 'edits' LIMIT 60")
    sweep(site)
    site.query(EDITS_ONLY)
    site.query("UPDATE fetch_targets SET due_at = UTC_TIMESTAMP() WHERE metric = 'edits'")
