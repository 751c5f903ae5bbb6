"""Which events fit what stood out."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from dataclasses import replace

import pytest
from django.conf import settings

from events.kinds import Kind
from events.matching import Occasion, Question, Strength, fit_of, overlap, rank, share_of_excess
from events.scope import Specificity

D = dt.date
SEPTEMBER = Question(metric="active_editors", first_day=D(2012, 9, 1), last_day=D(2012, 9, 30))
CONTEST = Occasion(key=1, kind=Kind.CONTEST, first_day=D(2012, 9, 1), last_day=D(2012, 10, 31), specificity=Specificity.NAMED)


def test_days_count_and_not_the_names_of_months() -> None:
    """Ramadan of 2025 and of 2026 lie in different months; each meets its own."""
    for first, last, month in (
        (D(2025, 3, 1), D(2025, 3, 29), D(2025, 3, 1)),
        (D(2026, 2, 18), D(2026, 3, 19), D(2026, 2, 1)),
    ):
        occasion = replace(CONTEST, first_day=first, last_day=last)
        question = replace(SEPTEMBER, first_day=month, last_day=month + dt.timedelta(days=27))
        assert fit_of(question, occasion)
        assert not fit_of(replace(question, first_day=D(2024, 3, 1), last_day=D(2024, 3, 31)), occasion)


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (D(2012, 8, 1), D(2012, 8, 31), 0),
        (D(2012, 8, 1), D(2012, 9, 1), 1),
        (D(2012, 9, 30), D(2012, 12, 1), 1),
        (D(2012, 10, 1), D(2012, 12, 1), 0),
        (D(2012, 9, 5), D(2012, 9, 5), 1),
        (D(2001, 1, 1), D(2100, 1, 1), 30),
    ],
)
def test_both_ends_belong_to_a_span(first: D, last: D, days: int) -> None:
    assert overlap(SEPTEMBER.first_day, SEPTEMBER.last_day, first, last) == days


@pytest.mark.parametrize(
    "occasion",
    [
        replace(CONTEST, no_effect=True),
        replace(CONTEST, touches=("bots",)),
        replace(CONTEST, first_day=D(2012, 10, 1)),
        replace(CONTEST, kind=Kind.OUTAGE),
    ],
    ids=["known for no effect", "touches bots, and editors were counted", "other days", "cannot raise a count"],
)
def test_what_cannot_be_behind_it_is_not_offered(occasion: Occasion) -> None:
    assert fit_of(SEPTEMBER, occasion) is None


def test_a_contest_explains_no_drop_and_a_change_of_software_may() -> None:
    drop = replace(SEPTEMBER, rises=False)
    assert fit_of(drop, CONTEST) is None
    assert fit_of(drop, replace(CONTEST, kind=Kind.SOFTWARE)) is not None


def test_a_change_still_shows_in_the_months_after_it() -> None:
    change = replace(CONTEST, kind=Kind.SOFTWARE, first_day=D(2012, 7, 10), last_day=D(2012, 7, 10))
    assert fit_of(SEPTEMBER, change)
    assert fit_of(SEPTEMBER, replace(change, first_day=D(2012, 5, 1), last_day=D(2012, 5, 1))) is None


def test_named_comes_before_family_and_family_before_everywhere() -> None:
    found = rank(SEPTEMBER, [replace(CONTEST, key=key, specificity=each) for key, each in enumerate(Specificity) if each])
    assert [fit.specificity for fit in found] == sorted((fit.specificity for fit in found), reverse=True)
    assert found[0].is_proposed
    assert found[-1].strength is Strength.WEAK


@pytest.mark.parametrize(
    ("editions", "strength"),
    [
        ((), Strength.POSSIBLE),
        ((True,), Strength.STRONG),
        ((True, False, True), Strength.STRONG),
        ((False, False, True), Strength.STRONG),
        ((False,), Strength.POSSIBLE),
        ((False, False), Strength.WEAK),
    ],
)
def test_what_earlier_editions_did_counts(editions: tuple[bool, ...], strength: Strength) -> None:
    fit = fit_of(SEPTEMBER, replace(CONTEST, editions=editions))
    assert fit
    assert fit.strength is strength


def test_a_small_meeting_on_a_large_wiki_is_not_proposed() -> None:
    meeting = replace(CONTEST, kind=Kind.EDITATHON, participants=15)
    large, small = replace(SEPTEMBER, active_editors=40_000.0), replace(SEPTEMBER, active_editors=60.0)
    assert not fit_of(large, meeting).is_proposed  # type: ignore[union-attr]
    assert fit_of(small, meeting).strength is Strength.STRONG  # type: ignore[union-attr]


def test_the_days_of_the_excess_count_where_days_are_known() -> None:
    days = {D(2012, 9, 1) + dt.timedelta(days=n): 100.0 if n < 10 else 0.0 for n in range(30)}
    question = replace(SEPTEMBER, metric="edits", daily_excess=days)
    on, off = replace(CONTEST, last_day=D(2012, 9, 10)), replace(CONTEST, first_day=D(2012, 9, 21), last_day=D(2012, 9, 30))
    assert share_of_excess(question, on) == 1.0
    assert share_of_excess(question, off) == 0.0
    assert [fit.days for fit in rank(question, [off, replace(on, key=2)])] == [10, 10]
    assert rank(question, [off, replace(on, key=2)])[0].key == 2
    assert not fit_of(question, off).is_proposed  # type: ignore[union-attr]
    assert share_of_excess(SEPTEMBER, on) is None


@pytest.mark.recorded_data("daily-edits.csv.gz")
def test_on_recorded_days_the_excess_of_march_2020_falls_on_the_days_of_the_lockdown() -> None:
    """fr.wikipedia, against March 2018 and 2019: the recorded change of mobility began on the 16th (labelled-events)."""
    path = settings.SNAPSHOT_DIR / "daily-edits.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["project"] == "fr.wikipedia.org"]
    counts = {dt.date.fromisoformat(row["date"]): float(row["edits"]) for row in rows}
    before = [count for day, count in counts.items() if day.month == 3 and day.year in (2018, 2019)]
    usual = sum(before) / len(before)
    march = {day: count - usual for day, count in counts.items() if (day.year, day.month) == (2020, 3)}
    question = Question("edits", D(2020, 3, 1), D(2020, 3, 31), daily_excess=march)
    lockdown = replace(CONTEST, kind=Kind.WORLD, first_day=D(2020, 3, 16), last_day=D(2020, 7, 2))
    fit = fit_of(question, lockdown)
    assert fit
    assert fit.share is not None
    assert 16 / 31 < fit.share < 2 / 3  # more than its part of the month, and not enough to say more
    assert fit.points == fit_of(replace(question, daily_excess={}), lockdown).points  # type: ignore[union-attr]
