"""Which events fit a month that stood out, and how well. Pure: no database, no clock.

An event fits by its days, never by the name of a month: contests move. It must take place on the wiki, be able to move the
metric, and move it in the direction seen. How well it fits is a sum of points (`POINTS`, docs/adr/0025), and a rank below
`POSSIBLE` is not proposed: it only goes on at the same time. None of this says that the event is the cause.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from events.kinds import KINDS, moves
from events.scope import Specificity

STRONG, POSSIBLE = 4.0, 2.0
MIN_EDITIONS = 2  # without a peak, until that counts against an event
MIN_SHARE_OF_EXCESS = 2 / 3
SMALL, LARGE = 0.01, 0.10  # participants as a share of the wiki's usual active editors

POINTS: Mapping[Specificity, float] = {
    Specificity.ALONE: 3.0,
    Specificity.NAMED: 3.0,
    Specificity.ONE_OF_MANY: 1.0,
    Specificity.PART: 1.0,
    Specificity.FAMILY: 0.0,
    Specificity.EVERYWHERE: 0.0,
}
MOSTLY_PEAKED, ONCE_PEAKED, NEVER_PEAKED = 3.0, 1.0, -2.0
RECORDED = 2.0
EXCESS_INSIDE, EXCESS_OUTSIDE = 2.0, -3.0
MANY_TAKE_PART, FEW_TAKE_PART = 1.0, -3.0


class Strength(StrEnum):
    STRONG = "strong"
    POSSIBLE = "possible"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class Occasion:
    """An event as far as matching needs to know it.

    `recorded`: its effect was seen in counts. `editions`: for each earlier edition of the same series in months with counts,
    whether one of them peaked on this wiki. `participants`: how many people signed up, None where nobody counted.
    """

    key: int
    kind: str
    first_day: dt.date
    last_day: dt.date
    specificity: Specificity
    touches: tuple[str, ...] = ()
    no_effect: bool = False
    recorded: bool = False
    participants: int | None = None
    editions: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What stood out: `metric` from the first to the last day, upwards or downwards.

    `daily_excess`: edits above expectation by day, where days are known. `active_editors`: how many the wiki usually has.
    """

    metric: str
    first_day: dt.date
    last_day: dt.date
    rises: bool = True
    daily_excess: Mapping[dt.date, float] = field(default_factory=dict)
    active_editors: float | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """How well one event fits. `days`: of the question's that it covers. `share`: of the excess that falls on these days."""

    key: int
    points: float
    days: int
    share: float | None
    editions: tuple[bool, ...]
    specificity: Specificity

    @property
    def strength(self) -> Strength:
        if self.points >= STRONG:
            return Strength.STRONG
        return Strength.POSSIBLE if self.points >= POSSIBLE else Strength.WEAK

    @property
    def is_proposed(self) -> bool:
        return self.strength is not Strength.WEAK


def rank(question: Question, occasions: Iterable[Occasion]) -> list[Fit]:
    """The events that can have to do with it, the best first; weak ones are among them. Of equals the shorter one is first."""
    found = [(fit, occasion) for occasion in occasions if (fit := fit_of(question, occasion)) is not None]
    found.sort(key=lambda pair: (-pair[0].points, -pair[0].specificity, pair[1].last_day - pair[1].first_day, pair[1].key))
    return [fit for fit, _occasion in found]


def fit_of(question: Question, occasion: Occasion) -> Fit | None:
    """How `occasion` fits; None where it cannot: other days, no effect known, another metric, another direction."""
    info = KINDS.get(occasion.kind)
    if info is None:  # a newer version knows it
        return None
    last_day = occasion.last_day + dt.timedelta(days=info.aftermath)
    days = overlap(question.first_day, question.last_day, occasion.first_day, last_day)
    able = info.raises if question.rises else info.lowers
    if not days or not able or occasion.no_effect or not moves(list(occasion.touches), question.metric):
        return None
    share = share_of_excess(question, occasion)
    points = POINTS[occasion.specificity] + _from_editions(occasion.editions) + _from_days(share, days, question)
    points += RECORDED if occasion.recorded else 0.0
    points += _from_participants(occasion.participants, question.active_editors)
    return Fit(occasion.key, points, days, share, occasion.editions, occasion.specificity)


def overlap(first: dt.date, last: dt.date, other_first: dt.date, other_last: dt.date) -> int:
    """How many days two spans have in common; both ends belong to a span."""
    return max((min(last, other_last) - max(first, other_first)).days + 1, 0)


def share_of_excess(question: Question, occasion: Occasion) -> float | None:
    """The share of the excess on the event's days, from 0 to 1; None where days are not known or nothing was in excess."""
    inside = [day for day in question.daily_excess if question.first_day <= day <= question.last_day]
    total = sum(question.daily_excess[day] for day in inside)
    if not inside or (total <= 0) == question.rises:
        return None
    on_its_days = sum(question.daily_excess[day] for day in inside if occasion.first_day <= day <= occasion.last_day)
    return min(max(on_its_days / total, 0.0), 1.0)


def _from_editions(editions: tuple[bool, ...]) -> float:
    peaked = sum(editions)
    if peaked and 2 * peaked >= len(editions):
        return MOSTLY_PEAKED
    if peaked:
        return ONCE_PEAKED
    return NEVER_PEAKED if len(editions) >= MIN_EDITIONS else 0.0


def _from_days(share: float | None, days: int, question: Question) -> float:
    """An event that fills the whole span says nothing by its days."""
    length = (question.last_day - question.first_day).days + 1
    if share is None or days == length:
        return 0.0
    if share >= MIN_SHARE_OF_EXCESS and share > days / length:
        return EXCESS_INSIDE
    return EXCESS_OUTSIDE if share < days / length / 2 else 0.0


def _from_participants(participants: int | None, active_editors: float | None) -> float:
    if participants is None or not active_editors:
        return 0.0
    part = participants / active_editors
    return MANY_TAKE_PART if part >= LARGE else FEW_TAKE_PART if part < SMALL else 0.0
