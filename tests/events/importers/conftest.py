"""A dashboard, event registrations and calendars that answer as the real ones do, and a client without patience."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from edits.wikimedia.factory import open_session
from edits.wikimedia.session import Session
from events.importers.registry import IMPORTERS
from events.importers.services import import_events
from events.importers.storing import Report
from tests.replay.data import ReplayData, make_sitematrix
from tests.replay.server import ReplayServer

NOW = dt.datetime(2026, 8, 28, 12, tzinfo=dt.UTC)


@pytest.fixture
def replay(settings: Any) -> Iterator[ReplayServer]:
    data = ReplayData(sitematrix=make_sitematrix(["is.wikipedia.org"], closed=(), specials=()))
    with ReplayServer(data, today=NOW.date()) as server:
        settings.EVENTS_DASHBOARD_URL = settings.EVENTS_CAMPAIGNS_URL = server.url
        yield server


@pytest.fixture
def session(replay: ReplayServer) -> Session:
    return open_session(
        contact="https://example.org/caa-tests", key_prefix=f"test-{uuid.uuid4().hex}", max_per_minute=None, deadline=3.0,
        tries=2, first_wait=0.01, patience=0.5, max_bytes=2_000_000,
    )  # fmt: skip


@pytest.fixture
def run(session: Session) -> Any:
    """Import from a source: `run("dashboard")`."""

    def start(name: str, **options: Any) -> Report:
        return import_events(importer=IMPORTERS[name], session=session, **({"now": NOW} | options))

    return start


def course(number: int = 1, **changes: Any) -> dict[str, Any]:
    """As the dashboard's list has it."""
    return {
        "id": number,
        "slug": f"Some_University/Course_{number}_(Spring)",
        "title": f"Course {number}",
        "institution": "Some University",
        "term": "Spring",
        "created_at": "2022-01-01T00:00:00.000Z",
        "start": "2022-11-01T00:00:00.000Z",
        "end": "2022-11-30T23:59:59.000Z",
        "home_wiki": "is.wikipedia.org",
        "tracked_wikis": ["is.wikipedia.org", "www.wikidata.org"],
        "facilitators": ["Secret Teacher"],
        "editors": ["Secret Student", "Another"],
        "campaign_slugs": ["spring_2022"],
    } | changes


def registration(number: int = 1, **changes: Any) -> dict[str, Any]:
    """As CampaignEvents answers for one event."""
    return {
        "id": number,
        "name": f"Editing night {number}",
        "event_page": f"Event:Editing night {number}",
        "event_page_wiki": "metawiki",
        "status": "open",
        "timezone": "Asia/Kolkata",
        "start_time": "20221101000000",
        "end_time": "20221130235900",
        "types": ["editathon"],
        "wikis": ["iswiki"],
        "topics": [],
        "is_test_event": False,
        "tracking_tools": [],
    } | changes


def calendar_of(*entries: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\n{entry}\r\nEND:VEVENT\r\n" for entry in entries)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n{body}END:VCALENDAR\r\n".encode()
