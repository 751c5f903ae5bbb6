"""Where a series stands just before a month: three robust levels of the seasonally adjusted logarithms.

`recent` forgets half of what it knew every 2.5 months, `steady` every 60, `trend` is as slow and may rise or fall.
All are weighted means that distrust months far from the level (weight (2 sd / distance)^2 beyond 2 sd, a redescending
M-estimator computed by reweighting). The slow ones start from the recent level, so months before a lasting change of
level lose their weight instead of dragging the level back.

A level is made of months: one whose window holds none has no value, and after a hole the slow ones start from what is left of
two years.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alerts.detection.medians import NORMAL_MAD, median_over_months
from alerts.detection.types import FloatArray


@dataclass(frozen=True, slots=True)
class Level:
    """half_life and months (the window) in months; slope: prior sd of the change a year in logs, 0 = flat."""

    name: str
    half_life: float
    months: int
    slope: float = 0.0


LEVELS = (Level("recent", 2.5, 12), Level("steady", 60.0, 84), Level("trend", 60.0, 84, slope=0.3))
RECENT = 0  # where it stands among them: its weight tells how much a series wanders
REWEIGHTINGS = 3
TRUSTED = 2.0  # months within so many sd of the level have full weight
NOISE_MONTHS = 24
START_MONTHS = 5
FORMER_MONTHS = (12, 24)  # the medians of so many months tell where the series usually was before it moved
MIN_NOISE = 0.03
UNKNOWN_NOISE = 0.3
MIN_MONTHS = 4  # with a value, among the last NOISE_MONTHS


def noise_of(adjusted: FloatArray, centre: FloatArray) -> FloatArray:
    """Robust sd of one month of the last 24; (series,).

    The smaller of the spread about `centre` (large when the level moves) and the spread of month-to-month changes
    (large when single months jump).
    """
    about = NORMAL_MAD * median_over_months(np.abs(adjusted[-NOISE_MONTHS:] - centre))[0]
    change = np.abs(np.diff(adjusted[-NOISE_MONTHS - 1 :], axis=0))
    change = NORMAL_MAD / np.sqrt(2.0) * median_over_months(change)[0]
    noise = np.fmin(about, change)
    return np.where(np.isfinite(noise), np.maximum(noise, MIN_NOISE), UNKNOWN_NOISE)


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Where each series stands: levels (len(LEVELS), series), NaN with nothing to go by; slope of the last one, a year
    (series,); noise of one month (series,); former, the medians of FORMER_MONTHS (len(FORMER_MONTHS), series).
    """

    levels: FloatArray
    slope: FloatArray
    noise: FloatArray
    former: FloatArray


def levels_at(adjusted: FloatArray) -> Standing:
    """Where the series stand one month after the last row of `adjusted` (months x series, logs less season).

    Nothing is known with fewer than 4 months of the last 24.
    """
    wide, number = median_over_months(adjusted[-NOISE_MONTHS:])
    near, near_number = median_over_months(adjusted[-START_MONTHS:])
    noise = noise_of(adjusted, wide)
    at = np.where(near_number >= 3, near, wide)
    seen = np.isfinite(adjusted)
    filled = np.where(seen, adjusted, 0.0)
    found = np.empty((len(LEVELS), adjusted.shape[1]))
    slope = np.zeros(adjusted.shape[1])
    for i, level in enumerate(LEVELS):
        start = at if i == 0 else np.where(np.isfinite(found[0]), found[0], at)
        found[i], slope = _reweighted(filled[-level.months :], seen[-level.months :], level, start, noise)
    others = {months: median_over_months(adjusted[-months:])[0] for months in FORMER_MONTHS if months != NOISE_MONTHS}
    former = np.stack([others.get(months, wide) for months in FORMER_MONTHS])
    unknown = number < MIN_MONTHS
    found[:, unknown] = former[:, unknown] = np.nan
    return Standing(found, slope, noise, former)


def _reweighted(
    logs: FloatArray, seen: FloatArray, level: Level, start: FloatArray, noise: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """One level, and its slope a year, by three reweighted least-squares steps from `start`; (series,) each.

    NaN where the window holds no month at all.
    """
    years = np.arange(-len(logs), 0)[:, None] / 12.0
    known = 0.5 ** ((-12.0 * years - 1.0) / level.half_life) * seen
    trusted2 = (TRUSTED * noise) ** 2
    at, slope = start, np.zeros_like(start)
    for _ in range(REWEIGHTINGS):
        distance = logs - at
        if level.slope:
            distance -= slope * years
        distance *= distance
        np.maximum(distance, trusted2, out=distance)
        weight = known * trusted2
        weight /= distance
        total = weight.sum(axis=0)
        weighted = (weight * logs).sum(axis=0)
        if not level.slope:
            at = weighted / total
            continue
        weight *= years
        by_year = weight.sum(axis=0)
        cross = (weight * logs).sum(axis=0)
        weight *= years
        by_year2 = weight.sum(axis=0) + (noise / level.slope) ** 2  # ridge: the slope's prior
        determinant = total * by_year2 - by_year**2
        at = (by_year2 * weighted - by_year * cross) / determinant
        slope = (total * cross - by_year * weighted) / determinant
    return np.where(seen.any(axis=0), at, np.nan), slope
