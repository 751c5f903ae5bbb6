"""Where a series stands just before a month: three robust levels of the seasonally adjusted logarithms.

`recent` forgets half of what it knew every 2.5 months, `steady` every 60, `trend` is as slow and may rise or fall.
All are weighted means that distrust months far from the level (weight (2 sd / distance)^2 beyond 2 sd, a redescending
M-estimator computed by reweighting). The slow ones start from the recent level, so months before a lasting change of
level lose their weight instead of dragging the level back.
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
REWEIGHTINGS = 3
TRUSTED = 2.0  # months within so many sd of the level have full weight
NOISE_MONTHS = 24
START_MONTHS = 5
SMALLEST_NOISE = 0.03
UNKNOWN_NOISE = 0.3
MINIMUM_MONTHS = 4  # with a value, among the last NOISE_MONTHS


def noise_of(adjusted: FloatArray, centre: FloatArray) -> FloatArray:
    """Robust sd of one month of the last 24; (series,).

    The smaller of the spread about `centre` (large when the level moves) and the spread of month-to-month changes
    (large when single months jump).
    """
    about = NORMAL_MAD * median_over_months(np.abs(adjusted[-NOISE_MONTHS:] - centre))[0]
    change = np.abs(np.diff(adjusted[-NOISE_MONTHS - 1 :], axis=0))
    change = NORMAL_MAD / np.sqrt(2.0) * median_over_months(change)[0]
    noise = np.fmin(about, change)
    return np.where(np.isfinite(noise), np.maximum(noise, SMALLEST_NOISE), UNKNOWN_NOISE)


def levels_at(adjusted: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The levels one month after the last row of `adjusted` (months x series, logs less season).

    Returns levels (len(LEVELS), series; NaN with fewer than 4 months to go by), the yearly slope of the last one
    (series,) and the noise of one month (series,).
    """
    wide, number = median_over_months(adjusted[-NOISE_MONTHS:])
    near, near_number = median_over_months(adjusted[-START_MONTHS:])
    noise = noise_of(adjusted, wide)
    at = np.where(near_number >= 3, near, wide)
    seen = np.isfinite(adjusted)
    at = np.where(np.isfinite(at), at, 0.0)
    filled = np.where(seen, adjusted, 0.0)
    found = np.empty((len(LEVELS), adjusted.shape[1]))
    slope = np.zeros(adjusted.shape[1])
    for i, level in enumerate(LEVELS):
        start = at if i == 0 else found[0]
        found[i], slope = _reweighted(filled[-level.months :], seen[-level.months :], level, start, noise)
    found[:, number < MINIMUM_MONTHS] = np.nan
    return found, slope, noise


def _reweighted(
    logs: FloatArray, seen: FloatArray, level: Level, start: FloatArray, noise: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """One level, and its slope a year, by three reweighted least-squares steps from `start`; (series,) each."""
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
        total = weight.sum(axis=0) + 1e-12
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
    return at, slope
