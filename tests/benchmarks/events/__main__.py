"""How well events are matched on recorded data, and how long pages take with 20,000 events.

    SNAPSHOT_DIR=… python -m tests.benchmarks.events [--events 20000] [--months 1000] [--rounds 15]

Makes a test database of its own (on MariaDB when DATABASE_URL says so), loads the recorded counts, judges them, loads the
shipped calendar, and measures. Nothing in the matching was tuned on what is printed here.
"""

from __future__ import annotations

import argparse

from tests.benchmarks.pages import database, measure  # first: it sets Django up

# isort: split
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from alerts.models import Alert
from alerts.services import detect_alerts
from edits.snapshot.services import load_snapshot
from events.importers.services import load_calendar
from tests.benchmarks.events.calendar import fill_calendar
from tests.benchmarks.events.quality import matched_first, proposed_for_alerts, proposed_for_months, recorded_campaigns

BUDGET_MS = 300  # of a page, docs/scale.md


def print_quality(months: int) -> None:
    """Recorded campaigns, random wiki-months, random alerts."""
    campaigns = recorded_campaigns(settings.SNAPSHOT_DIR)
    first = [campaign for campaign in campaigns if matched_first(campaign)]
    print(f"\nRecorded campaigns with data, matched first: {len(first)} of {len(campaigns)}")
    for campaign in campaigns:
        print(f"  {'yes' if campaign in first else 'NO '}  {campaign.project} {campaign.month:%Y-%m}  {campaign.name}")
    share, names = proposed_for_months(months)
    print(f"\nRandom wiki-months with a proposed event: {share:.1%} of {months:,} (bound 5 %)")
    for name, count in names:
        print(f"  {count:4}  {name}")
    share, names = proposed_for_alerts(months)
    print(f"\nRandom peaks with a proposed event: {share:.1%}")
    for name, count in names:
        print(f"  {count:4}  {name}")


def print_pages(events: int, rounds: int) -> None:
    """Each page that shows events, with the shipped calendar alone and with `events` more."""
    commons = Alert.objects.filter(project__domain="commons.wikimedia.org", metric="active_editors").latest("month")
    english = Alert.objects.filter(project__domain="en.wikipedia.org").latest("pk")
    wanted = {
        "alert": f"/alerts/{english.pk}/",
        "card": f"/alerts/{english.pk}/card/",
        "alert on Commons": f"/alerts/{commons.pk}/",
        "explorer": "/projects/en.wikipedia.org/",
        "explorer, all years": "/projects/en.wikipedia.org/?range=all",
        "month": f"/months/{english.month:%Y-%m}/",
        "events": "/events/",
        "events of a wiki": "/events/?project=en.wikipedia.org",
        "events of a month": f"/events/?month={english.month:%Y-%m}",
        "iCalendar": "/events.ics?project=en.wikipedia.org",
    }
    client = Client()
    before = {name: measure(client, address, rounds) for name, address in wanted.items()}
    fill_calendar(events)
    cache.clear()
    print(
        f"\n{connection.vendor}: median ms (queries) of each page, with the shipped calendar and with {events:,} events more"
    )
    for name, address in wanted.items():
        few, many = before[name], measure(client, address, rounds)
        told = "" if many.median <= BUDGET_MS else f"  OVER {BUDGET_MS} ms"
        print(f"  {name:22}{few.median:9.1f} ({few.queries}){many.median:9.1f} ({many.queries}){told}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--months", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    with database():
        load_snapshot(folder=settings.SNAPSHOT_DIR)
        detect_alerts()
        load_calendar(now=timezone.now())
        print_quality(given.months)
        print_pages(given.events, given.rounds)


if __name__ == "__main__":
    main()
