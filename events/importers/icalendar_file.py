"""Events of an iCalendar file (RFC 5545), from a file or an address.

A calendar does not say on which wikis its events take place: that is the importer's `scope`. Days are the organisers' own; the
end of a day-long event is not included, nor is an end at midnight.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from icalendar import Calendar

from events.importers.drafts import MAX_LENGTHS, BadDraft, EventDraft
from events.importers.sources import Batch, Source, Unreadable
from events.models import Grade


def read(source: Source) -> Batch:
    """The events of a calendar; Unreadable for what is none."""
    if not source.scope:
        raise Unreadable(_("A calendar does not say on which wikis its events take place: give a scope."))
    content = source.read_bytes(accept="text/calendar")
    try:
        calendar = Calendar.from_ical(content)
    except (ValueError, IndexError, KeyError, UnicodeDecodeError) as error:
        raise Unreadable(_("This is not an iCalendar file: %(why)s") % {"why": str(error)[:200]}) from error
    if getattr(calendar, "name", "") != "VCALENDAR":
        raise Unreadable(_("This is not an iCalendar file: it holds no VCALENDAR"))
    batch = Batch(complete=False)
    for entry in calendar.walk("VEVENT"):
        _take(batch, entry, source)
    return batch


def _take(batch: Batch, entry: Any, source: Source) -> None:
    name = str(entry.get("UID") or "").strip()
    where = name or str(entry.get("SUMMARY") or _("an event without a name"))
    if entry.get("RRULE") or entry.get("RDATE"):
        batch.misunderstood(where, _("it repeats (RRULE), which is not read: enter its editions one by one"))
        return
    if entry.errors:
        batch.misunderstood(where, "; ".join(f"{field}: {why}" for field, why in entry.errors))
        return
    try:
        batch.drafts.append(_draft(entry, name, source))
    except (BadDraft, ValueError, AttributeError, TypeError) as error:
        batch.misunderstood(where, str(error))


def _draft(entry: Any, name: str, source: Source) -> EventDraft:
    first, last = days_of(entry)
    return EventDraft(
        external_id=name or f"{entry.get('SUMMARY')} {first}",
        title=str(entry.get("SUMMARY") or "").strip(),
        url=str(entry.get("URL") or "").strip(),
        kind=source.kind,
        first_day=first,
        last_day=last,
        scope=source.scope,
        summary=str(entry.get("DESCRIPTION") or "").replace("\r\n", "\n").strip()[: MAX_LENGTHS["summary"]],
        grade=Grade.OFFICIAL,
        gone=str(entry.get("STATUS") or "").upper() == "CANCELLED",
    )


def days_of(entry: Any) -> tuple[dt.date, dt.date]:
    """The first and the last day of an entry, both included, in the time zone that it is written in."""
    if entry.get("DTSTART") is None:
        raise BadDraft(_("it has no first day (DTSTART)"))
    start = entry["DTSTART"].dt
    end = entry["DTEND"].dt if entry.get("DTEND") is not None else None
    if end is None:
        length = entry["DURATION"].dt if entry.get("DURATION") is not None else None
        end = start + length if length is not None else start + dt.timedelta(days=0 if isinstance(start, dt.datetime) else 1)
    if isinstance(start, dt.datetime) != isinstance(end, dt.datetime):
        raise BadDraft(_("one of its ends is a day, the other a time"))
    if end < start:
        raise BadDraft(_("it ends (%(last)s) before it begins (%(first)s)") % {"first": start, "last": end})
    first, last = _local(start), _local(end)
    ends_at_midnight = not isinstance(end, dt.datetime) or end.timetz().replace(tzinfo=None) == dt.time(0)
    return first, max(last - dt.timedelta(days=1), first) if ends_at_midnight else last


def _local(moment: dt.date | dt.datetime) -> dt.date:
    return moment.date() if isinstance(moment, dt.datetime) else moment
