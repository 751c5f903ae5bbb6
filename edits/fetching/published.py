"""What answers of the Analytics API prove about the months that they leave out. The reasoning is in docs/adr/0004."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from edits.months import add_months, month_range
from edits.wikimedia.analytics import Answer


@dataclass(frozen=True, slots=True)
class ResolvedCounts:
    """Counts by slice, confirmed zeros included; `newest` and `first` are the ends of the months that were named.

    Up to `proven_until` each month of each slice is known; None when that cannot be said of all slices.
    """

    counts: Mapping[tuple[str, ...], Mapping[dt.date, int]] = field(default_factory=dict)
    first: dt.date | None = None
    newest: dt.date | None = None
    proven_until: dt.date | None = None


def resolve_answers(
    answers: Sequence[Answer],
    *,
    known_from: dt.date | None,
    frontier: dt.date | None,
    doubted: Collection[tuple[str, ...]] = (),
) -> ResolvedCounts:
    """Tell confirmed zeros from missing months in the answers about all slices of one metric of one project.

    All answers cover the same months.

    1. Where no month is named, nothing is concluded: the project may not be loaded.
    2. Begin with the first month known for the project (`known_from`, from earlier answers): before it nothing is concluded.
    3. Find the last month that is published for certain. It is the one before the newest that is named for this very
       project, in whichever slice, or the one before `frontier`, the newest month that most projects had when the run
       started; the month of `frontier` itself, too, when another slice names it.
    4. From the one to the other, and in each slice up to the newest month that it names itself, a month that is left out is a
       confirmed zero; not so in the slices that are `doubted`.
    """
    named = {month for answer in answers for month in answer.counts}
    if not named:
        return ResolvedCounts()
    first, newest = min(named), max(named)
    asked_first, asked_last = answers[0].first, answers[0].last
    start = max(asked_first, min(first, known_from or first))
    published = add_months(newest, -1)  # the answers of one project may come from before and after a publication
    if frontier is not None:
        published = max(published, min(newest, frontier), min(add_months(frontier, -1), asked_last))
    ends = {answer.slice: max([published, *answer.counts]) for answer in answers if answer.slice not in doubted}
    counts = {
        answer.slice: {month: answer.counts.get(month, 0) for month in month_range(start, ends[answer.slice])}
        for answer in answers
        if answer.slice in ends
    }
    return ResolvedCounts(counts=counts, first=first, newest=newest, proven_until=None if doubted else min(ends.values()))
