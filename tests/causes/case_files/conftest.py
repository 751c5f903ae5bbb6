"""An alert of a small Wikimedia, and a way to work on its case file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from alerts.models import Alert
from causes.case_files.fetching import fetch_case_file
from causes.case_files.services import request_case_files
from causes.models import CaseFile
from edits.wikimedia.session import Session
from tests.factories import make_alert, make_project
from tests.replay.fixtures import NOW, edits_of, redis_url, replay, session, session_for

__all__ = ["redis_url", "replay", "session", "session_for"]

DOMAIN, MONTH = "is.wikipedia.org", dt.date(2022, 11, 1)
Work = Callable[..., CaseFile | None]


@pytest.fixture
def alert(db: None) -> Alert:
    count = edits_of(DOMAIN, "2022-11")
    return make_alert(make_project(DOMAIN), MONTH, count=count, raised_count=count, expected=count / 2, excess=count / 2)


@pytest.fixture
def work(session: Session) -> Work:
    """Ask for the file of an alert at `now`, in this thread; `opened`: make it due first."""

    def run(alert: Alert, now: dt.datetime = NOW, *, opened: bool = True, session: Session = session) -> CaseFile | None:
        if opened:
            request_case_files(alerts=Alert.objects.filter(pk=alert.pk), now=now)
        return fetch_case_file(alert_id=alert.pk, session=session, clock=lambda: now)

    return run
