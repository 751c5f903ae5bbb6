"""Tables and calendars, from files and from addresses."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from events.importers.registry import IMPORTERS
from events.importers.services import ImportFailed, import_events
from events.models import Event, ImportRun, Status
from tests.events.importers.conftest import NOW, calendar_of
from tests.replay.server import ReplayServer

D = dt.date
HEAD = "title,kind,first_day,last_day,scope,participants\n"
ROW = "Contest,contest,2022-11-01,2022-11-30,wiki:is.wikipedia.org,12\n"
DAYS = "UID:a@x\r\nSUMMARY:Contest\r\nDTSTART;VALUE=DATE:20260201\r\nDTEND;VALUE=DATE:20260401"
pytestmark = pytest.mark.django_db


def table(tmp_path: Path, text: str | bytes) -> str:
    path = tmp_path / "events.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_a_table(tmp_path: Path, run: Any) -> None:
    second = '"Zwei, mit „ü“",contest,2022-11-01,2022-11-30,all,\n'
    place = table(tmp_path, "\ufeff" + HEAD + ROW + second)
    assert run("csv", place=place).new == 2
    event = Event.objects.get(title="Contest")
    assert (event.first_day, event.last_day, event.participants, event.scope) == (
        D(2022, 11, 1), D(2022, 11, 30), 12, "wiki:is.wikipedia.org",
    )  # fmt: skip
    assert run("csv", place=place).unchanged == 2


def test_another_table_does_not_withdraw_the_events_of_the_first(tmp_path: Path, run: Any) -> None:
    run("csv", place=table(tmp_path, HEAD + ROW))
    assert run("csv", place=table(tmp_path, HEAD + ROW.replace("Contest", "Other"))).gone == 0
    assert Event.objects.filter(status=Status.PUBLISHED).count() == 2


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("X,contest,2022-11-30,2022-11-01,all,", "before it begins"),
        ("X,party,2022-11-01,2022-11-02,all,", "“party” is none of"),
        ("X,contest,2022-11-31,2022-11-02,all,", "“2022-11-31” is not a day"),
        ("X,contest,2022-11-01,2022-11-02,mars,", "“mars” is not a place"),
        ("X,contest,2022-11-01,2022-11-02,,", "does not say where"),
        ("X,contest,2022-11-01,2022-11-02,all,many", "“many” is not a whole number"),
        ("X,contest,2022-11-01,2022-11-02", "another number of cells"),
        ("X,contest,2022-11-01,2022-11-02,all,1,1", "another number of cells"),
        (",contest,2022-11-01,2022-11-02,all,1", "without a name"),
        ("X,contest,,,all,1", "without a first or last day"),
        ("X,contest,1999-11-01,1999-11-02,all,1", "are not between 2001 and 2199"),
    ],
)
def test_a_row_that_makes_no_sense_is_told_with_its_line(tmp_path: Path, run: Any, row: str, told: str) -> None:
    report = run("csv", place=table(tmp_path, HEAD + ROW + row + "\n" + ROW.replace("Contest", "Third")))
    assert report.new == 2
    (problem,) = report.problems
    assert problem.where == "line 3"
    assert told in problem.what


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<!DOCTYPE html><html>", "columns"),
        ("", "columns"),
        (b"title\xff\xfe", "UTF-8"),
        ("title,kind\n", "missing first_day, last_day, and scope"),
        (HEAD.replace("participants", "colour") + ROW, "unknown colour"),
        (HEAD + 'X,"contest,2022', "breaks off"),
        (HEAD + "X,contest,1,2,all,\n" * 3, "cannot be understood"),
    ],
)
def test_what_is_no_table_of_events_is_refused_whole(tmp_path: Path, run: Any, text: str | bytes, told: str) -> None:
    with pytest.raises(ImportFailed, match=told):
        run("csv", place=table(tmp_path, text))
    assert not Event.objects.exists()
    assert ImportRun.objects.get().state == "failed"


def test_a_file_that_is_not_there(run: Any) -> None:
    with pytest.raises(ImportFailed, match="cannot be read"):
        run("csv", place="/nowhere/events.csv")


def test_a_calendar_by_its_address(replay: ReplayServer, run: Any) -> None:
    """The one recorded form: day-long, its end not included."""
    replay.state.pages["/events.ics"] = calendar_of(DAYS)
    place = f"{replay.url}/events.ics"
    assert run("icalendar", place=place, scope="family:wikipedia", kind="contest").new == 1
    event = Event.objects.get()
    assert (event.first_day, event.last_day, event.scope) == (D(2026, 2, 1), D(2026, 3, 31), "family:wikipedia")
    replay.state.pages["/events.ics"] = calendar_of(DAYS.replace("SUMMARY:Contest", "SUMMARY:Renamed"))
    assert run("icalendar", place=place, scope="family:wikipedia", kind="contest").updated == 1
    replay.state.pages["/events.ics"] = calendar_of(DAYS + "\r\nSTATUS:CANCELLED")
    assert run("icalendar", place=place, scope="family:wikipedia", kind="contest").gone == 1
    assert Event.objects.get().status == Status.WITHDRAWN


@pytest.mark.parametrize(
    ("times", "first", "last"),
    [
        ("DTSTART;VALUE=DATE:20260201", D(2026, 2, 1), D(2026, 2, 1)),
        ("DTSTART;VALUE=DATE:20260201\r\nDTEND;VALUE=DATE:20260201", D(2026, 2, 1), D(2026, 2, 1)),
        ("DTSTART;VALUE=DATE:20260201\r\nDURATION:P3D", D(2026, 2, 1), D(2026, 2, 3)),
        ("DTSTART:20260131T183000Z\r\nDTEND:20260228T182959Z", D(2026, 1, 31), D(2026, 2, 28)),
        (
            "DTSTART;TZID=Asia/Kolkata:20260201T000000\r\nDTEND;TZID=Asia/Kolkata:20260301T000000",
            D(2026, 2, 1),
            D(2026, 2, 28),
        ),
        ("DTSTART:20260201T180000\r\nDTEND:20260202T010000", D(2026, 2, 1), D(2026, 2, 2)),
        ("DTSTART:20260201T180000", D(2026, 2, 1), D(2026, 2, 1)),
    ],
    ids=["one day", "no length", "a duration", "UTC", "a zone, until midnight", "over midnight", "no end"],
)
def test_the_days_of_a_calendars_entry(tmp_path: Path, run: Any, times: str, first: D, last: D) -> None:
    path = tmp_path / "x.ics"
    path.write_bytes(calendar_of(f"UID:a\r\nSUMMARY:X\r\n{times}"))
    assert run("icalendar", place=str(path), scope="all").new == 1
    assert Event.objects.values_list("first_day", "last_day").get() == (first, last)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("UID:b\r\nSUMMARY:X\r\nDTSTART;VALUE=DATE:20260301\r\nDTEND;VALUE=DATE:20260201", "before it begins"),
        ("UID:b\r\nSUMMARY:X", "no first day"),
        ("UID:b\r\nSUMMARY:X\r\nDTSTART:tomorrow", "DTSTART"),
        ("UID:b\r\nSUMMARY:X\r\nDTSTART;VALUE=DATE:20260301\r\nRRULE:FREQ=YEARLY", "repeats"),
        ("UID:b\r\nSUMMARY:X\r\nDTSTART;VALUE=DATE:20260301\r\nDTEND:20260302T000000Z", "the other a time"),
        ("UID:b\r\nDTSTART;VALUE=DATE:20260301", "without a name"),
        ("UID:b\r\nSUMMARY:X\r\nDTSTART;VALUE=DATE:20260301\r\nURL:javascript:alert(1)", "not an http"),
    ],
)
def test_an_entry_that_makes_no_sense_is_told(tmp_path: Path, run: Any, entry: str, told: str) -> None:
    path = tmp_path / "x.ics"
    path.write_bytes(calendar_of(DAYS, entry))
    report = run("icalendar", place=str(path), scope="all")
    assert report.new == 1
    assert [told in problem.what for problem in report.problems] == [True]


@pytest.mark.parametrize(
    "content", [b"<html></html>", b"", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", b"BEGIN:VCALENDAR", b"\xff\xfe\x00"]
)
def test_what_is_no_calendar_is_refused(tmp_path: Path, run: Any, content: bytes) -> None:
    path = tmp_path / "x.ics"
    path.write_bytes(content)
    with pytest.raises(ImportFailed):
        run("icalendar", place=str(path), scope="all")
    assert not Event.objects.exists()


def test_a_calendar_needs_a_scope_and_an_address_needs_a_session(replay: ReplayServer, run: Any) -> None:
    with pytest.raises(ImportFailed, match="give a scope"):
        run("icalendar", place="/nowhere.ics")
    with pytest.raises(ImportFailed, match="WIKIMEDIA_CONTACT"):
        import_events(importer=IMPORTERS["icalendar"], place=f"{replay.url}/events.ics", scope="all", now=NOW)


def test_the_command(tmp_path: Path, capsys: Any) -> None:
    place = table(tmp_path, HEAD + ROW + ROW.replace("Contest", "Second") + "X,contest,1,2,all,\n")
    call_command("import_events", "csv", place, "--dry-run")
    assert not Event.objects.exists()
    call_command("import_events", "csv", place, "--review")
    assert set(Event.objects.values_list("status", flat=True)) == {"pending"}
    said = capsys.readouterr().out.splitlines()
    assert said[0] == said[2]
    assert said[0].startswith("not understood: line 4: ")
    assert said[1] == f"Dry run: {said[3]}"
    for arguments in (["csv"], ["dashboard", place], ["csv", "/nowhere.csv"]):
        with pytest.raises(CommandError):
            call_command("import_events", *arguments)
