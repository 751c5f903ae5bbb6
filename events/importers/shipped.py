"""The calendar that comes with the site: campaigns that come back, and known breaks."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from events.importers.drafts import EventDraft
from events.kinds import Kind
from events.models import EventSeries, Grade

FOLDER = Path(__file__).resolve().parent.parent / "calendar"
GRADES = {
    "recorded": Grade.RECORDED,
    "source code": Grade.SOURCE_CODE,
    "official doc": Grade.OFFICIAL,
    "third party": Grade.THIRD_PARTY,
}
Row = Mapping[str, str]


def rows_of(name: str) -> list[Row]:
    """The rows of one of the shipped files."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def grade_of(words: str) -> Grade:
    """`source code + recorded` is recorded: what was seen in counts says more than what announced it."""
    known = [GRADES[word.strip()] for word in words.split("+")]
    return Grade.RECORDED if Grade.RECORDED in known else known[0]


def store_series() -> None:
    """The series that the editions belong to. One that is there already stays as it is: people may have changed it."""
    stored = set(EventSeries.objects.values_list("slug", flat=True))
    EventSeries.objects.bulk_create(
        EventSeries(
            slug=row["slug"],
            title=row["name"],
            url=row["url"],
            kind=row["kind"],
            scope=row["scope"],
            touches=row["touches"].split(),
            tag=row["tag"],
            summary=row["note"],
            no_effect=bool(row["no_effect"]),
            usual_start=row["usual_start"],
            usual_end=row["usual_end"],
            every_years=int(row["every_years"]),
            since=int(row["since"]) if row["since"] else None,
            until=int(row["until"]) if row["until"] else None,
        )
        for row in rows_of("recurring-campaigns.csv")
        if row["slug"] not in stored
    )


def campaign_drafts(*, last_year: int) -> Iterator[EventDraft]:
    """Each edition up to `last_year`: on its known days, else on the usual ones."""
    known: dict[tuple[str, int], list[Row]] = {}
    for row in rows_of("known-editions.csv"):
        known.setdefault((row["slug"], int(row["year"])), []).append(row)
    for series in rows_of("recurring-campaigns.csv"):
        exact = {year for slug, year in known if slug == series["slug"]}
        for year in sorted(exact | set(usual_years(series, last_year=last_year))):
            editions = known.get((series["slug"], year))
            for row in editions or [_usual(series, year)]:
                yield _edition(series, year, row, numbered=editions is not None and len(editions) > 1)


def usual_years(series: Row, *, last_year: int) -> Iterator[int]:
    """The years in which the calendar alone says that there is an edition."""
    if series["since"] and series["usual_start"] and int(series["every_years"]):
        until = min(int(series["until"] or last_year), last_year)
        yield from range(int(series["since"]), until + 1, int(series["every_years"]))


def _usual(series: Row, year: int) -> Row:
    first, last = _day_of(year, series["usual_start"]), _day_of(year, series["usual_end"])
    if last < first:
        last = _day_of(year + 1, series["usual_end"])
    return {"first": f"{first}", "last": f"{last}", "source": series["source"], "grade": ""}


def _day_of(year: int, month_day: str) -> dt.date:
    """The day in that year; the last of February for a 29th that the year does not have."""
    month, day = map(int, month_day.split("-"))
    try:
        return dt.date(year, month, day)
    except ValueError:
        return dt.date(year, month + 1, 1) - dt.timedelta(days=1)


def _edition(series: Row, year: int, row: Row, *, numbered: bool) -> EventDraft:
    first = dt.date.fromisoformat(row["first"])
    sources = _and(row["source"], series["source"])
    return EventDraft(
        external_id=f"{series['slug']}/{first if numbered else year}",
        title=f"{series['name']} {year}",
        url=series["url"],
        kind=series["kind"],
        first_day=first,
        last_day=dt.date.fromisoformat(row["last"]),
        scope=series["scope"],
        touches=tuple(series["touches"].split()),
        tag=series["tag"],
        summary=f"{series['note'][:1].upper()}{series['note'][1:]}\n{sources}".strip(),
        no_effect=bool(series["no_effect"]),
        grade=grade_of(row["grade"]) if row["grade"] else Grade.USUAL,
        series=series["slug"],
    )


def break_drafts() -> Iterator[EventDraft]:
    """Changes of software, policy and definitions, and recorded bot runs."""
    for row in rows_of("known-breaks.csv"):
        first, last = first_day_of(row["start"]), last_day_of(row["end"] or row["start"])
        name = f"{row['start']} {row['title']} {row['scope']} {row['effect'] if not row['start'] else ''}"
        source = row["source"].split(" ")[0]
        yield EventDraft(
            external_id=f"break/{hashlib.sha256(name.encode()).hexdigest()[:20]}",
            title=row["title"],
            url=source if source.startswith("https://") else "",
            kind=row["kind"],
            first_day=first,
            last_day=last if row["kind"] == Kind.BOT or row["end"] else _within(first, row["start"], last),
            scope=row["scope"],
            touches=tuple(row["touches"].split()),
            summary=f"{row['effect'][:1].upper()}{row['effect'][1:]}\n{row['source']}",
            no_effect=bool(row["no_effect"]),
            grade=grade_of(row["grade"]),
        )


def _within(first: dt.date | None, start: str, last: dt.date | None) -> dt.date | None:
    """A change is a day, or the month that it is known by."""
    return first if len(start) == len("2013-03-06") else last


def first_day_of(text: str) -> dt.date | None:
    """The first day of a year, a month or a day; None for an empty text."""
    parts = [int(part) for part in text.split("-")] if text else []
    return dt.date(*(parts + [1, 1])[:3]) if parts else None


def last_day_of(text: str) -> dt.date | None:
    """The last day of a year, a month or a day; None for an empty text."""
    parts = [int(part) for part in text.split("-")] if text else []
    if len(parts) == 3:
        return dt.date(*parts)
    if len(parts) == 2:
        return (
            _day_of(parts[0], f"{parts[1]:02}-31") if parts[1] == 12 else dt.date(parts[0], parts[1] + 1, 1) - dt.timedelta(1)
        )
    return dt.date(parts[0], 12, 31) if parts else None


def _and(*texts: str) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))


def drafts(*, today: dt.date) -> list[EventDraft]:
    """Everything that is shipped: editions up to next year, so that pages can say what is to come."""
    return [*campaign_drafts(last_year=today.year + 1), *break_drafts()]
