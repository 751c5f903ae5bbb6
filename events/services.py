"""Writes of events by people. Each change, its places and its history row are one transaction.

The functions ask the permission table themselves and raise `PermissionDenied`. They raise `ValidationError` for what cannot
be stored, by field, `ChangedMeanwhile` when the event has another version than the caller saw, and `NotPossible` when its
status does not allow the step. What an import writes is in `events.importers.storing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import may
from curation.reports import NotPossible
from curation.vocabulary import reason as reason_of
from database.transactions import retried_transaction
from database.upsert import insert_rows
from events.kinds import Kind
from events.models import MAX_DAYS, Event, EventPlace, Status
from events.scope import parse_scope

# What people say about an event. Everything else is the services' own.
FIELDS = (
    "title", "url", "kind", "series", "first_day", "last_day", "scope", "touches", "tag", "summary", "no_effect",
    "participants",
)  # fmt: skip

# What a reviewer can do with an event: from which status, and where it leads. What does not stand here is refused.
STEPS: Mapping[str, Mapping[Status, Status]] = MappingProxyType(
    {
        "publish": {Status.PENDING: Status.PUBLISHED, Status.REJECTED: Status.PUBLISHED, Status.WITHDRAWN: Status.PUBLISHED},
        "reject": {Status.PENDING: Status.REJECTED, Status.PUBLISHED: Status.REJECTED, Status.WITHDRAWN: Status.REJECTED},
    }
)


class ChangedMeanwhile(Exception):
    """Somebody changed the event after the page was made; `current` is the row as it is now."""

    def __init__(self, current: Event) -> None:
        self.current = current
        self.message = _("The event was changed meanwhile. Look at it again before you decide.")
        super().__init__(self.message)


def _require(by: User, action: str) -> None:
    if not may(by, action):
        raise PermissionDenied(_("You may not do this."))


@retried_transaction
def event_create(*, by: User, values: Mapping[str, Any]) -> Event:
    """Add an event: published at once by who may edit the calendar, waiting for review from others.

    `values` holds some of FIELDS. The limits on contributions are the caller's to ask (`annotations.proposals`).
    """
    _require(by, "event.propose")
    reviewer = may(by, "event.edit")
    event = Event(author=by, status=Status.PUBLISHED if reviewer else Status.PENDING)
    _put(event, values)
    _save(event, by, reason_of("written"))
    return event


@retried_transaction
def event_edit(
    *, event: Event, by: User, values: Mapping[str, Any], expected_version: int | None = None, reason: str = ""
) -> Event:
    """Change some of FIELDS. From now on no import writes to the event."""
    _require(by, "event.edit")
    current = lock(event, expected_version)
    before = {name: getattr(current, name) for name in FIELDS}
    _put(current, values)
    if before == {name: getattr(current, name) for name in FIELDS}:
        return current
    current.edited, current.edited_by = True, by
    _save(current, by, reason_of("edited", because=reason))
    return current


def event_publish(*, event: Event, by: User, expected_version: int | None = None, reason: str = "") -> Event:
    """Let everybody see it."""
    return _step("publish", event, by, reason, expected_version)


def event_reject(*, event: Event, by: User, reason: str, expected_version: int | None = None) -> Event:
    """Take it out of the calendar; imports do not bring it back. `reason` is mandatory, and the author reads it."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: the author will read it.")})
    return _step("reject", event, by, reason, expected_version)


@retried_transaction
def _step(name: str, event: Event, by: User, reason: str, expected_version: int | None) -> Event:
    _require(by, "event.edit")
    current = lock(event, expected_version)
    target = STEPS[name].get(Status(current.status))
    if target is None:
        message = _("An event that is “%(status)s” cannot be changed this way.")
        raise NotPossible(message % {"status": current.get_status_display()})
    current.status, current.review_reason = target, reason.strip()
    current.edited, current.edited_by = True, by
    current.clean_fields(exclude={field.name for field in Event._meta.fields} - {"review_reason"})
    _save(current, by, reason_of(name, because=reason))
    return current


def lock(event: Event, expected_version: int | None) -> Event:
    """The event as it is stored now, locked; ChangedMeanwhile when it has another version."""
    current = Event.objects.select_for_update().get(pk=event.pk)
    if expected_version is not None and current.version != expected_version:
        raise ChangedMeanwhile(current)
    return current


def _put(event: Event, values: Mapping[str, Any]) -> None:
    """Set `values` and check the event as a whole."""
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise ValueError(f"Not fields that people write: {', '.join(sorted(unknown))}")
    for name, value in values.items():
        setattr(event, name, value.replace("\r\n", "\n").strip() if isinstance(value, str) else value)
    clean(event)


def clean(event: Event) -> None:
    """Refuse with ValidationError, by field, what cannot be stored; write the scope in its plain form."""
    event.clean_fields(exclude=["author", "edited_by", "series"])
    event.scope = " ".join(parse_scope(event.scope))
    if (event.first_day is None) != (event.last_day is None):
        raise ValidationError({"last_day": _("Give both days, or neither.")})
    if event.first_day is None and event.kind != Kind.DEFINITION:
        raise ValidationError({"first_day": _("Only a definition is true at all times: give the days.")})
    if event.first_day and event.last_day and event.last_day < event.first_day:
        raise ValidationError({"last_day": _("The event ends before it begins.")})
    if event.first_day and event.last_day and (event.last_day - event.first_day).days > MAX_DAYS:
        raise ValidationError({"last_day": _("The event lasts more than three years.")})


def _save(event: Event, by: User, why: str) -> None:
    if event.pk:
        event.version += 1
    event._history_user = by
    event._change_reason = why
    event.save()
    write_places([event])


def write_places(events: Iterable[Event], *, new: bool = False) -> None:
    """Make the places of `events` anew from their scopes and days; `new`: they have none yet."""
    every = list(events)
    for start in range(0, len(every), 500):
        part = every[start : start + 500]
        if not new:
            EventPlace.objects.filter(event__in=[event.pk for event in part]).delete()
        rows = ((event.pk, term, event.first_day, event.last_day) for event in part for term in set(event.scope.split()))
        insert_rows(EventPlace, ("event_id", "term", "first_day", "last_day"), rows)
