"""What people do with alerts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from inspect import signature
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from alerts import services
from alerts.expectations import Expectation
from alerts.lifecycle import MOVES, Actor, ChangedMeanwhile, IllegalTransition, Move, moves_for, moves_for_people
from alerts.models import (
    DETECTOR_FIELDS,
    HUMAN_FIELDS,
    LIFECYCLE_FIELDS,
    SHOWING_FIELDS,
    Alert,
    Category,
    DetectionPolicy,
    Status,
)
from tests.factories import make_alert, make_project

pytestmark = pytest.mark.django_db


def category() -> Category:
    return Category.objects.get(slug="contest")


PERSONS_MOVES: dict[Move, Callable[[Alert, User], Alert]] = {
    Move.ACKNOWLEDGE: lambda alert, by: services.alert_acknowledge(alert=alert, by=by),
    Move.EXPLAIN: lambda alert, by: services.alert_explain(alert=alert, by=by, category=category()),
    Move.DISMISS: lambda alert, by: services.alert_dismiss(alert=alert, by=by, reason="Known import"),
    Move.REOPEN: lambda alert, by: services.alert_reopen(alert=alert, by=by),
    Move.LABEL: lambda alert, by: services.alert_label(alert=alert, by=by, label="Wiki Loves Monuments"),
    Move.ASSIGN: lambda alert, by: services.alert_assign(alert=alert, by=by, assignee=by),
}


def human_values(alert: Alert) -> dict[str, Any]:
    return Alert.objects.filter(pk=alert.pk).values(*HUMAN_FIELDS, *LIFECYCLE_FIELDS, "version").get()


def test_nobodys_columns_are_anybody_elses() -> None:
    owners = (set(DETECTOR_FIELDS), set(HUMAN_FIELDS), set(LIFECYCLE_FIELDS), set(SHOWING_FIELDS))
    key = {"id", "project", "metric", "month", "direction"}
    assert len(set.union(*owners, key)) == sum(len(names) for names in (*owners, key))
    fields = [field for field in Alert._meta.concrete_fields if not field.generated]  # the database's own
    assert set.union(*owners, key, {"version", "updated_at"}) == {field.name for field in fields}


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("move", list(PERSONS_MOVES))
def test_each_move_from_each_status_does_what_the_table_says(status: Status, move: Move, alice: User) -> None:
    alert = make_alert(make_project(), status=status, dismissal_reason="before")
    before = human_values(alert)
    outcome = MOVES[status].get(move)
    if outcome is None:
        with pytest.raises(IllegalTransition, match=str(status.label)):
            PERSONS_MOVES[move](alert, alice)
        assert human_values(alert) == before
        assert alert.history.count() == 1
        return
    changed = PERSONS_MOVES[move](alert, alice)
    assert changed.status == outcome.status
    assert changed.version == alert.version + 1
    newest = changed.history.first()
    assert (newest.history_user, newest.status, changed.history.count()) == (alice, outcome.status, 2)
    assert newest.history_change_reason


def test_every_status_is_in_the_table_and_people_and_detector_share_no_move() -> None:
    assert set(MOVES) == {None, *Status}
    persons = {move for status in Status for move in moves_for_people(status)}
    detectors = {move for status in Status for move in moves_for(status, by=Actor.DETECTOR)}
    assert persons == set(PERSONS_MOVES)
    assert not persons & detectors


def test_detectors_columns_stay_byte_identical_whatever_people_do(alice: User) -> None:
    alert = make_alert(make_project())
    before = Alert.objects.filter(pk=alert.pk).values(*DETECTOR_FIELDS).get()
    for move in (Move.ASSIGN, Move.LABEL, Move.ACKNOWLEDGE, Move.EXPLAIN, Move.DISMISS, Move.REOPEN):
        PERSONS_MOVES[move](alert, alice)
    assert Alert.objects.filter(pk=alert.pk).values(*DETECTOR_FIELDS).get() == before


def people_do(alert: Alert, by: User) -> dict[str, Callable[[], object]]:
    """Every service by which people change alerts and rules, ready to be called by `by`."""
    given = {"category": category(), "reason": "Known", "note": "Seen", "label": "A contest", "assignee": by}
    policy = DetectionPolicy(family="wikipedia", detector="rolling_mean")
    days = {"first_month": alert.month, "until": dt.date(2030, 1, 1)}
    expectation = {"project": alert.project, "title": "A contest", "expectation": Expectation(project=alert.project, **days)}
    time = {"today": dt.date(2023, 1, 1), "now": dt.datetime(2023, 1, 1, tzinfo=dt.UTC)}
    known = {"alert": alert, "by": by, "policy": policy, **given, **days, **expectation, **time}
    named = {name: getattr(services, name) for name in services.__all__}
    writes = {name: do for name, do in named.items() if callable(do) and "by" in signature(do).parameters}
    assert {"alert_label", "alert_dismiss", "policy_save", "policy_delete"} <= set(writes)
    return {
        name: partial(do, **{key: known[key] for key in signature(do).parameters if key in known})
        for name, do in writes.items()
    }


@pytest.mark.parametrize("role", ["bob", "dora", "carol"])
def test_services_ask_who_may_so_that_no_view_need_remember_to(role: str, request: pytest.FixtureRequest) -> None:
    by = request.getfixturevalue(role)
    alert = make_alert(make_project())
    policies = list(DetectionPolicy.objects.values())
    for name, act in people_do(alert, by).items():
        if role == "carol" and name == "alert_label":
            continue  # managers of a community label
        with pytest.raises(PermissionDenied):
            act()
        alert.refresh_from_db()
        assert (alert.status, alert.version, alert.label, alert.assignee_id) == ("new", 1, "", None), name
        assert list(DetectionPolicy.objects.values()) == policies, name


def test_a_dismissal_needs_a_reason(alice: User) -> None:
    alert = make_alert(make_project())
    with pytest.raises(ValidationError, match="Say why"):
        services.alert_dismiss(alert=alert, by=alice, reason="  ")
    alert.refresh_from_db()
    assert (alert.status, alert.history.count()) == ("new", 1)


def test_settling_remembers_the_count_that_was_settled_and_reopening_forgets_it(alice: User) -> None:
    alert = make_alert(make_project(), count=500)
    dismissed = services.alert_dismiss(alert=alert, by=alice, reason="Known import")
    assert (dismissed.settled_count, dismissed.dismissal_reason) == (500, "Known import")
    reopened = services.alert_reopen(alert=dismissed, by=alice)
    assert (reopened.settled_count, reopened.dismissal_reason, reopened.status) == (None, "", "new")


def test_the_second_of_two_who_decide_on_the_same_page_is_told(alice: User, root: User) -> None:
    seen = make_alert(make_project())
    services.alert_dismiss(alert=seen, by=alice, reason="Known import", expected_version=seen.version)
    with pytest.raises(ChangedMeanwhile) as caught:
        services.alert_explain(alert=seen, by=root, category=category(), expected_version=seen.version)
    assert caught.value.current.status == "dismissed"
    assert Alert.objects.get().dismissal_reason == "Known import"


def test_saying_the_same_again_changes_nothing(alice: User) -> None:
    alert = make_alert(make_project())
    first = services.alert_label(alert=alert, by=alice, category=category(), label=" Contest ")
    again = services.alert_label(alert=alert, by=alice, category=category(), label="Contest")
    assert (again.version, again.history.count(), first.label) == (first.version, 2, "Contest")


@pytest.mark.parametrize("text", ["nul \x00", "half \ud800", "x" * 501])
def test_text_that_cannot_be_stored_is_refused_and_nothing_changes(text: str, alice: User) -> None:
    alert = make_alert(make_project())
    with pytest.raises(ValidationError):
        services.alert_label(alert=alert, by=alice, label=text)
    alert.refresh_from_db()
    assert (alert.label, alert.version, alert.history.count()) == ("", 1, 1)


def test_labels_of_any_script_are_kept(alice: User) -> None:
    label = "Ramadan 🌙 سباق التحرير"
    assert services.alert_label(alert=make_alert(make_project()), by=alice, label=label).label == label
