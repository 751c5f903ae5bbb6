"""What moderators decided, as shares with intervals, and in public on /quality/."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from accounts.models import User
from alerts import services
from alerts.learning.precision import days_to_explanation, precision_tables, wilson
from alerts.models import Alert, Category
from tests.factories import NOW, make_alert, make_project

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("right", "number", "low", "high"),
    # 0 of n and n of n have closed forms: z^2 / (n + z^2) and n / (n + z^2).
    [(0, 0, 0.0, 1.0), (8, 10, 0.4901625, 0.9433178), (0, 20, 0.0, 0.1611252), (50, 50, 0.9286524, 1.0)],
)
def test_intervals(right: int, number: int, low: float, high: float) -> None:
    assert wilson(right, number) == pytest.approx((low, high), abs=1e-6)


@pytest.fixture
def decided(alice: User) -> list[Alert]:
    """22 explained peaks of a large wiki, 3 dismissed drops of a small one, an open alert and a withdrawn one."""
    large, small = make_project("de.wikipedia.org"), make_project("fo.wikipedia.org")
    months = [dt.date(2020 + at // 12, at % 12 + 1, 1) for at in range(25)]
    category = Category.objects.get(slug="contest")
    for month in months[:22]:
        services.alert_explain(alert=make_alert(large, month, expected=600_000), by=alice, category=category)
    for month in months[:3]:
        alert = make_alert(small, month, expected=40, direction="drop", severity="notable", detector="rolling_mean")
        services.alert_dismiss(alert=alert, by=alice, reason="Nothing of note")
    make_alert(small, months[5])
    make_alert(small, months[6], status="withdrawn")
    return list(Alert.objects.all())


def test_explained_is_right_and_dismissed_is_false(decided: list[Alert]) -> None:
    every, tables = precision_tables()
    assert (every.explained, every.dismissed, every.share) == (22, 3, 22 / 25)
    by_name = {
        table.name: [(str(row.label), row.explained, row.dismissed, row.too_few) for row in table.rows] for table in tables
    }
    assert by_name["direction"] == [("peak", 22, 0, False), ("drop", 0, 3, True)]
    assert by_name["severity"] == [("notable", 0, 3, True), ("extreme", 22, 0, False)]
    assert by_name["size"] == [("10 to 99 expected", 0, 3, True), ("10,000 and more expected", 22, 0, False)]
    assert [row[1:3] for row in by_name["detector"]] == [(22, 0), (0, 3)]


def test_days_are_counted_to_the_first_explanation(decided: list[Alert]) -> None:
    explained = Alert.objects.filter(status="explained").order_by("pk")
    for place, alert in enumerate(explained):
        first = alert.history.filter(status="explained").earliest("history_date")
        first.history_date = NOW + dt.timedelta(days=place)
        first.save()
    assert days_to_explanation() == (10.5, 22)


def test_an_alert_that_is_shown_under_another_is_not_counted_twice(decided: list[Alert], alice: User) -> None:
    whole = Alert.objects.filter(status="explained").first()
    assert whole is not None
    part = make_alert(whole.project, whole.month, metric="bot_edits", shown_under=whole)
    services.alert_explain(alert=part, by=alice, category=Category.objects.get(slug="contest"))
    assert precision_tables()[0].explained == 22


def test_everybody_may_read_it(client: Client, decided: list[Alert]) -> None:
    page = client.get("/quality/").content.decode()
    assert "too few to say" in page
    assert "88" in page
    assert "Rolling mean" in page or "rolling mean" in page
    assert client.get("/quality/?x=1").status_code == 400


def test_without_decisions_it_says_so(client: Client) -> None:
    assert "Too early to say" in client.get("/quality/").content.decode()
