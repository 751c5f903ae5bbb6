"""What may be told."""

from __future__ import annotations

import datetime as dt

import pytest

from alerts.models import Status
from alerts.selectors import announceable
from tests.factories import make_alert, make_project


@pytest.mark.django_db
def test_provisional_withdrawn_and_dismissed_alerts_are_told_to_nobody() -> None:
    project = make_project()
    for number, status in enumerate(Status, start=1):
        for provisional in (False, True):
            make_alert(project, dt.date(2020 + provisional, number, 1), status=status, provisional=provisional)
    told = set(announceable().values_list("status", "provisional"))
    assert told == {("new", False), ("acknowledged", False), ("explained", False)}
