"""An alert has the figures of the worst month of its episode, however small it began."""

from __future__ import annotations

import pytest

from accounts.models import User
from alerts import services
from alerts.engine.verification import verify_alert
from alerts.models import Alert, Category
from edits.models import Project
from tests.alerts.series import counts, detect, judge_by, month, reasons, revise
from tests.factories import make_edit_counts, make_project

pytestmark = pytest.mark.django_db

# As Buginese Wikipedia in 2010: about 80 edits a month, 216 in month 40, and 7,110 two months later.
ORDINARY = [78, 83, 80, 76, 85, 81, 79, 84, 77, 82] * 4
BEGINNING, HEIGHT = 40, 42


@pytest.fixture
def wiki(db: None) -> Project:
    judge_by("expected_band")
    project = make_project()
    make_edit_counts(project, counts(*ORDINARY, 216))
    return project


def at_height(wiki: Project, height: int = 7_110) -> None:
    make_edit_counts(wiki, {month(BEGINNING + 1): 260, month(HEIGHT): height})


def figures(alert: Alert) -> tuple[object, ...]:
    return alert.month, alert.worst_month, alert.count, alert.severity


@pytest.mark.parametrize("stepwise", [True, False])
def test_count_severity_and_month_are_those_of_the_worst_month(wiki: Project, stepwise: bool) -> None:
    """The same whether months come one by one or all at once."""
    if stepwise:
        detect()
        small = Alert.objects.get()
        assert (small.month, small.worst_month, small.count) == (month(BEGINNING), None, 216)
        make_edit_counts(wiki, {month(BEGINNING + 1): 260})
        detect()
        make_edit_counts(wiki, {month(HEIGHT): 7_110})
    else:
        at_height(wiki)
    detect()
    alert = Alert.objects.get()
    assert figures(alert) == (month(BEGINNING), month(HEIGHT), 7_110, "extreme")
    assert alert.episode_end == month(HEIGHT)
    assert alert.excess > 6_000
    assert verify_alert(alert) == []
    assert detect() == {}


def test_what_people_had_settled_comes_back_when_it_becomes_more_severe(wiki: Project, alice: User) -> None:
    detect()
    Alert.objects.update(severity="notable")
    alert = services.alert_acknowledge(alert=Alert.objects.get(), by=alice)
    services.alert_label(alert=alert, by=alice, label="A small contest", category=Category.objects.get(slug="contest"))
    at_height(wiki)
    assert detect() == {"escalate": 1}, "more severe: back to new, in one move"
    alert = Alert.objects.get()
    assert (alert.status, alert.label, alert.severity) == ("new", "A small contest", "extreme")
    assert reasons(alert)[-1] == "Escalated: severity went from notable to extreme"


def test_a_worst_month_that_is_revised_down_gives_the_place_to_the_next(wiki: Project) -> None:
    at_height(wiki)
    detect()
    revise(wiki, HEIGHT, 240)
    detect()
    alert = Alert.objects.get()
    assert alert.worst_month != month(HEIGHT)
    assert alert.count == (260 if alert.worst_month == month(BEGINNING + 1) else 216)
    assert verify_alert(alert) == []
