"""Writes of what the site knows of itself."""

from __future__ import annotations

import datetime as dt

from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db.models import F

from database.transactions import retried_transaction
from database.upsert import upsert
from edits.services import forget_runs
from operations.models import Heartbeat, TaskTiming


def touch_heartbeat(*, name: str, now: dt.datetime) -> None:
    """`name` is alive at `now`."""
    upsert([Heartbeat(name=name, at=now)], key=("name",), update=("at",))


@retried_transaction
def note_task(*, task: str, seconds: float, failed: bool, now: dt.datetime) -> None:
    """Add one run of `task` to its row; counts of several workers add up."""
    TaskTiming.objects.get_or_create(task=task, defaults={"last_at": now})
    TaskTiming.objects.filter(task=task).update(
        runs=F("runs") + 1,
        failures=F("failures") + int(failed),
        seconds=F("seconds") + seconds,
        last_seconds=seconds,
        last_at=now,
    )


KEPT_ATTEMPTS = dt.timedelta(days=30)
KEPT_RUNS = dt.timedelta(days=90)


def tidy(*, now: dt.datetime) -> dict[str, int]:
    """Delete what nobody needs any more, and say how many of each.

    Sessions that have ended, wrong passwords of long ago, and fetch runs of long ago with their outcomes.
    """
    sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    attempts, _ = AccessAttempt.objects.filter(attempt_time__lt=now - KEPT_ATTEMPTS).delete()
    return {"sessions": sessions, "attempts": attempts, "runs": forget_runs(before=now - KEPT_RUNS)}
