"""What moderators expect: neither announced nor waiting, and back when the day is over."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from alerts.models import Alert, Expectation
from alerts.services import expectation_begin, expectation_end
from curation.vocabulary import reason
from subscriptions.criteria import announceable
from tests.events.conftest import make_event
from tests.factories import make_alert, make_project

D = dt.date
TODAY = D(2022, 12, 10)
NOW = dt.datetime(2022, 12, 10, 12, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def begin(by: User, project: Any, **changes: Any) -> Expectation:
    values = {
        "title": "Wiki Loves Iceland", "first_month": D(2022, 11, 1), "until": D(2022, 12, 31), "reason": "It runs each year",
        "today": TODAY,
    }  # fmt: skip
    return expectation_begin(project=project, by=by, **(values | changes))


def test_its_alerts_are_quiet_until_the_day_is_over(alice: User) -> None:
    project = make_project()
    covered, earlier = make_alert(project), make_alert(project, D(2022, 10, 1))
    other, elsewhere = make_alert(project, metric="active_editors"), make_alert(make_project("de.wikipedia.org"))
    begin(alice, project, metric="edits")
    for quiet in (Alert.objects.open().unexpected(TODAY), announceable(today=TODAY)):
        assert set(quiet) == {earlier, other, elsewhere}
    for day in (D(2022, 12, 31), D(2023, 1, 1)):
        assert (covered in announceable(today=day)) == (day > D(2022, 12, 31))
    assert Alert.objects.count() == 4
    covered.refresh_from_db()
    assert covered.status == "new"


def test_without_a_metric_it_is_for_all_of_them(alice: User) -> None:
    project = make_project()
    make_alert(project)
    make_alert(project, metric="active_editors")
    begin(alice, project)
    assert not announceable(today=TODAY).exists()


def test_ended_early_its_alerts_are_back_and_the_history_says_who_and_why(alice: User) -> None:
    project = make_project()
    alert = make_alert(project)
    expectation = begin(alice, project)
    for _twice in range(2):
        expectation = expectation_end(expectation=expectation, by=alice, reason="It was called off", now=NOW)
    assert list(announceable(today=TODAY)) == [alert]
    assert list(expectation.history.order_by("history_id").values_list("history_change_reason", "history_user__username")) == [
        (reason("begun"), "alice"),
        (reason("ended", because="It was called off"), "alice"),
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"until": D(2022, 12, 9)}, "until"),
        ({"first_month": D(2023, 2, 1)}, "until"),
        ({"title": ""}, "title"),
        ({"reason": " "}, "reason"),
        ({"metric": "smiles"}, "metric"),
        ({"first_month": D(2022, 11, 2)}, "first_month"),
    ],
)
def test_what_makes_no_sense_is_refused_by_field(alice: User, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        begin(alice, make_project(), **changes)
    assert field in refused.value.message_dict


def test_only_moderators_expect(bob: User, carol: User) -> None:
    for person in (bob, carol):
        with pytest.raises(PermissionDenied):
            begin(person, make_project(f"{person.username}.wikipedia.org"))


def test_it_is_begun_and_ended_in_the_admin(client_for: Any, alice: User, bob: User) -> None:
    project, event = make_project(), make_event(first="2022-11-05")
    alert = make_alert(project)
    until = dt.date.today() + dt.timedelta(days=9)
    place = "/admin/alerts/expectation/"
    form = client_for(alice).get(f"{place}add/?event={event.pk}").context["adminform"].form
    assert form["title"].value() == event.title
    sent = {
        "domain": project.domain, "title": event.title, "metric": "", "first_month": "2022-11-05", "until": f"{until}",
        "reason": "Each year", "event": event.pk,
    }  # fmt: skip
    assert client_for(bob).post(f"{place}add/", sent).status_code == 403
    assert client_for(alice).post(f"{place}add/", sent | {"domain": "nowhere.org"}).status_code == 200
    assert client_for(alice).post(f"{place}add/", sent | {"until": "2022-12-01"}).status_code == 200
    assert not Expectation.objects.exists()
    assert client_for(alice).post(f"{place}add/", sent).status_code == 302
    expectation = Expectation.objects.get()
    assert (expectation.first_month, expectation.created_by, expectation.link) == (
        D(2022, 11, 1),
        alice,
        f"/events/{event.pk}/",
    )
    waiting = "/admin/alerts/alert/?waiting="
    listed = {name: set(client_for(alice).get(waiting + name).context["cl"].queryset) for name in ("open", "expected")}
    assert listed == {"open": set(), "expected": {alert}}
    assert client_for(alice).get("/admin/").context["queues"][0].count == 0
    assert "Each year" in client_for(None).get(f"/alerts/{alert.pk}/").content.decode()
    assert "Expected on is.wikipedia.org until" in client_for(None).get(f"/events/{event.pk}/").content.decode()
    assert client_for(alice).get(f"{place}{expectation.pk}/change/").status_code == 200
    action = {"action": "end_expectations", "_selected_action": [expectation.pk], "confirmed": "1", "reason": "Done"}
    assert client_for(alice).post(place, action).status_code == 302
    assert set(client_for(alice).get(f"{waiting}open").context["cl"].queryset) == {alert}
