"""One event, one alert: months that carry on an alert month are "ongoing", not new alerts.

After a peak, up to four following months at or above the bound that the START month's band had at p < 0.05
(`Verdicts.continuation_upper`) belong to it, alert or not; after that the level counts as new. Drops mirror this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from alerts.detection.types import BoolArray, FloatArray, IntArray

MAX_EPISODE_MONTHS = 4  # months after the start that can be ongoing


class Alarms(Protocol):
    """What is grouped: `Verdicts`, or those of them that a policy lets through. Arrays (judged months x series)."""

    @property
    def count(self) -> FloatArray: ...
    @property
    def peak(self) -> BoolArray: ...
    @property
    def drop(self) -> BoolArray: ...
    @property
    def continuation_upper(self) -> FloatArray: ...
    @property
    def continuation_lower(self) -> FloatArray: ...
    @property
    def provisional(self) -> BoolArray: ...  # (judged months,)


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """Episodes that were running before the first judged month; arrays (series,).

    direction: 1 = peak, -1 = drop, 0 = none. age: months since the start, of the last month before the judged ones.
    limit: `continuation_upper` (of a drop `continuation_lower`) of the start month.
    """

    direction: IntArray
    age: IntArray
    limit: FloatArray

    @classmethod
    def none(cls, series: int) -> Running:
        """No episode is running."""
        return cls(np.zeros(series, np.int32), np.zeros(series, np.int32), np.full(series, np.nan))


@dataclass(frozen=True, slots=True, eq=False)
class Episodes:
    """Arrays (judged months x series), and what is running afterwards.

    start: the month is an alert of its own. ongoing: it carries on an earlier one. age: months since that start (0 for
    all other months). direction: 1 peak, -1 drop, 0 neither.
    """

    start: BoolArray
    ongoing: BoolArray
    age: IntArray
    direction: IntArray
    running: Running


def episodes(verdicts: Alarms, before: Running | None = None) -> Episodes:
    """Group the judged months into episodes; one pass over months, all series at once.

    `before` carries on from earlier months (`Episodes.running` of a call that ended just before, or made from the
    stored alerts), so that judging month by month groups as judging all at once does. A missing or untestable month neither
    continues nor ends an episode, but counts towards its age. An unfinished month never carries on a drop: what is low so far
    may yet rise.
    """
    shape = verdicts.count.shape
    state = before or Running.none(shape[1])
    direction, age, limit = state.direction.copy(), state.age.copy(), state.limit.copy()
    start, ongoing = np.zeros((2, *shape), dtype=bool)
    ages, directions = np.zeros((2, *shape), dtype=np.int32)
    for month in range(shape[0]):
        count = verdicts.count[month]
        found = verdicts.peak[month].astype(np.int32) - verdicts.drop[month]
        age += 1
        direction[age > MAX_EPISODE_MONTHS] = 0
        with np.errstate(invalid="ignore"):
            beyond = np.where(direction > 0, count >= limit, count <= limit)
        carried = direction > 0 if verdicts.provisional[month] else direction != 0
        ongoing[month] = carried & beyond & (found != -direction)
        start[month] = (found != 0) & ~ongoing[month]
        over = ~ongoing[month] & ~np.isnan(count)
        direction[over] = 0
        fresh = start[month]
        direction[fresh] = found[fresh]
        age[fresh] = 0
        limit = np.where(
            fresh, np.where(found > 0, verdicts.continuation_upper[month], verdicts.continuation_lower[month]), limit
        )
        ages[month] = np.where(ongoing[month], age, 0)
        directions[month] = np.where(ongoing[month] | fresh, direction, 0)
    return Episodes(start, ongoing, ages, directions, Running(direction, age, limit))
