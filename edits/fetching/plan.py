"""Which targets are due, and which months to ask of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.conf import settings
from django.db.models import Q, QuerySet

from edits.metrics import fetched_metrics, get_metric
from edits.models import FetchTarget, Project
from edits.months import FIRST_MONTH, add_months, last_complete_month

MAX_ATTEMPTS = 3
CHECK_HOUR = 3  # UTC; the hour of the next day at which what was answered is asked again
MAX_BACK_OFF = dt.timedelta(hours=24)
MIN_BACK_OFF = dt.timedelta(minutes=15)


def due_targets(*, now: dt.datetime, metrics: Collection[str] = (), domains: Collection[str] = ()) -> QuerySet[FetchTarget]:
    """The targets of open projects that are due, free and not parked; those that failed to come back stand last."""
    targets = FetchTarget.objects.filter(
        Q(claimed_until=None) | Q(claimed_until__lte=now),
        project__in=Project.objects.open(),
        metric__in=metrics or fetched_metrics(),
        due_at__lte=now,
        parked_at=None,
        attempts__lt=MAX_ATTEMPTS,
    )
    if domains:
        targets = targets.filter(project__domain__in=domains)
    return targets.order_by("attempts", "project__domain", "metric")


def months_to_ask(
    target: FetchTarget, *, today: dt.date, since: dt.date | None = None, backfill: bool = False
) -> tuple[dt.date, dt.date]:
    """The first and the last month of the one request that covers what is missing and what may have been revised.

    The first time, and in a backfill, that is the whole history. Later it starts at the newest month that Wikimedia has
    named for the project, or earlier: an answer that names a month proves that the project is loaded, so that silence
    about the other months means something. `since` makes it earlier, never later, so that no month falls in between. A
    metric with parts is asked for as a whole each time: Wikimedia applies today's bot flags to all months, and parts of two
    fetches must not be compared; a longer span is no more requests.
    """
    last = last_complete_month(today)
    whole = backfill or get_metric(target.metric).has_fetched_parts
    if whole or target.history_asked_at is None or target.newest_month is None:
        return FIRST_MONTH, last
    revised = add_months(last, 1 - settings.REVISION_MONTHS)
    return max(FIRST_MONTH, min(target.newest_month, revised, since or last)), last


def frontier(*, metric: str) -> dt.date | None:
    """The newest month that Wikimedia has named for at least half of the projects of which it has named any; else
    None."""
    targets = FetchTarget.objects.filter(metric=metric, project__in=Project.objects.open())
    newest = targets.values_list("newest_month", flat=True)
    months = sorted((month for month in newest if month is not None), reverse=True)
    return months[(len(months) - 1) // 2] if months else None


def next_check(now: dt.datetime) -> dt.datetime:
    """When to ask again after an answer: early on the next day, UTC."""
    return dt.datetime.combine(now.astimezone(dt.UTC).date() + dt.timedelta(days=1), dt.time(CHECK_HOUR), dt.UTC)


def back_off(failures: int, now: dt.datetime) -> dt.datetime:
    """When to ask again after `failures` failures in a row: a quarter of an hour, twice as long each time, a day at
    most."""
    doubled: dt.timedelta = MIN_BACK_OFF * (1 << min(failures - 1, 10))
    return now + min(doubled, MAX_BACK_OFF)
