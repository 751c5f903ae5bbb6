"""What may explain an alert: events, groups, causes, and how good the hypotheses are."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from alerts.models import Alert, Category
from causes.findings import Cause, Strength
from causes.hypotheses.registry import HYPOTHESES
from causes.models import Explanation
from edits.models import Project
from events.models import Event, Status
from subscriptions.models import Group
from subscriptions.services import group_save
from tests.events.conftest import make_event
from tests.factories import make_alert, make_project


def get(client: Client, path: str, **query: Any) -> Any:
    response = client.get(f"/api/v1/{path}", query)
    assert response.status_code == 200, response.content
    return response.json()


@pytest.fixture
def explained(peak: Alert) -> Alert:
    Explanation.objects.create(
        alert=peak, cause=Cause.BOTS, hypothesis="flagged_bots", strength=Strength.STRONG, explained_count=peak.count,
        explained_expected=peak.expected, rules_version=1, suggestion="bot",
        findings=[{"hypothesis": "flagged_bots", "strength": int(Strength.STRONG), "values": {}}],
        evidence={"accounts": {"names": ["somebody"]}},
    )  # fmt: skip
    return peak


def test_only_published_events_are_given(client: Client, db: None) -> None:
    shown = make_event("A contest", scope="language:is")
    hidden = make_event("A rumour")
    Event.objects.filter(pk=hidden.pk).update(status=Status.PENDING)

    assert [item["title"] for item in get(client, "events")["items"]] == [shown.title]
    assert client.get(f"/api/v1/events/{hidden.pk}").status_code == 404


def test_events_are_narrowed_as_in_the_calendar(client: Client, iceland: Project) -> None:
    here = make_event("A contest", scope="language:is")
    elsewhere = make_event("Another", scope="language:fo")

    def ids(**query: str) -> set[int]:
        return {item["id"] for item in get(client, "events", **query)["items"]}

    assert ids() == {here.pk, elsewhere.pk}
    assert ids(project="iswiki") == ids(q="contest") == {here.pk}
    assert here.first_day is not None
    assert ids(month=f"{here.first_day:%Y-%m}") == {here.pk, elsewhere.pk}


def test_pages_of_events_are_the_whole_list_the_newest_first(client: Client, db: None) -> None:
    made = [make_event(f"Event {day}", first=f"2022-11-0{day}") for day in (1, 2, 2)]
    page, found = get(client, "events", limit=1), []
    while True:
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        page = client.get(page["next"]).json()

    assert found == [made[1].pk, made[2].pk, made[0].pk]


def test_an_event_has_what_stood_out_during_it(client: Client, peak: Alert) -> None:
    event = make_event("A contest", scope="language:is")

    answer = get(client, f"events/{event.pk}")

    assert [each["alert"] for each in answer["alerts"]] == [peak.pk]
    assert answer["scope"] == ["language:is"]


def test_groups_have_their_size_and_narrow_the_lists(client: Client, peak: Alert, bob: User) -> None:
    make_alert(make_project("fo.wikipedia.org"))
    group = group_save(by=bob, name="Iceland", lines=[("language", "is")])
    before = get(client, "groups", limit=1000)["items"]
    Group.objects.filter(pk=group.pk).update(published=True)

    (item,) = [each for each in get(client, "groups", limit=1000)["items"] if each not in before]
    assert (item["projects"], item["rules"]) == (1, [{"kind": "language", "value": "is"}])
    assert [each["id"] for each in get(client, "alerts", group=group.slug)["items"]] == [peak.pk]
    assert [each["project"] for each in get(client, "projects", group=group.slug)["items"]] == ["is.wikipedia.org"]


def test_an_alert_has_its_cause_and_its_explanation_without_names(client: Client, explained: Alert) -> None:
    assert [item["cause"] for item in get(client, "alerts")["items"]] == ["bots"]
    answer = get(client, f"alerts/{explained.pk}")
    assert answer["explanation"]["hypothesis"] == "flagged_bots"
    assert "somebody" not in str(answer)


def test_alerts_are_narrowed_by_cause(client: Client, explained: Alert) -> None:
    other = make_alert(make_project("fo.wikipedia.org"))

    assert [item["id"] for item in get(client, "alerts", cause="bots")["items"]] == [explained.pk]
    assert get(client, "alerts", cause="people")["items"] == []
    assert {item["id"] for item in get(client, "alerts")["items"]} == {explained.pk, other.pk}


def test_each_cause_and_each_hypothesis_is_named(client: Client, db: None) -> None:
    assert [item["cause"] for item in get(client, "causes")] == Cause.values
    assert [item["hypothesis"] for item in get(client, "quality")] == list(HYPOTHESES)


def test_quality_counts_what_moderators_decided(client: Client, explained: Alert) -> None:
    Explanation.objects.update(suggestion=Category.objects.first().slug)
    Alert.objects.filter(pk=explained.pk).update(status="explained", category=Category.objects.first())

    (item,) = [each for each in get(client, "quality") if each["accepted"]]

    assert (item["hypothesis"], item["share"]) == ("flagged_bots", 1.0)


def test_wikis_are_found_by_words(client: Client, iceland: Project) -> None:
    make_project("fo.wikipedia.org")

    assert [item["project"] for item in get(client, "projects", q="icelandic")["items"]] == [iceland.domain]
