"""Reports on events: made by members, resolved by who edits the calendar. Each step is one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from curation.reports import NotPossible, resolve_report
from database.transactions import retried_transaction
from events.models import Event, EventReport, Status
from events.services import event_reject, lock

State = EventReport.Status


@retried_transaction
def event_report(*, event: Event, by: User, reason: str, allowed: Callable[[], None] = lambda: None) -> EventReport:
    """Tell the moderators that a published event is wrong or harmful; once for each person.

    `allowed` raises what the limits on contributions raise; it is asked when everything else is in order.
    """
    require(by, "event.report")
    report = EventReport(event=event, reporter=by, reason=" ".join(reason.split()))
    report.clean_fields()
    if lock(event, None).status != Status.PUBLISHED:
        raise NotPossible(_("Only what is published can be reported."))
    earlier = EventReport.objects.filter(event=event, reporter=by).first()
    if earlier is not None and earlier.status == State.OPEN and earlier.reason == report.reason:
        return earlier  # sent twice
    if earlier is not None:
        raise NotPossible(_("You have already reported this: see “My contributions”."))
    allowed()
    report.save(force_insert=True)
    return report


@retried_transaction
def report_dismiss(*, report: EventReport, by: User, resolution: str = "", now: dt.datetime | None = None) -> EventReport:
    """The event is fine as it is."""
    return _resolve(report, by, State.DISMISSED, resolution, now)


@retried_transaction
def report_uphold(*, report: EventReport, by: User, resolution: str, now: dt.datetime | None = None) -> EventReport:
    """The report is right: the event leaves the calendar, and all its open reports are resolved. Those who wrote read why."""
    if not resolution.strip():
        raise ValidationError({"reason": _("Say why: the author will read it.")})
    resolved = _resolve(report, by, State.UPHELD, resolution, now)
    for other in EventReport.objects.filter(event=resolved.event_id, status=State.OPEN).select_for_update():
        _resolve(other, by, State.UPHELD, resolution, now)
    if resolved.event.status == Status.PUBLISHED:
        event_reject(event=resolved.event, by=by, reason=resolution)
    return resolved


def _resolve(report: EventReport, by: User, status: str, resolution: str, now: dt.datetime | None) -> EventReport:
    require(by, "event.edit")
    return resolve_report(report, "event", by=by, status=status, resolution=resolution, now=now)


def open_reports() -> QuerySet[EventReport]:
    """What waits for a moderator, oldest first."""
    return EventReport.objects.filter(status=State.OPEN).order_by("created_at", "pk")
