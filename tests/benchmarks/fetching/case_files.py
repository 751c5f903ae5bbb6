"""Case files: how long the files of many alerts take that are raised at once."""

from __future__ import annotations

import argparse
import json
import time
import urllib.request

from tests.benchmarks.fetching.site import IN_FLIGHT, prepared_site, ready_workers, say, wikimedia
from tests.end_to_end.processes import Site, wait_until

ALERTS = 50
MAX_REQUESTS = 24  # for one alert
MINUTES = 10
A_MINUTE = 200  # what Wikimedia lets us ask

RAISE = """
import datetime as dt
from django.utils import timezone
from alerts.models import Alert
from causes.tasks import explain
from edits.models import Project
newest, now = dt.date(2022, 11, 1), timezone.now()
Alert.objects.bulk_create(
    Alert(
        project=project, metric="edits", month=newest, direction="peak", count=5000, expected=1000.0, lower=500.0,
        upper=2000.0, excess=4000.0, score=8.0, percentage_difference=400.0, severity="extreme",
        detector="expected_band", detector_version="1", data_as_of=now, raised_count=5000, raised_at=now,
    )
    for project in Project.objects.order_by("domain")[:{alerts}]
)
explain.delay()
"""


def case_files(options: argparse.Namespace, database_url: str, redis_url: str) -> None:
    """From the moment that the alerts are raised until every part of their files was asked for."""
    print(f"The case files of {ALERTS} alerts at {options.latency * 1000:g} ms, {IN_FLIGHT} in flight, through Celery")  # noqa: T201
    with (
        wikimedia(max(ALERTS, options.projects // 10), 24, options.latency) as replay,
        # As fast as it goes: the budget of a minute alone would take this long.
        prepared_site(replay, database_url, redis_url, WIKIMEDIA_MAX_PER_MINUTE="0") as site,
    ):
        ready_workers(site)
        asked = _asked(replay.url)
        started = time.monotonic()
        site.manage("shell", "-v0", "-c", RAISE.format(alerts=ALERTS))
        wait_until(lambda: _finished(site) == ALERTS, seconds=60 * MINUTES, what="the last case file")
        seconds, requests = time.monotonic() - started, _asked(replay.url) - asked
        say("seconds until the last file was complete", f"{seconds:.1f}")
        say("requests for one alert", f"{requests / ALERTS:.1f}", f"wanted: at most {MAX_REQUESTS}")
        say("share of the possible throughput", f"{requests * options.latency / IN_FLIGHT / seconds:.0%}")
        say(
            f"minutes within the budget of {A_MINUTE} requests a minute",
            f"{requests / A_MINUTE:.1f}",
            f"wanted: at most {MINUTES}",
        )


def _finished(site: Site) -> int:
    return int(site.value("SELECT COUNT(*) FROM alert_case_files WHERE fetched_at IS NOT NULL"))


def _asked(url: str) -> int:
    return len(json.load(urllib.request.urlopen(f"{url}/_control", timeout=30))["requests"])
