"""How fast and how lean fetching is: ratios, measured in one run on real MariaDB, Redis, Celery and HTTP.

python -m tests.benchmarks.fetching [--projects 1000] [--months 72] [--latency 0.05] [--only throughput storing memory]

Each figure compares two things on the same machine within the same run; only the ratios mean anything elsewhere.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import requests

from edits.months import FIRST_MONTH, month_of, to_index
from tests.backends import mariadb, redis
from tests.end_to_end.processes import ROOT, Site, kill, running_site, wait_until
from tests.replay.data import LEVELS

TODAY = dt.date(2022, 12, 10)
IN_FLIGHT = 3
INSERT = (
    "INSERT INTO edit_counts (project_id, page_type, editor_type, month, edit_count, updated_at) "
    "VALUES (%s, 'content', 'all-editor-types', %s, %s, NOW()) ON DUPLICATE KEY UPDATE edit_count = VALUES(edit_count)"
)
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


def throughput(options: argparse.Namespace, database_url: str, redis_url: str) -> None:
    projects, months, latency = options.projects, options.months, options.latency
    print(f"{projects} projects x {months} months at {latency * 1000:g} ms, {IN_FLIGHT} in flight, through Celery")  # noqa: T201
    with (
        wikimedia(projects, months, latency) as replay,
        prepared_site(replay, database_url, redis_url) as site,
    ):
        worker = ready_workers(site)
        warm_up(site)
        seconds = sweep(site)
        stored = site.value("SELECT COUNT(*) FROM edit_counts")
        assert stored == projects * months, stored
        report = json.load(urllib.request.urlopen(f"{replay.url}/_control", timeout=30))
        assert report["most_in_flight"] <= IN_FLIGHT, report["most_in_flight"]
        possible = projects * latency / IN_FLIGHT
        say("seconds, fetched and stored", f"{seconds:.1f}", f"possible: {possible:.1f}, load now {os.getloadavg()[0]:.1f}")
        say("share of the possible throughput", f"{possible / seconds:.0%}", "wanted: at least 90 %")

        facts = "CHECKSUM TABLE edit_counts, editor_counts, count_revisions"
        checksum = site.query(facts)
        site.query("UPDATE fetch_targets SET due_at = UTC_TIMESTAMP() WHERE metric = 'edits'")
        sweep(site)
        same = site.query(facts) == checksum
        say("counts and revisions written by a refresh in which nothing changed", "0" if same else "some", "wanted: 0")
        noted = site.value("SELECT COUNT(*) FROM fetch_outcomes WHERE run_id = (SELECT MAX(id) FROM fetch_runs)")
        say("outcomes that it noted, one for each series", f"{noted:,}", f"wanted: {projects:,}")
        kill(worker)

        sample = max(projects // 10, 1)
        original = one_after_the_other(site, replay, sample) * projects / sample
        say(f"seconds, one after the other (from {sample} projects)", f"{original:.1f}")
        say("times faster than one after the other", f"{original / seconds:.1f}", "wanted: at least 5")


def one_after_the_other(site: Site, replay: Any, sample: int) -> float:
    """Seconds for `sample` projects the way the original did it: ask, pause, insert row by row."""
    source = random.Random(1)
    wikis = site.query("SELECT id, domain FROM projects ORDER BY domain")[:sample]
    session = requests.Session()
    session.headers["User-Agent"] = "benchmark (https://example.org)"
    started = time.monotonic()
    for project, domain in wikis:
        url = f"{replay.analytics_url}/edits/aggregate/{domain}/all-editor-types/content/monthly/20010101/20221201"
        for row in session.get(url, timeout=30).json()["items"][0]["results"]:
            site.execute(INSERT, (project, row["timestamp"][:10], row["edits"]))
        time.sleep(source.uniform(0.05, 0.2))
    return time.monotonic() - started


STORE = """
import datetime as dt, time
from edits.metrics import get_metric
from edits.models import EditCount, FetchRun, Project
from edits.months import add_months
from edits.records import CountsRecord
from edits.services import start_run, store_counts
domains = list(Project.objects.order_by("domain").values_list("domain", flat=True))
months = [add_months(dt.date(2022, 11, 1), -i) for i in range({months})]
slice_ = ("content", "all-editor-types")
counts = {{month: 1000 + i for i, month in enumerate(months)}}
records = [CountsRecord(domain=d, metric="edits", slice=slice_, counts=counts) for d in domains]
run = start_run(source="wikimedia", planned=0)
started = time.monotonic()
for start in range(0, len(records), 10):
    store_counts(run=run, metric="edits", records=records[start : start + 10])
print(time.monotonic() - started)
"""


def storing(options: argparse.Namespace, database_url: str, redis_url: str) -> None:
    rows = options.projects * options.months
    print(f"Storing {rows:,} counts on MariaDB")  # noqa: T201
    with wikimedia(options.projects, 1, 0) as replay, prepared_site(replay, database_url, redis_url) as site:
        wikis = [pk for (pk,) in site.query("SELECT id FROM projects ORDER BY id")]
        sample = [(wikis[i % len(wikis)], dt.date(2001 + i // len(wikis), 1, 1), i) for i in range(max(rows // 10, 1))]
        started = time.monotonic()
        for row in sample:
            site.execute(INSERT, row)
        each = (time.monotonic() - started) * rows / len(sample)
        site.query("DELETE FROM edit_counts")
        ours = float(site.manage("shell", "-v0", "-c", STORE.format(months=options.months)).split()[-1])
        assert site.value("SELECT COUNT(*) FROM edit_counts") == rows
        say(f"seconds, row by row (from {len(sample):,} rows)", f"{each:.1f}")
        say("seconds, chunk by chunk, outcomes and revisions included", f"{ours:.1f}")
        say("times faster than row by row", f"{each / ours:.1f}", "wanted: at least 10")


def memory(options: argparse.Namespace, database_url: str, redis_url: str) -> None:
    months = to_index(month_of(TODAY)) - to_index(FIRST_MONTH)
    print(f"A full backfill of {options.projects} projects x {months} months, edits and editors, since January 2001")  # noqa: T201
    with (
        wikimedia(options.projects, months, 0) as replay,
        prepared_site(replay, database_url, redis_url) as site,
    ):
        site.query("UPDATE fetch_targets SET due_at = UTC_TIMESTAMP()")
        # All in one process, the most that a single worker can need.
        worker = site.worker(concurrency=IN_FLIGHT + 1)
        wait_until(lambda: " ready." in site.log("worker"), what="the worker")
        seconds = sweep(site)
        assert site.value("SELECT COUNT(*) FROM edit_counts") == options.projects * months
        assert site.value("SELECT COUNT(*) FROM editor_counts") == options.projects * months * len(LEVELS)
        say("seconds", f"{seconds:.1f}")
        say("peak memory of the worker, MB", f"{peak_memory(worker):.0f}", "wanted: under 300")


PARTS = {"throughput": throughput, "storing": storing, "memory": memory}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.fetching", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--projects", type=int, default=1000)
    parser.add_argument("--months", type=int, default=72)
    parser.add_argument("--latency", type=float, default=0.05, help="seconds")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    options = parser.parse_args(arguments)
    with mariadb() as database_url, redis() as redis_url:
        if not database_url or not redis_url:
            sys.exit("The benchmarks need MariaDB and Redis: see CONTRIBUTING.")
        load = os.getloadavg()[0]
        print(f"{os.cpu_count()} processors, load {load:.1f} before the start")  # noqa: T201
        for name in options.only:
            PARTS[name](options, database_url, redis_url)


if __name__ == "__main__":
    main(sys.argv[1:])
