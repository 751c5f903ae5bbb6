"""Alerts that come and go with the data: what was withdrawn, settled, not over yet, or deleted."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from accounts.models import User
from alerts import services
from alerts.engine.verification import verify_alert
from alerts.explain import explain
from alerts.models import Alert, DetectionPolicy, DetectionState
from edits.models import EditCount, Project
from tests.alerts.series import counts, detect, everything, judge_by, month, revise
from tests.factories import make_edit_counts, make_project

pytestmark = pytest.mark.django_db


def wiki_of(*values: int | None, domain: str = "is.wikipedia.org", step: float = 10) -> Project:
    """Judged by the classic rule, with a step for alerts that come back."""
    judge_by("rolling_mean")
    DetectionPolicy.objects.update(reopen_step=step)
    project = make_project(domain)
    make_edit_counts(project, counts(*values))
    return project


def standing() -> list[tuple[dt.date, str]]:
    return [(alert.month, alert.status) for alert in Alert.objects.exclude(status="withdrawn").order_by("month")]


@pytest.fixture
def flickering() -> Project:
    """Month 12 went over the bound, under it, and a little over it again; month 13 stands far out."""
    wiki = wiki_of(*[100] * 12, 131, 100)
    for place, count in ((12, 128), (12, 132), (13, 200)):
        detect()
        revise(wiki, place, count)
    detect()
    return wiki


def test_a_start_that_stays_withdrawn_does_not_swallow_the_next_month(flickering: Project) -> None:
    assert standing() == [(month(13), "new")]

    revise(flickering, 3, 101)  # judges all later months again
    detect()

    assert standing() == [(month(13), "new")]


def test_alerts_are_found_as_they_were_when_the_memory_is_lost(flickering: Project) -> None:
    before = everything()[0]
    DetectionState.objects.all().delete()

    assert detect() == {}
    assert everything()[0] == before


def test_recomputing_by_the_same_rules_changes_nothing(flickering: Project) -> None:
    differences = services.recompute_alerts(metrics=("edits",))

    assert (differences.before, differences.after) == (1, 1)
    assert (differences.raised, differences.withdrawn, differences.revised) == ([], [], [])


@pytest.mark.parametrize("step", [0, 10])
@pytest.mark.parametrize("seed", range(12))
def test_whatever_came_before_a_second_look_changes_nothing(seed: int, step: float) -> None:
    random = np.random.default_rng(seed)
    wiki = wiki_of(*[100] * 12, *random.integers(60, 220, 8).tolist(), step=step)
    detect()
    for _ in range(6):
        revise(wiki, int(random.integers(6, 20)), int(random.choice([100, 127, 128, 131, 132, 150, 260])))
        detect()
    before = everything()[0]
    DetectionState.objects.all().delete()

    assert detect() == {}
    assert everything()[0] == before


def test_a_decision_survives_a_fault_in_the_data(alice: User) -> None:
    wiki = wiki_of(*[100] * 12, 500, 120)
    detect()
    services.alert_dismiss(alert=Alert.objects.get(), by=alice, reason="A bot, as every year.")
    for count in (105, 500, 105, 520):
        revise(wiki, 12, count)
        detect()
    alert = Alert.objects.get()
    assert (alert.status, alert.settled_count, alert.count) == ("dismissed", 500, 520)

    revise(wiki, 12, 551)  # beyond the step, from the count that she saw
    detect()
    assert Alert.objects.get().status == "new"


def counted_at(when: dt.datetime) -> None:
    EditCount.objects.filter(month=dt.date(when.year, when.month, 1)).update(updated_at=when)


HALF = dt.datetime(2021, 2, 15, tzinfo=dt.UTC)  # half of the month of place 13 has passed


@pytest.mark.parametrize(("start", "half"), [(300, 150), (300, 160), (20, 50)])
def test_half_a_month_is_held_against_half_a_bound(start: int, half: int) -> None:
    wiki = wiki_of(*[100] * 12, start)
    detect(today=dt.date(2021, 2, 1))
    revise(wiki, 13, half)
    counted_at(HALF)
    detect(today=HALF.date())

    alert = Alert.objects.get()  # no second one: a peak at the same pace carries on, and half a month proves no drop
    assert alert.month == month(12)
    assert alert.episode_end == (month(13) if start > 100 else None)


def test_alerts_of_counts_that_are_gone_are_withdrawn() -> None:
    wiki = wiki_of(*[100] * 12, 500)
    make_edit_counts(make_project("de.wikipedia.org"), counts(*[100] * 6))
    detect()
    EditCount.objects.filter(project=wiki, month=month(12)).delete()  # no other wiki has the month

    assert detect() == {"withdraw": 1}
    assert (Alert.objects.get().withdrawn_because, detect()) == ("untestable", {})


def test_alerts_of_a_wiki_without_any_count_are_withdrawn() -> None:
    wiki = wiki_of(*[100] * 12, 500)
    detect()
    EditCount.objects.filter(project=wiki).delete()

    assert detect() == {"withdraw": 1}
    assert detect() == {}


def test_evidence_is_as_true_as_the_figures() -> None:
    wiki_of(*[100] * 12, 500)
    detect()
    EditCount.objects.filter(month=month(4)).delete()  # as high as the mean: no figure changes

    assert detect() == {"revise": 1}
    alert = Alert.objects.get()
    assert alert.evidence["history"] == 11
    assert verify_alert(alert) == []

    alert.evidence["history"] = 3
    (difference,) = verify_alert(alert)
    assert (difference.field, difference.stored, difference.computed) == ("evidence.history", 3, 11)
    assert explain(alert).sentences
