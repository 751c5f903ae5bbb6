"""Raising, revising, withdrawing and bringing back alerts from stored counts."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from alerts import services
from alerts.engine import judging
from alerts.engine.states import plan
from alerts.engine.sweep import Overtaken, read_sweep_input, store, unsettled_rows
from alerts.lifecycle import ChangedMeanwhile
from alerts.models import DETECTOR_FIELDS, HUMAN_FIELDS, Alert, Category, DetectionState, DetectionSweep
from alerts.policies import RuleBook
from edits.metrics import METRICS
from edits.models import EditCount, Project
from tests.alerts.series import TODAY, counts, detect, everything, judge_by, month, reasons, revise
from tests.factories import NOW, make_edit_counts, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def wiki(db: None) -> Project:
    """Judged by the classic rule: twelve months of 100, then a peak of 500, then an ordinary month."""
    judge_by("rolling_mean")
    project = make_project()
    make_edit_counts(project, counts(*[100] * 12, 500, 120))
    return project


def test_a_peak_is_raised_once_with_its_numbers_and_its_history(wiki: Project) -> None:
    assert detect() == {"raise": 1}
    alert = Alert.objects.get()
    assert (alert.project, alert.metric, alert.month, alert.direction) == (wiki, "edits", month(12), "peak")
    assert (alert.count, alert.expected, alert.threshold, alert.excess) == (500, 100.0, 130.0, 400.0)
    assert (alert.percentage_difference, alert.rolling_mean, alert.status) == (400.0, 100.0, "new")
    assert (alert.detector, alert.policy_version, alert.provisional, alert.raised_count) == (
        "rolling_mean",
        "site:2",
        False,
        500,
    )
    assert alert.evidence["history"] == 12
    (reason,) = reasons(alert)
    assert reason == "Raised by rolling_mean 1, policy site:2, with a count of 500"


def test_running_twice_changes_nothing(wiki: Project) -> None:
    detect()
    before = (*everything(), list(DetectionSweep.objects.values()))
    assert detect() == {}
    assert (*everything(), list(DetectionSweep.objects.values())) == before


def test_a_drop_is_raised_too(wiki: Project) -> None:
    revise(wiki, 14, 20)
    assert detect() == {"raise": 2}
    alert = Alert.objects.get(direction="drop")
    assert (alert.month, alert.count) == (month(14), 20)
    assert alert.threshold is not None
    assert alert.threshold > 20


def test_data_revised_below_the_bound_withdraws_and_a_rise_brings_it_back(wiki: Project) -> None:
    detect()
    revise(wiki, 12, 110)
    assert detect() == {"withdraw": 1}
    alert = Alert.objects.get()
    assert (alert.status, alert.withdrawn_from, alert.withdrawn_because) == ("withdrawn", "new", "fell")
    assert (alert.count, alert.raised_count, alert.withdrawn_at) == (110, 500, NOW)
    revise(wiki, 12, 400)
    assert detect() == {"reopen_risen": 1}
    alert.refresh_from_db()
    assert (alert.status, alert.withdrawn_at, alert.reopened_at, alert.settled_count) == ("new", None, NOW, None)
    assert reasons(alert)[1:] == [
        "Withdrawn: the count went from 500 to 110, which does not stand out",
        "Reopened: the count moved on from 110 to 400",
    ]


def test_a_count_that_flickers_around_the_bound_stays_withdrawn(wiki: Project) -> None:
    revise(wiki, 12, 131)
    detect()
    revise(wiki, 12, 128)
    detect()
    revise(wiki, 12, 132)  # over the bound, but less than 10 % above 128
    assert detect() == {"revise": 1}
    assert Alert.objects.get().status == "withdrawn"
    assert detect() == {}


def test_a_withdrawn_count_that_stands_out_from_another_past_comes_back(wiki: Project) -> None:
    detect()
    revise(wiki, 12, 128)
    detect()
    for place in range(12):
        revise(wiki, place, 50)
    assert detect()["restore"] == 1
    assert Alert.objects.get(month=month(12)).status == "new"


def test_an_alert_withdrawn_for_what_was_expected_comes_back_as_it_was(wiki: Project, alice: User) -> None:
    detect()
    services.alert_acknowledge(alert=Alert.objects.get(), by=alice)
    for place in range(6, 12):
        revise(wiki, place, 900)
    assert detect()["withdraw"] == 1
    alert = Alert.objects.get(month=month(12))
    assert (alert.status, alert.withdrawn_because, alert.count) == ("withdrawn", "baseline", 500)
    for place in range(6, 12):
        revise(wiki, place, 100)
    assert detect()["restore"] == 1
    alert.refresh_from_db()
    assert (alert.status, alert.withdrawn_from, alert.withdrawn_because) == ("acknowledged", "", "")


@pytest.mark.parametrize(
    ("count", "status"), [(540, "dismissed"), (549, "dismissed"), (550, "new"), (2000, "new"), (400, "dismissed")]
)
def test_a_dismissed_alert_comes_back_only_by_the_stated_step(wiki: Project, alice: User, count: int, status: str) -> None:
    detect()
    services.alert_dismiss(alert=Alert.objects.get(), by=alice, reason="Known import")
    revise(wiki, 12, count)
    detect()
    alert = Alert.objects.get(direction="peak")
    assert (alert.status, alert.count, alert.dismissal_reason) == (status, count, "Known import")


def test_the_step_is_measured_from_what_the_person_saw_not_from_the_last_revision(wiki: Project, alice: User) -> None:
    detect()
    services.alert_explain(alert=Alert.objects.get(), by=alice, category=Category.objects.get(slug="contest"))
    for count in (520, 540):
        revise(wiki, 12, count)
        assert detect() == {"revise": 1}
    revise(wiki, 12, 560)
    assert detect() == {"reopen_risen": 1}


def test_the_step_is_the_policys(wiki: Project, alice: User, root: User) -> None:
    policy = judge_by("rolling_mean")
    policy.reopen_step = 50
    services.policy_save(policy=policy, by=root)
    detect()
    services.alert_dismiss(alert=Alert.objects.get(), by=alice, reason="Known import")
    revise(wiki, 12, 700)
    detect()
    assert Alert.objects.get().status == "dismissed"
    revise(wiki, 12, 750)
    detect()
    assert Alert.objects.get().status == "new"


def test_a_reopened_or_withdrawn_alert_is_another_version_of_the_page(wiki: Project, alice: User) -> None:
    detect()
    seen = Alert.objects.get()
    revise(wiki, 12, 110)
    detect()
    with pytest.raises(ChangedMeanwhile):
        services.alert_dismiss(alert=seen, by=alice, reason="Known import", expected_version=seen.version)


def test_months_that_carry_on_an_alarm_are_no_alerts_but_its_end(wiki: Project) -> None:
    revise(wiki, 13, 450)
    revise(wiki, 14, 400)
    revise(wiki, 15, 160)
    assert detect() == {"raise": 1}
    alert = Alert.objects.get()
    assert (alert.month, alert.episode_end) == (month(12), month(15))


def test_an_episode_grows_month_by_month_as_it_does_all_at_once(wiki: Project) -> None:
    values = [*[100] * 12, 500, 450, 400, 390, 120, 20, 25, 100]
    for place in range(12, len(values)):
        revise(wiki, place, values[place])
        EditCount.objects.filter(month__gt=month(place)).delete()
        detect()
    figures = Alert.objects.order_by("month", "direction").values("month", "direction", "episode_end", "status", "score")
    step_by_step = list(figures.all())
    Alert.objects.all().delete()
    DetectionState.objects.all().delete()
    detect()
    at_once = list(figures.all())
    assert step_by_step == at_once
    assert len(at_once) > 1


def test_an_episode_that_shrinks_is_shortened(wiki: Project) -> None:
    revise(wiki, 13, 450)
    detect()
    assert Alert.objects.get().episode_end == month(13)
    revise(wiki, 13, 120)
    assert detect() == {"revise": 1}
    alert = Alert.objects.get()
    assert alert.episode_end is None
    assert reasons(alert)[-1] == "Revised: lasted until January 2021"


def test_an_alert_that_turns_out_to_carry_on_an_earlier_one_is_withdrawn_into_it(wiki: Project) -> None:
    revise(wiki, 13, 125)
    detect()
    revise(wiki, 11, 450)
    assert detect() == {"raise": 1, "withdraw": 1}
    later = Alert.objects.get(month=month(12))
    assert (later.status, later.withdrawn_because) == ("withdrawn", "episode")
    assert Alert.objects.get(month=month(11)).episode_end == month(12)
    revise(wiki, 11, 100)
    assert detect() == {"restore": 1, "withdraw": 1}
    later.refresh_from_db()
    assert later.status == "new"


def test_a_month_that_is_not_over_is_provisional_and_confirmed_when_it_is(wiki: Project) -> None:
    revise(wiki, 14, 600)
    EditCount.objects.filter(month=month(14)).update(updated_at=dt.datetime(2021, 3, 25, tzinfo=dt.UTC))
    during, after = dt.date(2021, 3, 26), dt.date(2021, 4, 3)
    assert detect(today=during) == {"raise": 2}
    alert = Alert.objects.get(month=month(14))
    assert alert.provisional
    before = everything()
    assert detect(today=dt.date(2021, 3, 30)) == {}
    assert everything() == before
    assert detect(today=after) == {"confirm": 1}
    alert.refresh_from_db()
    assert (alert.provisional, alert.status) == (False, "new")
    assert reasons(alert)[-1] == "Confirmed: the month is over, with a count of 600"
    assert detect(today=after) == {}


def test_a_month_that_is_not_over_is_never_a_drop_and_months_to_come_are_not_judged(wiki: Project) -> None:
    revise(wiki, 14, 1)
    revise(wiki, 15, 5_000)
    EditCount.objects.filter(month=month(14)).update(updated_at=dt.datetime(2021, 3, 25, tzinfo=dt.UTC))
    detect(today=dt.date(2021, 3, 26))
    assert [alert.month for alert in Alert.objects.all()] == [month(12)]


def test_only_new_and_changed_months_are_judged(wiki: Project) -> None:
    other = make_project("de.wikipedia.org")
    make_edit_counts(other, counts(*[100] * 14))
    detect()
    revise(wiki, 14, 120)
    revise(other, 12, 101)
    (result,) = services.detect_alerts(today=TODAY, now=NOW, metrics=("edits",))
    assert (result.projects, result.judged_months) == (2, 1 + 3)  # the panel is 15 months long: 12, 13 and the missing 14


def test_a_count_that_changed_behind_everybodys_back_is_found(wiki: Project) -> None:
    """No signal, no time stamp: as after a lost message or a restored backup."""
    detect()
    EditCount.objects.filter(month=month(12)).update(edit_count=105)
    assert detect() == {"withdraw": 1}


def test_a_count_that_is_gone_withdraws_its_alert_and_keeps_its_numbers(wiki: Project) -> None:
    detect()
    EditCount.objects.filter(month=month(12)).delete()
    assert detect() == {"withdraw": 1}
    alert = Alert.objects.get()
    assert (alert.withdrawn_because, alert.count, alert.expected) == ("untestable", 500, 100.0)
    assert detect() == {}
    revise(wiki, 12, 500)
    assert detect() == {"restore": 1}


def test_withdrawing_keeps_what_people_said(wiki: Project, alice: User) -> None:
    detect()
    alert = services.alert_explain(
        alert=Alert.objects.get(), by=alice, category=Category.objects.get(slug="contest"), label="Wiki Loves Monuments"
    )
    alert = services.alert_assign(alert=alert, by=alice, assignee=alice)
    said = Alert.objects.values(*HUMAN_FIELDS).get()
    revise(wiki, 12, 110)
    assert detect() == {"withdraw": 1}
    assert Alert.objects.values(*HUMAN_FIELDS).get() == said


def test_severity_and_q_are_over_all_wikis_of_the_month_also_when_one_changed(db: None) -> None:
    judge_by("expected_band")
    random = np.random.default_rng(7)
    projects = [make_project(f"{name}.wikipedia.org") for name in ("aa", "ab", "af", "ak", "als", "am", "an", "ang")]
    for project in projects:
        make_edit_counts(project, counts(*random.poisson(400, 36).tolist()))
    revise(projects[0], 35, 900)
    detect()
    alert = Alert.objects.get(project=projects[0], month=month(35))
    assert alert.p_value is not None
    assert alert.q_value is not None
    assert alert.evidence["wikis"] == 8
    history = alert.history.count()
    for project in projects[1:5]:
        revise(project, 35, 1200)
    assert detect()["raise"] == 4
    changed = Alert.objects.get(pk=alert.pk)
    assert changed.q_value != alert.q_value
    assert (changed.p_value, changed.history.count()) == (alert.p_value, history + (changed.severity != alert.severity))
    everyone_anew = {a.pk: (a.q_value, a.severity) for a in Alert.objects.all()}
    DetectionState.objects.all().delete()
    detect()
    assert {a.pk: (a.q_value, a.severity) for a in Alert.objects.all()} == everyone_anew


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_the_order_of_news_the_alerts_that_stand_are_those_of_one_look_at_the_end(data: st.DataObject) -> None:
    """With a step of 0, so that nothing is held back on purpose."""
    with transaction.atomic():
        policy = judge_by("rolling_mean")
        policy.reopen_step = 0
        services.policy_save(policy=policy, by=None)
        project = make_project()
        make_edit_counts(project, counts(*[100] * 8))
        news = st.tuples(st.integers(4, 19), st.sampled_from([20, 95, 100, 128, 131, 160, 300, 310, 900]))
        for place, count in data.draw(st.lists(news, min_size=1, max_size=12)):
            revise(project, place, count)
            detect()
        figures = Alert.objects.exclude(status="withdrawn").order_by("month", "direction")
        names = ("month", "direction", *(name for name in DETECTOR_FIELDS if name != "evidence"))
        followed = list(figures.values(*names))
        Alert.objects.all().delete()
        DetectionState.objects.all().delete()
        detect()
        assert followed == list(figures.values(*names))
        transaction.set_rollback(True)


@pytest.mark.parametrize("size", [1, 2, 7, 400])
def test_results_do_not_depend_on_the_chunking(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    judge_by("expected_band")
    random = np.random.default_rng(3)
    for place in range(9):
        project = make_project(f"a{chr(97 + place)}.wikipedia.org")
        make_edit_counts(project, counts(*random.negative_binomial(3, 0.01, 40).tolist()))
    detect()
    expected = Alert.objects.order_by("month", "project_id").values(*DETECTOR_FIELDS)
    everyone = list(expected.all())
    assert everyone
    Alert.objects.all().delete()
    DetectionState.objects.all().delete()
    monkeypatch.setattr(judging, "SERIES_AT_ONCE", size)
    detect()
    assert list(expected.all()) == everyone


def test_a_sweep_that_was_overtaken_writes_nothing(wiki: Project) -> None:
    sweep_input = read_sweep_input(METRICS["edits"], TODAY)
    blocks = plan(sweep_input.panel, unsettled_rows(sweep_input), sweep_input.states, RuleBook())
    judged = judging.judge(sweep_input.panel, sweep_input.elapsed, blocks)
    detect()
    before = everything()
    with pytest.raises(Overtaken):
        store(sweep_input=sweep_input, judged=judged, now=NOW)
    assert everything() == before


def test_months_keep_the_policy_that_judged_them_first(wiki: Project) -> None:
    detect()
    judge_by("rolling_mean", percentage=600.0)
    revise(wiki, 14, 600)
    revise(wiki, 11, 101)  # judged again with all that follows, by the rules of then
    assert detect() == {"revise": 1}
    assert Alert.objects.get().policy_version == "site:2"
    assert DetectionState.objects.get().policies == [["2020-01", "site:2"], ["2021-03", "site:3"]]


def test_the_history_is_in_order_and_names_nobody_for_the_detector(wiki: Project, alice: User) -> None:
    detect()
    alert = services.alert_acknowledge(alert=Alert.objects.get(), by=alice)
    revise(wiki, 12, 110)
    detect()
    rows = list(alert.history.order_by("history_id"))
    assert [row.history_user for row in rows] == [None, alice, None]
    assert all(earlier.history_id < later.history_id for earlier, later in pairwise(rows))
    assert [row.status for row in rows] == ["new", "acknowledged", "withdrawn"]


def test_the_command_says_what_it_did(wiki: Project, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("detect_alerts", "--metric", "edits", "--today", "2026-08-28")
    assert capsys.readouterr().out == "edits: judged 14 months of 1 projects; raise 1\n"


def test_nothing_stored_is_nothing_to_judge(db: None) -> None:
    assert detect() == {}
