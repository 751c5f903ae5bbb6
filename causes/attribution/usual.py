"""What is expected of a cell by itself, and how much it moves in an ordinary month."""

from __future__ import annotations

import warnings

import numpy as np

from causes.attribution.contribution import FloatArray

YEAR = 12
MIN_MONTHS = 6  # fewer say nothing about what is usual
MIN_MOVEMENT = 0.08  # natural log: no cell of a wiki is steadier than that
MAD_TO_SD = 1.4826


def median_before(history: FloatArray) -> FloatArray:
    """The median of the last twelve months of `history` (months x ..., oldest first), without those that are NaN."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # nothing but NaN: NaN
        return np.asarray(np.nanmedian(history[-YEAR:], axis=0))


def movement(history: FloatArray) -> FloatArray:
    """How far a month usually lies from the median of the twelve before: a robust standard deviation of log ratios.

    history: (months x ...), oldest first, without the month in question; NaN = missing. One is added to each count, so that no
    distance is infinite. 1.4826 x the median distance (MAD), so that earlier alarms do not count; NaN where fewer than 6
    months can be compared.
    """
    months = len(history)
    if months <= MIN_MONTHS:
        return np.full(history.shape[1:], np.nan)
    logs = np.log1p(history)
    deviations = np.stack([np.abs(logs[row] - median_before(logs[:row])) for row in range(MIN_MONTHS, months)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        middle = MAD_TO_SD * np.nanmedian(deviations, axis=0)
    enough = np.isfinite(deviations).sum(axis=0) >= MIN_MONTHS
    return np.where(enough, np.maximum(middle, MIN_MOVEMENT), np.nan)


def departure(count: FloatArray, expected: FloatArray, usual: FloatArray) -> FloatArray:
    """How many usual movements (`movement`) a count lies from its expectation; signed, same shape as `count`.

    The Poisson noise of small counts is added, so that 3 instead of 1 is never far out.
    """
    noise = np.sqrt(usual**2 + 1.0 / (np.minimum(count, expected) + 1.0))
    return np.asarray((np.log1p(count) - np.log1p(expected)) / noise)
