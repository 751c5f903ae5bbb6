"""Which alerts get a case file, and when it is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from accounts.models import User
from accounts.permissions import require
from alerts.models import Alert, Status
from causes.models import CaseFile
from edits.fetching.plan import MAX_ATTEMPTS
from edits.months import add_months, last_complete_month


def open_case_files(*, today: dt.date, now: dt.datetime) -> int:
    """Open a file for each alert of the newest months that has none, and make those due whose count was revised.

    Alerts of older months get one on demand (`request_case_files`): a backfill raises thousands. Returns how many are new or
    due again.
    """
    first = add_months(last_complete_month(today), 1 - settings.CASE_FILE_MONTHS)
    standing = Alert.objects.standing()
    opened = request_case_files(
        alerts=standing.filter(Q(month__gte=first) | Q(worst_month__gte=first), case_file=None), now=now
    )
    revised = standing.exclude(case_file=None).exclude(case_file__count=F("count"))
    return opened + request_case_files(alerts=revised, now=now)


def request_case_files(*, alerts: QuerySet[Alert], now: dt.datetime) -> int:
    """Make the files of `alerts` due now, parked ones included, and open those that are not there; return how many."""
    counts = dict(alerts.values_list("pk", "count"))
    there = set(CaseFile.objects.filter(pk__in=counts).values_list("pk", flat=True))
    new = [CaseFile(alert_id=pk, count=count, due_at=now) for pk, count in sorted(counts.items()) if pk not in there]
    CaseFile.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)  # another process may open the same
    for pk in there:
        CaseFile.objects.filter(pk=pk).update(count=counts[pk], due_at=now, attempts=0, failures=0)
    return len(counts)


def ask_about(*, alert: Alert, by: User, now: dt.datetime, dispatch: Callable[[int], object]) -> None:
    """A moderator wants the file of one alert, of any age, now. Where the broker does not answer, the schedule asks.

    Raises PermissionDenied.
    """
    require(by, "alert.triage")
    request_case_files(alerts=Alert.objects.standing().filter(pk=alert.pk), now=now)
    transaction.on_commit(lambda: dispatch(alert.pk), robust=True)


def due_case_files(*, now: dt.datetime) -> list[int]:
    """The ids of the alerts whose file is due and free, the newest months first. Parks those that killed their workers."""
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    lost = CaseFile.objects.filter(free, attempts__gte=MAX_ATTEMPTS)
    lost.update(state=CaseFile.State.PARKED, due_at=None, claim="", claimed_until=None, last_error="No attempt came to an end")
    due = CaseFile.objects.filter(free, due_at__lte=now, attempts__lt=MAX_ATTEMPTS).exclude(alert__status=Status.WITHDRAWN)
    return list(due.order_by("-alert__month", "pk").values_list("pk", flat=True))


def dispatch_case_files(*, today: dt.date, now: dt.datetime, dispatch: Callable[[int], object]) -> int:
    """Open what should be there and hand each file that is due to `dispatch`; return how many.

    What is handed over twice, or lost, does no harm: a worker takes only what is due and free, and the schedule asks again.
    """
    if not settings.WIKIMEDIA_CONTACT:  # Wikimedia is not asked without one
        return 0
    open_case_files(today=today, now=now)
    due = due_case_files(now=now)
    for alert_id in due:
        dispatch(alert_id)
    return len(due)
