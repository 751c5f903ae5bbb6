"""Which part of a count made its change, if any one did.

A part is one cell or several cells taken together (`groups`): all bots, or all people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causes.attribution.contribution import FloatArray, contributions
from causes.attribution.pace import one_pace
from causes.attribution.surprise import surprise

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

CLEAR = 2 / 3  # a part that made this share of a change is named (Adtributor's threshold, T_EP = 0.67)
MIN_SIDE = 0.05  # share of what was expected that a side must hold for "everything grew" to mean something
AS_USUAL = 0.5  # usual movements: who went the other way by less stood still
MIN_CHANGE = 50.0  # counts; smaller changes say nothing about who made them
TYPICAL_MOVEMENT = 0.3  # natural log; where a cell is too young to know its own
NOBODY = -1


@dataclass(frozen=True, slots=True, eq=False)
class Leading:
    """What the cells say of each alert.

    contribution: (alerts x cells) share of the change; part: (alerts x groups) the same for each group.
    leader: (alerts,) position of the group that made at least two thirds of the change; `NOBODY` where none did.
    alike: (alerts,) all parts moved alike, so that the leader is only the largest.
    tells: (alerts,) enough counts to say anything. surprise: (alerts,) Jensen-Shannon, see `surprise`.
    """

    contribution: FloatArray
    part: FloatArray
    leader: IntArray
    alike: BoolArray
    tells: BoolArray
    surprise: FloatArray


def sums_of(values: FloatArray, groups: Sequence[Sequence[int]]) -> FloatArray:
    """The sum of each group of columns: alerts x groups."""
    return np.stack([values[:, list(group)].sum(axis=1) for group in groups], axis=1)


def leading(
    count: FloatArray,
    expected: FloatArray,
    usual: FloatArray,
    groups: Sequence[Sequence[int]],
    *,
    opposites: Sequence[Sequence[int]] | None = None,
) -> Leading:
    """Judge what made the change of each alert.

    count, expected: alerts x cells, NaN = unknown. usual: alerts x groups, how much each group moves in an ordinary month
    (`movement`; NaN = not known). groups: disjoint positions of cells, together all of them. Drops are judged as peaks are.
    opposites: groups put together anew (such as people and bots), each of which must have been expected to hold a twentieth
    before a change is called general; all groups by themselves when None.
    """
    grouped_count, grouped_expected = sums_of(count, groups), sums_of(expected, groups)
    part = contributions(grouped_count, grouped_expected)
    change = np.abs((grouped_count - grouped_expected).sum(axis=1))
    tells = np.isfinite(part).all(axis=1) & (change >= MIN_CHANGE)
    largest = np.argmax(np.where(np.isfinite(part), part, -np.inf), axis=1)
    share = np.take_along_axis(part, largest[:, np.newaxis], axis=1)[:, 0]
    leader = np.where(tells & (share >= CLEAR), largest, NOBODY)
    sides = [(group,) for group in range(len(groups))] if opposites is None else opposites
    return Leading(
        contribution=contributions(count, expected),
        part=part,
        leader=leader,
        alike=tells & _alike(grouped_count, grouped_expected, usual, sides),
        tells=tells,
        surprise=surprise(count, expected),
    )


def _alike(count: FloatArray, expected: FloatArray, usual: FloatArray, sides: Sequence[Sequence[int]]) -> BoolArray:
    """Whether the change is a general one: it is likelier that all groups moved at one pace than that some did by themselves,
    each side is large enough to tell, and none went the other way."""
    growth = np.log1p(count) - np.log1p(expected)
    noise = np.sqrt(np.where(np.isfinite(usual), usual, TYPICAL_MOVEMENT) ** 2 + 1.0 / (np.minimum(count, expected) + 1.0))
    direction = np.sign((count - expected).sum(axis=1))[:, np.newaxis]
    sides_expected = sums_of(expected, sides)
    side_growth = direction * (np.log1p(sums_of(count, sides)) - np.log1p(sides_expected))
    side_noise = np.stack([noise[:, list(side)].min(axis=1) for side in sides], axis=1)  # the steadiest of it
    with np.errstate(invalid="ignore", divide="ignore"):
        large = sides_expected / expected.sum(axis=1, keepdims=True) >= MIN_SIDE
    moved_along = side_growth >= -AS_USUAL * side_noise
    return np.asarray((one_pace(growth, noise) > 0) & (large & moved_along).all(axis=1))
