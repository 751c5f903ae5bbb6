"""How far off the expectation usually is, learned from its own past errors (prequential calibration).

An error is e = 3 ((y / mu)^(1/3) - 1): for counts with mean mu and variance mu + alpha mu^2 it is close to normal with
variance 1/mu + alpha (Wilson & Hilferty 1931, the cube root of a gamma law). `alpha` is what chance alone (1/mu)
leaves to explain. To measure it, half an edit is added to count and mean: a month without edits is ordinary where few
are expected, but its error would be -3 whatever the mean.
"""

from __future__ import annotations

import numpy as np

from alerts.detection.medians import NORMAL_MAD, median_over_months
from alerts.detection.types import FloatArray

SPREAD_MONTHS = 60
HALF_LIFE = 24.0
CUT = 3.0  # errors beyond 3 sd are peaks of the past, not noise
CUT_FACTOR = 1.0277  # 1 / variance of a standard normal law cut at +-3
PRIOR_ALPHA = 0.05
PRIOR_MONTHS = 2.0
MIN_GUESS, MAX_GUESS = 1e-3, 1.0  # of the first guess
ROBUST_MONTHS = 24  # months after which the first guess is believed most
MIN_ALPHA = 1e-5
MOST_ERRORS = float((0.5 ** (np.arange(SPREAD_MONTHS) / HALF_LIFE)).sum())  # effective number of them when none is missing
HALF_EDIT = 0.5


def cube_root_error(count: FloatArray, mean: FloatArray) -> FloatArray:
    """3 ((count / mean)^(1/3) - 1); NaN where either is missing."""
    return np.asarray(3.0 * (np.cbrt(count / mean) - 1.0))


def spread_errors(count: FloatArray, mean: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The errors that `dispersion` is made of, and how much of their variance is chance: mu / (mu + 0.5)^2; same shape."""
    shifted = mean + HALF_EDIT
    return cube_root_error(count + HALF_EDIT, shifted), mean / shifted**2


def dispersion(error: FloatArray, chance: FloatArray, rows: slice) -> tuple[FloatArray, FloatArray]:
    """alpha and the effective number of errors it rests on, for each month of `rows`; two arrays (rows x series).

    error, chance: `spread_errors` of all months (months x series). Uses the 60 months before each.
    """
    decay = 0.5 ** (np.arange(SPREAD_MONTHS)[::-1, None] / HALF_LIFE)
    known = np.isfinite(error)
    squared = np.where(known, error * error, 0.0)
    chance = np.where(known, chance, 0.0)
    size = np.abs(error)
    alpha = np.full((rows.stop - rows.start, error.shape[1]), PRIOR_ALPHA)
    number = np.zeros_like(alpha)
    for row in range(max(rows.start, 1), rows.stop):
        past = slice(max(row - SPREAD_MONTHS, 0), row)
        weight = decay[SPREAD_MONTHS - (row - past.start) :] * known[past]
        i = row - rows.start
        alpha[i] = _alpha(size[past], squared[past], chance[past], weight)
        number[i] = weight.sum(axis=0)
    return alpha, number


def _alpha(size: FloatArray, squared: FloatArray, chance: FloatArray, weight: FloatArray) -> FloatArray:
    """First a robust guess (median), then the weighted mean square of the errors within 3 sd of it, less chance."""
    middle, seen = median_over_months(size)
    guess = np.where(seen > 0, np.clip((NORMAL_MAD * middle) ** 2, MIN_GUESS, MAX_GUESS), PRIOR_ALPHA)
    believed = np.minimum(seen, ROBUST_MONTHS)
    centre = np.exp((believed * np.log(guess) + PRIOR_MONTHS * np.log(PRIOR_ALPHA)) / (believed + PRIOR_MONTHS))
    kept = weight * (squared <= CUT**2 * (chance + guess))
    total = kept.sum(axis=0)
    safe = np.maximum(total, 1e-9)
    by_chance = (kept * chance).sum(axis=0) / safe
    measured = np.clip(CUT_FACTOR * (kept * squared).sum(axis=0) / safe - by_chance, 0.0, 4.0)
    # months where chance outweighs alpha say little about alpha
    informative = total * np.clip(centre / (centre + by_chance), 0.05, 1.0)
    alpha = (informative * measured + PRIOR_MONTHS * centre) / (informative + PRIOR_MONTHS)
    return np.asarray(np.maximum(alpha, MIN_ALPHA))
