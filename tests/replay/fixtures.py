"""A small Wikimedia for tests, and a client that is quick to lose patience."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings

from edits.fetching import services
from edits.fetching.foreground import fetch_in_foreground
from edits.metrics import fetched_metrics
from edits.models import FetchRun
from edits.wikimedia.factory import open_session
from edits.wikimedia.session import Session
from tests.replay.data import ALL, ReplayData, make_sitematrix
from tests.replay.server import ReplayServer

METRICS_ASKED = fetched_metrics()
OPEN = ("af.wikipedia.org", "is.wikipedia.org", "uz.wikipedia.org")
CLOSED = "zu.wikipedia.org"
COMMONS = "commons.wikimedia.org"
SERIES = len(METRICS_ASKED) * len((*OPEN, COMMONS))  # what a first sweep asks for
FIRST, LAST = 2020 * 12, 2022 * 12 + 11  # January 2020 to December 2022, as months since year 0
TODAY = dt.date(2022, 12, 10)  # November 2022 is published
NOW = dt.datetime(2022, 12, 10, 4, tzinfo=dt.UTC)


def months() -> list[str]:
    return [f"{index // 12}-{index % 12 + 1:02}" for index in range(FIRST, LAST + 1)]


def edits_of(domain: str, month: str) -> int:
    """The edits that the small Wikimedia has for any project and month: different for each, never zero."""
    return 100 + len(domain) * 37 + int(month[:4]) % 10 * 100 + int(month[5:]) * 3


def small_wikimedia() -> ReplayData:
    """Four Wikipedias, one of them closed, and Commons, from January 2020 to December 2022."""
    data = ReplayData(sitematrix=make_sitematrix([*OPEN, CLOSED], closed=(CLOSED,), specials=(COMMONS,)))
    for domain in (*OPEN, CLOSED, COMMONS):
        for month in months():
            data.add(domain, ("edits", ALL, "content"), month, edits_of(domain, month))
            data.add_editors(domain, month, 20 + int(month[5:]))
    return data.fill_in()


@pytest.fixture
def replay() -> Iterator[ReplayServer]:
    with ReplayServer(small_wikimedia(), today=TODAY) as server:
        yield server


@pytest.fixture
def session_for(replay: ReplayServer) -> Callable[..., Session]:
    """Makes clients of the replay server; those with the same `key_prefix` share a budget, as workers of a site do."""
    prefix = f"test-{uuid.uuid4().hex}"

    def make(**changes: Any) -> Session:
        defaults = {
            "analytics_url": replay.analytics_url,
            "sitematrix_url": replay.sitematrix_url,
            "wiki_api_url": replay.wiki_api_url,
            "key_prefix": prefix,
            "max_per_minute": None,
            "first_wait": 0.01,
            "longest_wait": 0.1,
            "deadline": 5.0,
            "patience": 0.5,
        }
        return open_session(**(defaults | changes))

    return make


@pytest.fixture
def session(session_for: Callable[..., Session]) -> Session:
    return session_for()


@pytest.fixture
def fetch(db: None, session: Session) -> Callable[..., FetchRun | None]:
    """Fetch what is due at `now` (or what the options name), in this thread."""

    def run(now: dt.datetime = NOW, session: Session = session, **options: Any) -> FetchRun | None:
        return fetch_in_foreground(session=session, today=now.date(), clock=lambda: now, **options)

    return run


@pytest.fixture
def wikis(db: None, session: Session) -> None:
    """The list of wikis is known; nothing is fetched yet."""
    services.sync_project_list(session=session, now=NOW)


@pytest.fixture
def redis_url() -> str:
    if not settings.REDIS_URL:
        pytest.skip("needs Redis: this is the embedded run")
    return settings.REDIS_URL
