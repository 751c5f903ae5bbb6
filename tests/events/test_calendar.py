"""The calendar that comes with the site."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User
from events import selectors, services
from events.importers import shipped
from events.importers.services import load_calendar
from events.kinds import Kind
from events.models import Event, EventPlace, EventSeries, Grade, Status
from tests.events.conftest import NOW
from tests.factories import make_project

D = dt.date


def test_loading_it_twice_changes_nothing(db: None) -> None:
    first, again = load_calendar(now=NOW), load_calendar(now=NOW + dt.timedelta(days=1))
    assert first.new == Event.objects.count() == len(shipped.drafts(today=NOW.date()))
    assert again.new == again.updated == again.gone == 0
    assert again.unchanged == first.new
    assert not first.problems
    assert Event.history.count() == first.new


def test_a_dry_run_says_the_same_and_writes_nothing(db: None) -> None:
    assert load_calendar(now=NOW, dry_run=True).new == len(shipped.drafts(today=NOW.date()))
    assert not Event.objects.exists()
    assert not EventSeries.objects.exists()


def test_next_year_brings_one_more_edition_of_those_that_go_on(calendar: None) -> None:
    before = Event.objects.count()
    report = load_calendar(now=NOW.replace(year=2027))
    assert report.new == Event.objects.count() - before > 10
    assert report.gone == 0
    assert Event.objects.filter(title="Wiki Loves Monuments 2028").exists()
    assert not Event.objects.filter(title="Wiki Loves Love 2021").exists()


def test_what_a_person_edited_is_never_overwritten(calendar: None, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    event = Event.objects.get(title="Wiki Loves Monuments 2012")
    services.event_edit(event=event, by=alice, values={"last_day": D(2012, 9, 30)}, reason="Only September")
    rejected = Event.objects.get(title="Wiki Loves Earth 2019")
    services.event_reject(event=rejected, by=alice, reason="A test")
    rows = shipped.rows_of

    def changed(name: str) -> list[dict[str, str]]:
        return [row | {"note": row["note"] + "!"} if "note" in row else row for row in rows(name)]

    monkeypatch.setattr(shipped, "rows_of", changed)
    report = load_calendar(now=NOW)
    event.refresh_from_db()
    rejected.refresh_from_db()
    assert report.kept == 2
    assert report.updated > 100
    assert event.last_day == D(2012, 9, 30)
    assert not event.summary.endswith("!")
    assert rejected.status == Status.REJECTED


def test_the_days_are_the_known_ones_where_they_are_known(calendar: None) -> None:
    def days(title: str) -> tuple[D | None, D | None]:
        event = Event.objects.get(title=title)
        return event.first_day, event.last_day

    assert days("Wiki Loves Monuments 2012") == (D(2012, 9, 1), D(2012, 10, 31))
    assert days("Wiki Loves Africa 2016") == (D(2016, 12, 1), D(2017, 1, 31))
    assert days("Project Tiger 2.0 / GLOW 2019") == (D(2019, 10, 10), D(2020, 1, 11))
    assert days("Wiki Loves Ramadan 2026") == (D(2026, 2, 18), D(2026, 3, 19))
    assert days("Wiki Loves Love 2019") == (D(2019, 2, 1), D(2019, 2, 28))
    assert Event.objects.get(title="Wiki Loves Monuments 2012").grade == Grade.USUAL
    assert Event.objects.filter(title="Indic Wikisource Proofreadathon 2020").count() == 2


def test_every_break_is_there_with_its_wikis(calendar: None) -> None:
    spanish, russian = make_project("es.wikipedia.org"), make_project("ru.wikipedia.org")
    commons = make_project("commons.wikimedia.org", language_code="", special=True)
    waves = {
        str(project): [event.first_day for event in selectors.breaks_of(project, D(2024, 10, 1), D(2026, 6, 1))
                       if event.title.startswith("Temporary")]
        for project in (spanish, russian, commons)
    }  # fmt: skip
    assert waves == {
        "es.wikipedia.org": [D(2025, 11, 12)],
        "ru.wikipedia.org": [D(2026, 3, 25)],
        "commons.wikimedia.org": [D(2025, 11, 12)],
    }
    assert [event.kind for event in selectors.standing()] == [Kind.DEFINITION] * 5


def test_places_follow_the_scope(calendar: None, alice: User) -> None:
    event = Event.objects.get(title="Wiki Loves Earth 2020")
    services.event_edit(event=event, by=alice, values={"scope": "language:uk  wiki:commons.wikimedia.org"})
    places = EventPlace.objects.filter(event=event).values_list("term", "first_day", "last_day")
    assert set(places) == {
        ("language:uk", event.first_day, event.last_day),
        ("wiki:commons.wikimedia.org", event.first_day, event.last_day),
    }


def test_the_command_says_what_came_of_it(db: None, capsys: Any) -> None:
    call_command("load_calendar", "--dry-run")
    call_command("load_calendar")
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("Dry run: ")
    assert said[0].removeprefix("Dry run: ") == said[1]
