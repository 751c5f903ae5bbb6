"""Counts: how fast sweeps fetch them, how fast they are stored, and how much memory a full backfill takes."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import time
import urllib.request
from typing import Any

import requests

from edits.months import FIRST_MONTH, month_of, to_index
from tests.benchmarks.fetching.site import (
    IN_FLIGHT,
    TODAY,
    peak_memory,
    prepared_site,
    ready_workers,
    say,
    sweep,
    warm_up,
    wikimedia,
)
from tests.end_to_end.processes import Site, kill, wait_until
from tests.replay.data import LEVELS

INSERT = (
    "INSERT INTO edit_counts (project_id, page_type, editor_type, month, edit_count, updated_at) "
    "VALUES (%s, 'content', 'all-editor-types', %s, %s, NOW()) ON DUPLICATE KEY UPDATE edit_count = VALUES(edit_count)"
)


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
