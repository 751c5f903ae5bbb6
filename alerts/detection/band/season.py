"""How a calendar month usually differs from its neighbours: "Septembers run 22 % high here".

A finished month deviates from the median of the 13 months around it. A calendar month's effect is the middle half
of its deviations of the last eight years, pulled towards zero as far as it could be noise (empirical Bayes, one prior per
series): a wiki without seasons gets none, and a month that was seen only once has no effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alerts.detection.medians import median_over_months
from alerts.detection.types import FloatArray

CENTRE = 6  # months on either side of the centred median: a deviation is known 6 months later
YEARS = 8
MIN_YEARS = 2  # a single past September cannot explain this one
PRIOR_WEIGHT = 6.0  # how many repetitions the series' overall spread counts for when months have hardly repeated
MEAN_ABS_TO_SD = 1.25  # standard deviation of a normal law per mean absolute deviation: sqrt(pi / 2)
MIN_NOISE = 0.02
MIN_SEASON = 0.01
EVIDENT = 2.0  # standard errors beyond which an effect speaks for itself, whatever the other months have


@dataclass(frozen=True, slots=True, eq=False)
class CalendarEffects:
    """What the same calendar month of the last years did, as of each month; float arrays (months x series), in logs.

    effect: robust mean of the deviations. spread: their summed distance from it. size: their summed absolute value.
    number: how many there are.
    """

    effect: FloatArray
    spread: FloatArray
    size: FloatArray
    number: FloatArray


def deviations(logs: FloatArray) -> FloatArray:
    """Each month less the median of the 13 months around it (fewer at the ends); same shape."""
    months, series = logs.shape
    padded = np.full((months + 2 * CENTRE, series), np.nan)
    padded[CENTRE : CENTRE + months] = logs
    around = np.stack([padded[shift : shift + months] for shift in range(2 * CENTRE + 1)])
    return logs - median_over_months(around)[0]


def calendar_effects(logs: FloatArray) -> CalendarEffects:
    """For every month: the mean of the middle half of its own and its predecessors' deviations, 12, 24, ... back."""
    deviation = deviations(logs)
    months = len(logs)
    past = np.full((YEARS, *logs.shape), np.nan)
    for year in range(min(YEARS, -(-months // 12))):
        past[year, 12 * year :] = deviation[: months - 12 * year]
    past.sort(axis=0)  # NaN goes to the end
    seen = np.isfinite(past)
    number = seen.sum(axis=0)
    cut = number // 4
    rank = np.arange(YEARS)[:, None, None]
    kept = (rank >= cut) & (rank < number - cut)
    effect = np.where(kept, past, 0.0).sum(axis=0) / np.maximum(kept.sum(axis=0), 1)
    spread = np.where(seen, np.abs(past - effect), 0.0).sum(axis=0)
    size = np.where(seen, np.abs(past), 0.0).sum(axis=0)
    return CalendarEffects(effect, spread, size, number.astype(np.float64))


def season_at(effects: CalendarEffects, month: int) -> tuple[FloatArray, FloatArray]:
    """Seasonal effects as known before row `month`, and how uncertain each is (its variance).

    (12, series) each, entry j for the rows month + j modulo 12 away.

    The twelve newest finished deviations stand in rows month - 18 ... month - 7. The noise of one deviation is their
    spread within calendar months, with the overall spread as a prior of six repetitions; an effect e seen n times is
    multiplied by s = tau^2 / (tau^2 + noise^2 / n), tau^2 being the mean of e^2 - noise^2 / n (at least 0.01^2), or by
    1 - 4 noise^2 / (n e^2) where that is more (one campaign a year in months that are all alike). Its variance is
    s noise^2 / n, plus the square of what the pull took away.
    """
    first, last = month - 12 - CENTRE, month - CENTRE
    effect, number = np.zeros((2, 12, effects.effect.shape[1]))
    spread, size = np.zeros((2, effect.shape[1]))
    known = slice(max(first, 0), max(last, 0))
    into = slice(max(-first, 0), max(-first, 0) + max(last, 0) - max(first, 0))
    effect[into], number[into] = effects.effect[known], effects.number[known]
    spread, size = effects.spread[known].sum(axis=0), effects.size[known].sum(axis=0)
    repeats = np.maximum(number - 1, 0).sum(axis=0)
    overall = MEAN_ABS_TO_SD * size / np.maximum(number.sum(axis=0), 1)
    within = MEAN_ABS_TO_SD * spread / np.maximum(repeats, 1)
    noise2 = (repeats * within**2 + PRIOR_WEIGHT * overall**2) / (repeats + PRIOR_WEIGHT)
    error2 = np.maximum(noise2, MIN_NOISE**2) / np.maximum(number, 1)
    seen = number >= MIN_YEARS
    season2 = np.where(seen, effect**2 - error2, 0.0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    season2 = np.maximum(season2, MIN_SEASON**2)
    kept = season2 / (season2 + error2)
    evident = 1.0 - EVIDENT**2 * error2 / np.maximum(effect**2, 1e-12)
    kept = np.where(seen, np.maximum(kept, evident), 0.0)
    # the first of the twelve rows is the calendar month 6 after this one
    variance = np.where(seen, kept * error2 + ((1.0 - kept) * effect) ** 2, 0.0)
    return np.roll(kept * effect, CENTRE, axis=0), np.roll(variance, CENTRE, axis=0)
