"""How long a sweep takes, database included: the newest three months of all wikis beside judging everything.

    python -m tests.benchmarks.sweep [--projects 1068] [--months 300]

Makes a test database of its own (on MariaDB when DATABASE_URL says so), fills it with seeded counts of both metrics, and
drops it. All in one process and on one core, but for what the database server does.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # one core
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django  # noqa: E402 - the environment comes first

django.setup()

import numpy as np  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402

from alerts.models import Alert, DetectionState  # noqa: E402
from alerts.services import detect_alerts  # noqa: E402
from edits.metrics import METRICS, Metric  # noqa: E402
from edits.models import Project  # noqa: E402
from edits.months import from_index, to_index  # noqa: E402
from edits.selectors import counts_panel  # noqa: E402

LAST = dt.date(2026, 7, 1)
TODAY = dt.date(2026, 8, 20)
NEWEST = 3
SEED = 20240501


@contextmanager
def database() -> Iterator[None]:
    config = setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
    try:
        yield
    finally:
        teardown_databases(config, verbosity=0)


def make_projects(count: int) -> list[Project]:
    return Project.objects.bulk_create(
        Project(domain=f"w{number:04}.wikipedia.org", dbname=f"w{number:04}wiki", family="wikipedia")
        for number in range(count)
    )


def counts_of(metric: Metric, projects: int, months: int) -> np.ndarray:
    """Negative binomial counts (months x projects), sizes from 1 to 100,000, yearly season, one month in 50 a multiple."""
    random = np.random.default_rng([SEED, len(metric.slice_fields)])
    mean = 10 ** random.uniform(0, 5 if metric.name == "edits" else 3, projects)
    season = 1 + 0.2 * np.sin(2 * np.pi * np.arange(months)[:, None] / 12)
    values = random.negative_binomial(5, 5 / (5 + mean * season), (months, projects))
    return np.where(random.random(values.shape) < 0.02, values * 4, values)


def store(metric: Metric, projects: list[Project], values: np.ndarray, first: int, last: int) -> None:
    """Rows of months first..last-1 of every slice."""
    start = to_index(LAST) - values.shape[0] + 1
    columns = ("project_id", "month", metric.count_field, *metric.slice_fields, "updated_at")
    places = ", ".join(["%s"] * len(columns))
    table = metric.model._meta.db_table
    months = [from_index(start + row).isoformat() for row in range(values.shape[0])]
    with connection.cursor() as cursor:
        for column, project in enumerate(projects):
            cursor.executemany(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})",  # noqa: S608 - names of our own
                [
                    (project.pk, months[row], int(values[row, column]), *part, "2026-08-20 00:00:00")
                    for part in metric.definitions[0].slices
                    for row in range(first, last)
                ],
            )


def timed(what: str, work: Callable[[], Any]) -> float:
    begin, on_cpu = time.perf_counter(), time.process_time()
    result = work()
    seconds = time.perf_counter() - begin
    print(f"{what:58} {seconds:8.2f} s wall {time.process_time() - on_cpu:8.2f} s of this process")
    for line in result or ():
        print(f"    {line}")
    return seconds


def sweep() -> list[str]:
    return [str(result) for result in detect_alerts(today=TODAY)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=1068)
    parser.add_argument("--months", type=int, default=300)
    sizes = parser.parse_args()
    with database():
        print(f"{connection.vendor}, {sizes.projects:,} projects x {sizes.months} months x {len(METRICS)} metrics")
        projects = make_projects(sizes.projects)
        values = {name: counts_of(metric, sizes.projects, sizes.months) for name, metric in METRICS.items()}
        for name, metric in METRICS.items():
            store(metric, projects, values[name], 0, sizes.months - NEWEST)
        everything = timed("judge all months, and store the alerts", sweep)
        for name, metric in METRICS.items():
            store(metric, projects, values[name], sizes.months - NEWEST, sizes.months)
        newest = timed(f"judge the newest {NEWEST} months", sweep)
        nothing = timed("judge nothing, since nothing changed", sweep)
        timed("  of that: read all counts", lambda: [counts_panel(metric=metric) for metric in METRICS.values()] and None)
        print(f"{Alert.objects.count():,} alerts, {DetectionState.objects.count():,} series remembered")
        ratio = f"1/{everything / newest:.0f} of everything; nothing takes {nothing / newest:.0%} of that"
        print(f"The newest {NEWEST} months take {ratio}")


if __name__ == "__main__":
    main()
