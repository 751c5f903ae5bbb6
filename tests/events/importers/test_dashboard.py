"""Courses of the Programs & Events Dashboard."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core import serializers

from accounts.models import User
from events import services
from events.importers.services import ImportFailed
from events.models import Event, EventPlace, EventSource, ImportRun, Status
from tests.events.importers.conftest import NOW, course
from tests.replay.server import ReplayServer

D = dt.date
PATH = "/all_courses.json"
pytestmark = pytest.mark.django_db


def say(replay: ReplayServer, *courses: Any) -> None:
    replay.state.pages[PATH] = {"all_courses": list(courses)}


def test_a_course_is_an_event_and_nobodys_name_is_stored(replay: ReplayServer, run: Any) -> None:
    say(replay, course())
    report = run("dashboard")
    event = Event.objects.get()
    assert report.new == 1
    assert (event.title, event.first_day, event.last_day, event.participants) == (
        "Course 1",
        D(2022, 11, 1),
        D(2022, 11, 30),
        2,
    )
    assert event.scope == "wiki:is.wikipedia.org wiki:wikidata.org"
    assert event.url == f"{replay.url}/courses/Some_University/Course_1_(Spring)"
    assert event.status == Status.PUBLISHED
    rows = [*Event.objects.all(), *Event.history.all(), *EventSource.objects.all(), *ImportRun.objects.all()]
    assert "Secret" not in serializers.serialize("json", rows)


def test_a_second_import_changes_nothing_and_a_renamed_course_stays_one_event(replay: ReplayServer, run: Any) -> None:
    say(replay, course())
    run("dashboard")
    assert run("dashboard").unchanged == 1
    say(replay, course(title="Another name", slug="Some_University/Another_(Spring)", end="2022-12-05T23:59:59.000Z"))
    assert run("dashboard").updated == 1
    event = Event.objects.get()
    assert (event.title, event.last_day, event.history.count()) == ("Another name", D(2022, 12, 5), 2)
    assert set(EventPlace.objects.values_list("last_day", flat=True)) == {D(2022, 12, 5)}


def test_a_deleted_course_is_withdrawn_and_comes_back(replay: ReplayServer, run: Any) -> None:
    say(replay, course(1), course(2))
    run("dashboard")
    say(replay, course(2))
    assert run("dashboard").gone == 1
    assert Event.objects.get(title="Course 1").status == Status.WITHDRAWN
    say(replay, course(1), course(2))
    assert run("dashboard").updated == 1
    assert Event.objects.get(title="Course 1").status == Status.PUBLISHED


def test_what_a_person_edited_or_rejected_stays(replay: ReplayServer, run: Any, alice: User) -> None:
    say(replay, course(1), course(2), course(3))
    run("dashboard")
    services.event_edit(event=Event.objects.get(title="Course 1"), by=alice, values={"title": "Mine"})
    services.event_reject(event=Event.objects.get(title="Course 2"), by=alice, reason="A class of five")
    say(replay, course(1, title="Theirs"), course(2, title="Theirs too"))
    report = run("dashboard")
    assert (report.kept, report.gone) == (2, 1)
    assert dict(Event.objects.values_list("title", "status")) == {
        "Mine": "published", "Course 2": "rejected", "Course 3": "withdrawn",
    }  # fmt: skip
    say(replay, course(3))
    assert run("dashboard").kept == 2
    assert Event.objects.get(title="Mine").status == Status.PUBLISHED


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"end": "2022-10-01T00:00:00.000Z"}, "ends (2022-10-01) before it begins (2022-11-01)"),
        ({"start": "soon"}, "“soon” is not a time"),
        ({"start": None}, "is not a time"),
        ({"end": "2099-01-01T00:00:00.000Z"}, "more than three years"),
        ({"tracked_wikis": [], "home_wiki": None}, "names no wiki"),
        ({"tracked_wikis": ["evil.example"], "home_wiki": "evil.example"}, "names no wiki"),
        ({"title": None}, "without a name"),
        ({"title": "\x00bell"}, "characters of text"),
        ({"slug": None}, "no id or no slug"),
        ({"id": True}, "no id or no slug"),
    ],
)
def test_what_makes_no_sense_is_told_and_the_rest_is_stored(
    replay: ReplayServer, run: Any, changes: dict[str, Any], told: str
) -> None:
    say(replay, course(1), course(2), course(3, **changes))
    report = run("dashboard")
    assert report.new == 2
    (problem,) = report.problems
    assert told in problem.what
    assert problem.where.startswith("all_courses[2]")
    stored = ImportRun.objects.get()
    assert stored.problems[0]["what"] == problem.what
    assert stored.counts["not_understood"] == 1


def test_a_course_that_became_unreadable_is_not_taken_for_deleted(replay: ReplayServer, run: Any) -> None:
    say(replay, course(1), course(2), course(3))
    run("dashboard")
    say(replay, course(1), course(2), course(3, start="?"))
    assert run("dashboard").gone == 0
    assert not Event.objects.filter(status=Status.WITHDRAWN).exists()


def test_times_are_days_in_utc(replay: ReplayServer, run: Any) -> None:
    say(replay, course(1, start="2022-11-01T01:00:00+05:30", end="2022-11-30T23:00:00-03:00"))
    run("dashboard")
    event = Event.objects.get()
    assert (event.first_day, event.last_day) == (D(2022, 10, 31), D(2022, 12, 1))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("html", None),
        ("status", 500),
        ("not_found", None),
        ("truncated", None),
        ("cut_short", None),
        ("disconnect", None),
        ("huge", 5_000_000),
        ("rate_limited", "3600"),
        ("redirect", "http://127.0.0.1:1/elsewhere"),
        ("body", {"courses": []}),
        ("body", []),
        ("body", {"all_courses": {}}),
        ("body", {"all_courses": []}),
        ("body", {"all_courses": [1, "two", None]}),
        ("trickle", 0.2),
    ],
)
def test_a_source_that_is_not_itself_changes_nothing(replay: ReplayServer, run: Any, kind: str, value: Any) -> None:
    say(replay, course(1), course(2))
    run("dashboard")
    replay.fault(kind, match=PATH, value=value)
    with pytest.raises(ImportFailed) as failed:
        run("dashboard")
    assert str(failed.value)
    assert list(Event.objects.values_list("status", flat=True)) == ["published", "published"]
    failure = ImportRun.objects.latest("pk")
    assert (failure.state, bool(failure.error)) == ("failed", True)
    replay.heal()


def test_a_dry_run_says_what_would_happen_and_leaves_nothing(replay: ReplayServer, run: Any) -> None:
    say(replay, course(1), course(2, start="?"), course(3))
    report = run("dashboard", dry_run=True)
    assert (report.new, len(report.problems)) == (2, 1)
    assert not Event.objects.exists()
    assert not ImportRun.objects.exists()
    replay.fault("html", match=PATH)
    with pytest.raises(ImportFailed):
        run("dashboard", dry_run=True)
    assert not ImportRun.objects.exists()


def test_an_id_that_stands_twice_counts_once(replay: ReplayServer, run: Any) -> None:
    say(replay, course(1), course(1, title="Again"), course(2))
    report = run("dashboard")
    assert (report.new, [problem.where for problem in report.problems]) == (2, ["1"])


def test_a_failure_while_storing_leaves_nothing_half_stored(
    replay: ReplayServer, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from events.importers import storing

    def fail(events: object, **_how: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(storing, "write_places", fail)
    say(replay, course(1))
    with pytest.raises(RuntimeError):
        run("dashboard")
    assert not Event.objects.exists()
    assert not Event.history.exists()
    assert not EventSource.objects.exists()


def test_it_is_asked_as_every_other_source_is(replay: ReplayServer, run: Any) -> None:
    say(replay, course(1))
    run("dashboard")
    (entry,) = replay.state.log
    assert (entry.path, "https://example.org/caa-tests" in entry.agent) == (PATH, True)


def test_fifty_thousand_courses(replay: ReplayServer, session: Any) -> None:
    """Stored in one go, and read again without a change: both within a task's time."""
    import time

    from edits.wikimedia.factory import open_session
    from events.importers.registry import IMPORTERS
    from events.importers.services import import_events

    wide = open_session(contact="https://example.org/caa-tests", max_per_minute=None, max_bytes=100_000_000, deadline=60.0)
    say(replay, *(course(number) for number in range(50_000)))
    for expected in ("new", "unchanged"):
        started = time.monotonic()
        report = import_events(importer=IMPORTERS["dashboard"], now=NOW, session=wide)
        assert getattr(report, expected) == 50_000
        assert time.monotonic() - started < 840 / 4  # of what a task may take
    assert Event.objects.count() == EventSource.objects.count() == 50_000
    assert EventPlace.objects.count() == 100_000
