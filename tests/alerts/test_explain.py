"""Why this alert: sentences from stored evidence, and the proof that they still hold."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from alerts.engine.verification import NotComparable, verify_alert
from alerts.explain import explain
from alerts.models import Alert
from edits.models import EditCount, Project
from tests.alerts.series import counts, detect, judge_by, month, revise
from tests.factories import make_alert, make_edit_counts, make_project

pytestmark = pytest.mark.django_db

FIGURES = {
    "month": dt.date(2024, 9, 1), "count": 13_420, "expected": 7_900.0, "upper": 10_600.0, "lower": 5_800.0,
    "excess": 5_520.0, "percentage_difference": 69.87, "p_value": 0.00111, "q_value": 0.04, "policy_version": "site:1",
    "evidence": {"history": 150, "wikis": 1012, "details": {"season_factor": 1.22}},
}  # fmt: skip
DROP = {"direction": "drop", "count": 900, "excess": -7000.0, "percentage_difference": -88.6}


def told(**changes: object) -> tuple[str, ...]:
    return explain(make_alert(make_project(), **(FIGURES | changes))).sentences


def test_an_alert_is_told_in_three_plain_sentences_or_so(db: None) -> None:
    explanation = explain(make_alert(make_project(), **FIGURES))
    assert explanation.sentences == (
        "13,420 edits in September 2024, expected about 7,900 (normal up to 10,600).",
        "About 70% more than usual. Chance alone does this about once in 900 months.",
        "September usually runs 22% high here; that is already taken into account.",
    )
    assert explanation.chances == "p = 0.0011; q = 0.04 over 1,012 wikis"
    assert explanation.provenance == "Judged by: expected band, version 1.0, policy site:1; data as of August 28, 2026."


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"p_value": 2e-9}, "Chance alone does this less than once in 10,000 months."),
        (DROP, "(normal from 5,800)"),
        (DROP, "About 89% fewer than usual. Chance"),
        ({"provisional": True}, "so far; about 7,900 were expected for the part of the month that has passed"),
        ({"percentage_difference": 15_000.0}, "About 151 times as many as usual."),
        ({"p_value": None}, "About 70% more than usual."),
        ({"p_value": None, "threshold": 10_270.0}, "a peak from 10,270 upwards; it makes no claim about chance"),
        ({"expected": 0.0, "percentage_difference": None, "excess": 13_420.0}, "13,420 more, where nothing is usual."),
        ({"expected": 4.25, "count": 12, "excess": 7.75}, "12 edits in September 2024, expected about 4.2"),
        ({"evidence": {"history": 8}}, "only 8 months came before"),
        ({"evidence": {"details": {"season_factor": 0.7}}}, "September usually runs 30% low here"),
        ({"episode_end": dt.date(2024, 11, 1)}, "It lasted until November 2024."),
        (
            {"evidence": {"details": {"level_recent": 2000.0, "level_steady": 800.0, "weight_recent": 0.8}}},
            "changed lately, from about 800 to about 2,000 a month",
        ),
        ({"metric": "active_editors", "count": 1}, "1 active editor in September 2024"),
    ],
)  # fmt: skip
def test_what_matters_is_told_and_what_does_not_is_left_out(changes: dict[str, object], text: str) -> None:
    sentences = " ".join(told(**changes))
    assert text in sentences
    assert ("September usually" in sentences) == ("season_factor" in str((FIGURES | changes)["evidence"]))


def test_numbers_and_months_are_the_readers(db: None) -> None:
    alert = make_alert(make_project(), **FIGURES)
    with translation.override("de"):
        text = str(explain(alert))
    assert "13.420" in text
    assert "September 2024" in text
    assert "28. August 2026" in text


@pytest.fixture
def wiki(db: None) -> Project:
    """Two years of ordinary months of three wikis, judged by the expected band; the first has a peak that lasts two months."""
    random = np.random.default_rng(5)
    projects = [make_project(f"{name}.wikipedia.org") for name in ("is", "de", "fr")]
    for project in projects:
        make_edit_counts(project, counts(*random.poisson(1_000, 40).tolist()))
    revise(projects[0], 30, 4_000)
    revise(projects[0], 31, 3_000)
    revise(projects[1], 36, 200)
    detect()
    return projects[0]


def test_an_alert_computed_anew_is_identical(wiki: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert {alert.direction for alert in Alert.objects.all()} == {"peak", "drop"}
    for alert in Alert.objects.all():
        assert verify_alert(alert) == []
    first = Alert.objects.get(month=month(30), project=wiki)
    assert first.episode_end == month(31)
    call_command("explain_alert", str(first.pk))
    said = capsys.readouterr().out
    assert "4,000 edits in July 2022" in said
    assert "is identical" in said


@pytest.mark.parametrize(
    ("place", "count", "fields"),
    [
        (30, 4_100, {"count", "excess", "score"}),
        (29, 3_000, {"expected"}),
        (32, 3_000, {"episode_end"}),
        (30, 1_000, {"direction"}),
    ],
)  # fmt: skip
def test_counts_that_changed_since_are_noticed(wiki: Project, place: int, count: int, fields: set[str]) -> None:
    alert = Alert.objects.get(month=month(30), project=wiki)
    revise(wiki, place, count)
    assert fields <= {difference.field for difference in verify_alert(alert)}
    with pytest.raises(CommandError, match="NOT identical"):
        call_command("explain_alert", str(alert.pk))


def test_what_cannot_be_computed_anew_says_why(wiki: Project) -> None:
    alert = Alert.objects.get(month=month(30), project=wiki)
    EditCount.objects.filter(project=wiki, month=month(30)).delete()
    with pytest.raises(NotComparable, match="No count of 2022-07"):
        verify_alert(alert)
    with pytest.raises(CommandError, match="Not computed anew"):
        call_command("explain_alert", str(alert.pk))
    revise(wiki, 30, 4_000)
    alert.policy_version = "site:77"
    with pytest.raises(NotComparable, match="site:77"):
        verify_alert(alert)
    with pytest.raises(CommandError, match="no alert 4711"):
        call_command("explain_alert", "4711")


def test_an_alert_is_computed_by_the_policy_that_raised_it(wiki: Project) -> None:
    alert = Alert.objects.get(month=month(30), project=wiki)
    judge_by("expected_band", p_value=0.0001)
    assert verify_alert(alert) == []
