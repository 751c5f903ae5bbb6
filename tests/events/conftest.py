"""Events as tests need them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from events.importers.services import load_calendar
from events.models import Event, Status
from events.services import write_places

NOW = dt.datetime(2026, 8, 28, 12, tzinfo=dt.UTC)


def make_event(title: str = "Contest", first: str = "2022-11-01", last: str = "2022-11-30", **values: Any) -> Event:
    defaults = {"kind": "contest", "scope": "wiki:is.wikipedia.org", "status": Status.PUBLISHED}
    event = Event.objects.create(
        title=title, first_day=dt.date.fromisoformat(first), last_day=dt.date.fromisoformat(last), **(defaults | values)
    )
    write_places([event])
    return event


@pytest.fixture
def calendar(db: None) -> None:
    """The calendar that comes with the site."""
    load_calendar(now=NOW)
