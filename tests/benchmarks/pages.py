"""How long the server takes for each page and for the chart, and with how many queries, on a site of full size.

    python -m tests.benchmarks.pages [--projects 1068] [--months 300] [--alerts 50000] [--rounds 15]

Makes a test database of its own (on MariaDB when DATABASE_URL says so), fills it with seeded counts of both metrics and with
alerts, asks for each page, prints medians, and drops it. Times are those of the whole request, in one process, no network.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django  # noqa: E402 - the environment comes first

django.setup()

from django.conf import settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import F  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_databases, setup_test_environment, teardown_databases  # noqa: E402

from alerts.models import Alert  # noqa: E402
from causes.models import Explanation  # noqa: E402
from dashboards.caching import wait_for_renewals  # noqa: E402
from edits.models import ActivityLevel, FetchRun, Project  # noqa: E402
from edits.months import from_index, to_index  # noqa: E402
from tests.benchmarks.explained import composing, full_evidence, stored  # noqa: E402

LAST = dt.date(2026, 7, 1)
SEED = 20240501
UPDATE = "/dash/app/chart/_dash-update-component"
NOW = dt.datetime(2026, 8, 20, tzinfo=dt.UTC)


@contextmanager
def database() -> Iterator[None]:
    setup_test_environment()
    config = setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
    try:
        yield
    finally:
        teardown_databases(config, verbosity=0)


def insert(into: str, rows: list[tuple[Any, ...]]) -> None:
    """Many rows at once. Every value is a parameter: the driver sends the rows one by one otherwise."""
    values = ", ".join(["%s"] * len(rows[0]))
    with transaction.atomic(), connection.cursor() as cursor:
        for start in range(0, len(rows), 5000):
            cursor.executemany(f"INSERT INTO {into} VALUES ({values})", rows[start : start + 5000])


def fill(projects: int, months: int, alerts: int) -> None:
    """Seeded rows: `months` months of both metrics for each of `projects`, and `alerts` alerts spread over them."""
    dice = random.Random(SEED)  # noqa: S311 - figures to measure with
    every = Project.objects.bulk_create(
        Project(
            domain=f"w{number:04}.wikipedia.org", dbname=f"w{number:04}wiki", family="wikipedia",
            language_code=f"w{number // 6}", language_name_en=f"Language {number // 6}",
        )
        for number in range(projects)
    )  # fmt: skip
    calendar = [from_index(index) for index in range(to_index(LAST) - months + 1, to_index(LAST) + 1)]
    levels = [ActivityLevel.FROM_5.value, ActivityLevel.FROM_25.value, ActivityLevel.FROM_100.value]
    edits, editors, then = [], [], "2026-08-20 00:00:00"
    for project in every:
        scale = 10 ** dice.uniform(1, 6)
        edits += [
            (project.pk, month, int(scale * dice.uniform(0.7, 1.4)), "content", "all-editor-types", then) for month in calendar
        ]
        editors += [
            (project.pk, month, level, int(scale / 50 * dice.uniform(0.7, 1.4)), then)
            for month in calendar
            for level in levels
        ]
    insert("edit_counts (project_id, month, edit_count, page_type, editor_type, updated_at)", edits)
    insert("editor_counts (project_id, month, activity_level, editor_count, updated_at)", editors)
    keys: set[tuple[int, str, dt.date]] = set()
    while len(keys) < alerts:
        keys.add((dice.choice(every).pk, dice.choice(["edits", "active_editors"]), dice.choice(calendar)))
    Alert.objects.bulk_create(
        [
            Alert(
                project_id=project, metric=metric, month=month, direction=dice.choice(["peak", "peak", "drop"]), count=5000,
                expected=2000.0, lower=1000.0, upper=3000.0, excess=3000.0, score=dice.gauss(0, 4),
                percentage_difference=150.0,
                severity=dice.choice(["notable", "high", "extreme"]), detector="expected_band", detector_version="1",
                data_as_of=NOW, raised_count=5000, raised_at=NOW, status=dice.choice(["new", "explained", "dismissed"]),
            )
            for project, metric, month in sorted(keys)
        ],
        batch_size=1000,
    )  # fmt: skip
    evidence = full_evidence(f"{LAST:%Y-%m}")
    newest = Alert.objects.filter(month=LAST)
    Explanation.objects.bulk_create([stored(alert, evidence) for alert in newest], batch_size=500)
    FetchRun.objects.create(source=FetchRun.Source.SAMPLE, state=FetchRun.State.SUCCEEDED)


def requests() -> dict[str, Any]:
    """What is asked for, by name: an address, or the body of a callback."""
    alert = Alert.objects.filter(month=LAST, metric="edits").latest("pk")
    domain = alert.project.domain

    def callback(pathname: str, search: str = "") -> str:
        values = {"pathname": pathname, "search": search}
        inputs = [{"id": "address", "property": name, "value": value} for name, value in values.items()]
        outputs = {"id": "drawing", "property": "data"}
        return json.dumps(
            {"output": "drawing.data", "outputs": outputs, "inputs": inputs, "changedPropIds": ["address.search"]}
        )

    return {
        "what changed": "/",
        "what changed, filtered": f"/?month={LAST:%Y-%m}&status=open&direction=drop",
        "alerts": "/alerts/",
        "alerts, page 100": "/alerts/?page=100",
        "alert": f"/alerts/{alert.pk}/",
        "card": f"/alerts/{alert.pk}/card/",
        "explorer": f"/projects/{domain}/",
        "compare": f"/compare/?p={domain}&p=w0001.wikipedia.org&p=w0002.wikipedia.org",
        "compare eight": "/compare/?" + "&".join(f"p=w{number:04}.wikipedia.org" for number in range(8)),
        "month": f"/months/{LAST:%Y-%m}/",
        "month, one family": f"/months/{LAST:%Y-%m}/?family=wikipedia",
        "language": f"/languages/{alert.project.language_code}/",
        "search": "/search/?q=langage+12",
        "projects": "/projects/",
        "methodology": "/methodology/",
        "status": "/status/",
        "alerts as CSV": f"/alerts.csv?month={LAST:%Y-%m}",
        "all alerts as CSV": "/alerts.csv",
        "alerts as JSON": f"/alerts.json?month={LAST:%Y-%m}",
        "alert as JSON": f"/alerts/{alert.pk}.json",
        "counts as CSV": f"/projects/{domain}/counts.csv?range=all",
        "counts as JSON": f"/projects/{domain}/counts.json?range=all",
        "API: wikis": "/api/v1/projects?limit=1000",
        "API: alerts": "/api/v1/alerts",
        "API: worst alerts": f"/api/v1/alerts?month={LAST:%Y-%m}&sort=worst",
        "API: alert": f"/api/v1/alerts/{alert.pk}",
        "API: counts": f"/api/v1/projects/{domain}/counts",
        "API: history": f"/api/v1/projects/{domain}/history",
        "API: events": "/api/v1/events",
        "API: groups": "/api/v1/groups",
        "API: quality": "/api/v1/quality",
        "API: months": "/api/v1/months",
        "API: status": "/api/v1/status",
        "API: languages": "/api/v1/languages",
        "chart as SVG": f"/embed/projects/{domain}/chart.svg",
        "chart as PNG": f"/embed/projects/{domain}/chart.png",
        "alert as PNG": f"/embed/alerts/{alert.pk}/chart.png?size=large",
        "badge": f"/embed/projects/{domain}/badge.svg",
        "chart in a frame": f"/embed/projects/{domain}/",
        "sitemap of alerts": "/sitemap-alerts.xml",
        "chart of a project": callback(f"/projects/{domain}/", "?range=all&show=band&show=mean&show=notes&show=zero"),
        "chart of an alert": callback(f"/alerts/{alert.pk}/"),
        "chart of eight": callback("/compare/", "?" + "&".join(f"p=w{number:04}.wikipedia.org" for number in range(8))),
        "chart of three": callback("/compare/", f"?p={domain}&p=w0001.wikipedia.org&p=w0002.wikipedia.org"),
    }


@dataclass(frozen=True)
class Figures:
    """Times in ms: with an empty cache, after new counts, until the first byte, and the median of all others."""

    empty: float
    renewed: float
    first_byte: float
    median: float
    queries: int
    size: int


def ask(client: Client, wanted: str) -> tuple[float, float, int]:
    """Seconds until the first byte and until the last, and how many they were: files are made while they are sent."""
    posted, start = wanted.startswith("{"), time.perf_counter()
    response: Any = client.post(UPDATE, wanted, content_type="application/json") if posted else client.get(wanted)
    assert response.status_code == 200, (wanted, response.status_code)
    pieces = iter(response)
    size, first_byte = len(next(pieces)), time.perf_counter() - start
    size += sum(map(len, pieces))
    return first_byte, time.perf_counter() - start, size


def measure(client: Client, wanted: str, rounds: int) -> Figures:
    cache.clear()
    empty = ask(client, wanted)[1]
    FetchRun.objects.update(heartbeat_at=F("heartbeat_at") + dt.timedelta(minutes=1))  # new counts were stored
    renewed = ask(client, wanted)[1]
    wait_for_renewals()
    taken = [ask(client, wanted) for _turn in range(rounds)]
    with CaptureQueriesContext(connection) as queries:
        size = ask(client, wanted)[2]
    first_byte, median = (1000 * statistics.median(column) for column in list(zip(*taken, strict=True))[:2])
    return Figures(1000 * empty, 1000 * renewed, first_byte, median, len(queries), size)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--projects", type=int, default=1068)
    parser.add_argument("--months", type=int, default=300)
    parser.add_argument("--alerts", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    settings.RENEW_IN_BACKGROUND = True  # as on a site
    with database():
        fill(given.projects, given.months, given.alerts)
        print(f"{connection.vendor}: {given.projects:,} projects x {given.months} months x 2 metrics, {given.alerts:,} alerts")
        print("ms with an empty cache, after new counts, until the first byte, and ordinarily (medians)")
        print(f"{'':24}{'empty':>8}{'renewed':>9}{'first byte':>12}{'median':>9}{'queries':>9}{'bytes':>12}")
        client = Client()
        client.get("/methodology/")  # templates and modules are loaded
        for name, wanted in requests().items():
            found = measure(client, wanted, given.rounds)
            print(
                f"{name:24}{found.empty:8.0f}{found.renewed:9.0f}{found.first_byte:12.1f}{found.median:9.1f}"
                f"{found.queries:9}{found.size:12,}"
            )
        print(f"Composing a stored explanation, without reading it: {composing():.2f} ms")


if __name__ == "__main__":
    main()
