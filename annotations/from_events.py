"""From the calendar to words, and from words to the calendar: both within the limits on contributions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import may
from alerts.models import Alert, Category
from alerts.services import KEEP, alert_label
from annotations.limits import refuse_too_much
from annotations.models import MAX_LENGTH, Annotation
from annotations.services import annotation_contribute
from database.transactions import retried_transaction
from events.kinds import KINDS
from events.models import Event, EventReport
from events.reports import event_report
from events.services import event_create
from events.words import days_words

MAX_LABEL = 200


@retried_transaction
def event_propose(*, by: User, values: Mapping[str, Any], now: dt.datetime | None = None) -> Event:
    """Add an event to the calendar, for review unless `by` may edit it. Raises TooMuch beyond the limits."""
    refuse_too_much(by=by, now=now or timezone.now())
    return event_create(by=by, values=values)


def event_report_within_limits(*, event: Event, by: User, reason: str, now: dt.datetime | None = None) -> EventReport:
    """Report a published event to the moderators. Raises TooMuch beyond the limits, and what `event_report` raises."""
    return event_report(event=event, by=by, reason=reason, allowed=lambda: refuse_too_much(by=by, now=now or timezone.now()))


def note_of(event: Event) -> str:
    """What the note says: that they overlap, which is all that is known."""
    text = _("Overlaps with %(title)s (%(days)s).") % {"title": event.title, "days": days_words(event)}
    return text[:MAX_LENGTH]


@retried_transaction
def event_take(*, alert: Alert, event: Event, by: User, now: dt.datetime | None = None) -> Annotation | None:
    """Make `event` the label of `alert` and write a note with its link; None where such a note is there already.

    The cause is set where nobody chose one before. Raises what `alert_label` and `annotation_contribute` raise.
    """
    if not may(by, "alert.label"):
        raise PermissionDenied(_("You may not do this."))
    current = Alert.objects.select_for_update().get(pk=alert.pk)
    chosen: Any = KEEP
    if current.category_id is None:
        chosen = Category.objects.filter(slug=KINDS[event.kind].category).first() or KEEP
    alert_label(alert=current, by=by, category=chosen, label=event.title[:MAX_LABEL], note=f"From event {event.pk}")
    text = note_of(event)
    kept = (Annotation.Status.PENDING, Annotation.Status.PUBLISHED)
    if Annotation.objects.filter(alert=current, text=text, status__in=kept).exists():
        return None
    return annotation_contribute(alert=current, by=by, text=text, link=event.url, now=now)
