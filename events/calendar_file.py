"""Events as an iCalendar file (RFC 5545), to subscribe to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from icalendar import Calendar
from icalendar import Event as Entry

from events.models import Event, Status
from events.words import scope_words

PRODUCT = "-//Community Activity Alerts//events//EN"
REFRESH = dt.timedelta(days=1)


def calendar_file(events: Iterable[Event], *, name: str, host: str, address_of: Callable[[Event], str]) -> bytes:
    """`events` with days, whole days each. `address_of` gives the page of an event; `host` makes their names unique.

    An event keeps its UID for ever; each change raises its SEQUENCE, and one that was taken back is CANCELLED.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for event in events:
        if event.first_day is not None and event.last_day is not None:
            calendar.add_component(_entry(event, event.last_day, host, address_of(event)))
    content: bytes = calendar.to_ical()
    return content


def _entry(event: Event, last_day: dt.date, host: str, address: str) -> Entry:
    entry = Entry()
    entry.add("uid", f"event-{event.pk}@{host}")
    entry.add("dtstamp", event.updated_at)
    entry.add("last-modified", event.updated_at)
    entry.add("dtstart", event.first_day)
    entry.add("dtend", last_day + dt.timedelta(days=1))  # the end is not included
    entry.add("summary", event.title)
    entry.add("description", "\n".join(part for part in (event.summary, event.url) if part))
    entry.add("location", scope_words(event.scope))
    entry.add("categories", [str(event.get_kind_display())])
    entry.add("url", address)
    entry.add("sequence", event.version - 1)
    entry.add("status", "CONFIRMED" if event.status == Status.PUBLISHED else "CANCELLED")
    entry.add("transp", "TRANSPARENT")
    return entry
