"""Event registrations of the CampaignEvents extension."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from events.importers import campaign_events
from events.importers.services import ImportFailed
from events.models import Event, EventSource, ImportRun, Status
from tests.events.importers.conftest import NOW, course, registration
from tests.factories import make_project
from tests.replay.server import ReplayServer

D = dt.date
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wikis(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    make_project("is.wikipedia.org")
    make_project("meta.wikimedia.org", dbname="metawiki", language_code="")
    monkeypatch.setattr(campaign_events, "MAX_ABSENT", 5)


def say(replay: ReplayServer, *events: dict[str, Any]) -> None:
    replay.state.pages.update({f"/event_registration/{event['id']}": event for event in events})


def test_it_walks_over_gaps_and_goes_on_where_it_ended(replay: ReplayServer, run: Any) -> None:
    say(replay, registration(1), registration(2), registration(6))
    assert run("campaign_events").new == 3
    assert len(replay.paths) == 6 + 5
    assert ImportRun.objects.get().cursor == 7
    event = Event.objects.get(title="Editing night 6")
    assert (event.first_day, event.last_day, event.scope) == (D(2022, 11, 1), D(2022, 11, 30), "wiki:is.wikipedia.org")
    assert event.url == "https://meta.wikimedia.org/wiki/Event:Editing_night_6"
    replay.state.log.clear()
    say(replay, registration(8))
    assert run("campaign_events").new == 1
    assert replay.paths[0] == "/event_registration/7"


def test_known_events_that_are_not_long_over_are_asked_again(replay: ReplayServer, run: Any) -> None:
    say(replay, registration(1), registration(2, end_time="20260901000000", start_time="20260801000000"),
        registration(3, end_time="20260901000000", start_time="20260801000000"))  # fmt: skip
    run("campaign_events")
    del replay.state.pages["/event_registration/3"]
    say(replay, registration(2, name="Renamed", start_time="20260802000000", end_time="20260901000000"))
    replay.state.log.clear()
    report = run("campaign_events")
    assert replay.paths[:2] == ["/event_registration/2", "/event_registration/3"]
    assert (report.updated, report.gone) == (1, 1)
    assert dict(Event.objects.values_list("title", "status")) == {
        "Editing night 1": "published", "Renamed": "published", "Editing night 3": "withdrawn",
    }  # fmt: skip


def test_test_events_are_left_out_and_one_that_becomes_one_goes(replay: ReplayServer, run: Any) -> None:
    soon = {"start_time": "20260801000000", "end_time": "20260901000000"}
    say(replay, registration(1, is_test_event=True), registration(2, **soon))
    assert run("campaign_events").new == 1
    say(replay, registration(2, is_test_event=True, **soon))
    assert run("campaign_events").gone == 1
    assert Event.objects.get().status == Status.WITHDRAWN


def test_days_are_those_of_the_organisers_wherever_they_live(replay: ReplayServer, run: Any) -> None:
    """Midnight in Delhi is still the day before in UTC, and the event does not begin in the month before."""
    say(replay, registration(1, start_time="20221101000000"), registration(2, timezone="Pacific/Kiritimati"))
    run("campaign_events")
    assert set(Event.objects.values_list("first_day", flat=True)) == {D(2022, 11, 1)}


def test_an_event_of_all_wikis(replay: ReplayServer, run: Any) -> None:
    say(replay, registration(1, wikis=["*"], types=["contest-writing"]))
    run("campaign_events")
    assert Event.objects.values_list("scope", "kind").get() == ("all", "contest")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"end_time": "20221001000000"}, "ends (2022-10-01) before it begins"),
        ({"start_time": "2022-11-01"}, "is not a time"),
        ({"wikis": []}, "names no wiki"),
        ({"wikis": ["nowiki_at_all"]}, "names no wiki"),
        ({"name": None}, "without a name"),
        ({"id": "3"}, "says that its id is 3"),
    ],
)
def test_what_makes_no_sense_is_told(replay: ReplayServer, run: Any, changes: dict[str, Any], told: str) -> None:
    say(replay, registration(1), registration(2))
    replay.state.pages["/event_registration/3"] = registration(3) | changes
    report = run("campaign_events")
    assert report.new == 2
    assert [told in problem.what for problem in report.problems] == [True]


@pytest.mark.parametrize(
    ("kind", "value"),
    [("html", None), ("status", 503), ("status", 404), ("not_found", None), ("truncated", None), ("disconnect", None),
     ("body", [1]), ("body", None), ("rate_limited", "3600")],
)  # fmt: skip
def test_a_failure_of_the_network_is_no_deletion(replay: ReplayServer, run: Any, kind: str, value: Any) -> None:
    soon = {"start_time": "20260801000000", "end_time": "20260901000000"}
    say(replay, registration(1, **soon), registration(2, **soon))
    run("campaign_events")
    replay.fault(kind, match="/event_registration/", value=value)
    with pytest.raises(ImportFailed):
        run("campaign_events")
    assert set(Event.objects.values_list("status", flat=True)) == {"published"}
    failure = ImportRun.objects.latest("pk")
    assert (failure.state, failure.cursor) == ("failed", 3)


def test_one_import_asks_a_bounded_number_of_times(replay: ReplayServer, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign_events, "MAX_REQUESTS", 4)
    say(replay, *(registration(number) for number in range(1, 10)))
    assert run("campaign_events").new == 4
    assert run("campaign_events").new == 4
    assert run("campaign_events").new == 1


def test_a_course_that_tracks_the_event_is_the_same_event(replay: ReplayServer, run: Any) -> None:
    replay.state.pages["/all_courses.json"] = {"all_courses": [course(9, title="Quite another title")]}
    say(replay, registration(1, tracking_tools=[{"tool_id": 1, "tool_event_id": "Some_University/Course_9_(Spring)"}]))
    assert run("dashboard").new == 1
    assert run("campaign_events").merged == 1
    event = Event.objects.get()
    assert event.title == "Quite another title"
    assert list(event.sources.order_by("pk").values_list("importer", "leads")) == [
        ("dashboard", True), ("campaign_events", False),
    ]  # fmt: skip


def test_the_same_title_days_and_wiki_are_the_same_event(replay: ReplayServer, run: Any) -> None:
    replay.state.pages["/all_courses.json"] = {
        "all_courses": [
            course(1, title="editing NIGHT 1!", start="2022-11-02T00:00:00Z"),
            course(2, title="Editing night 1", tracked_wikis=["de.wikipedia.org"], home_wiki="de.wikipedia.org"),
            course(3, title="Editing night 1", start="2021-11-01T00:00:00Z", end="2021-11-30T00:00:00Z"),
        ]
    }
    say(replay, registration(1))
    run("dashboard")
    report = run("campaign_events")
    assert (report.new, report.merged) == (0, 1)
    merged = Event.objects.get(sources__importer="campaign_events")
    assert merged.sources.filter(importer="dashboard").get().external_id == "1"


def test_an_event_of_two_sources_goes_only_when_both_are_gone(replay: ReplayServer, run: Any) -> None:
    soon = {"start_time": "20260801000000", "end_time": "20260901000000"}
    same = course(1, title="Editing night 1", start="2026-08-01T00:00:00Z", end="2026-09-01T00:00:00Z")
    replay.state.pages["/all_courses.json"] = {"all_courses": [same, course(2)]}
    say(replay, registration(1, **soon))
    run("dashboard")
    run("campaign_events")
    replay.state.pages["/all_courses.json"] = {"all_courses": [course(2)]}
    run("dashboard")
    event = Event.objects.get(title="Editing night 1")
    assert event.status == Status.PUBLISHED
    assert event.sources.get(importer="campaign_events").leads
    say(replay, registration(1, name="Led by the other", **soon))
    assert run("campaign_events").updated == 1
    del replay.state.pages["/event_registration/1"]
    assert run("campaign_events").gone == 1
    event.refresh_from_db()
    assert (event.title, event.status) == ("Led by the other", Status.WITHDRAWN)
    assert EventSource.objects.filter(event=event, gone_at=None).count() == 0
    assert event.updated_at == NOW
