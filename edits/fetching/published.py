"""What answers of the Analytics API prove about the months that they leave out. The reasoning is in docs/adr/0010."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from edits.months import add_months, month_range
from edits.wikimedia.analytics import Answer


@dataclass(frozen=True, slots=True)
class Settled:
    """Counts by slice, confirmed zeros included; `newest` and `first` are the ends of the months that were named.

    Up to `proven_until` each month of each slice is known; None when that cannot be said of all slices.
    """

    counts: Mapping[tuple[str, ...], Mapping[dt.date, int]] = field(default_factory=dict)
    first: dt.date | None = None
    newest: dt.date | None = None
    proven_until: dt.date | None = None


def settle(
    answers: Sequence[Answer],
    *,
    known_from: dt.date | None,
    frontier: dt.date | None,
    doubted: Collection[tuple[str, ...]] = (),
) -> Settled:
    """Tell confirmed zeros from missing months in the answers about all slices of one metric of one project.

    All answers cover the same months. A month that is left out is a confirmed zero when the project is known to be
    loaded (some month is named) and the month to be published: because a later month is named for this very project, in
    this slice or in another, or because it is older than `frontier`, the newest month that most projects had when the run
    started; the month of `frontier` itself, too, when another slice names it. Before the first month known for the project
    (`known_from`, from earlier answers) nothing is concluded, nor is anything when no month is named, nor for the slices
    that are `doubted`.
    """
    named = {month for answer in answers for month in answer.counts}
    if not named:
        return Settled()
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
    return Settled(counts=counts, first=first, newest=newest, proven_until=None if doubted else min(ends.values()))
