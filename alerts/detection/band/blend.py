"""One expectation out of three: each level counts as much as it has been right lately."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alerts.detection.band.level import FORMER_MONTHS, LEVELS, levels_at
from alerts.detection.band.season import calendar_effects, season_at
from alerts.detection.types import FloatArray

LOSS_MONTHS = 60
LOSS_HALF_LIFE = 36.0
MAX_ERROR = 4.0  # in sd of the series: a peak must not decide which level is believed
PRIOR_MONTHS = 3.0
PRIOR_LOSS = 0.7
SHARPNESS = 16.0  # weight proportional to mean squared error ** -16: nearly the best level alone


@dataclass(frozen=True, slots=True, eq=False)
class Expectations:
    """For a run of months (rows) x series, in logs unless said otherwise.

    logs: what was observed. centre: the blended expectation. weights: (levels, rows, series), summing to 1.
    levels: (levels, rows, series) what each level expected. former: (2, rows, series) what the medians of one year and of two
    years would lead one to expect. season: effect of the calendar month, season_variance: how uncertain it is. slope: a year.
    """

    logs: FloatArray
    centre: FloatArray
    weights: FloatArray
    levels: FloatArray
    former: FloatArray
    season: FloatArray
    season_variance: FloatArray
    slope: FloatArray


def expectations(logs: FloatArray, rows: slice) -> Expectations:
    """Expect each month of `rows` from the months before it; logs is (months x series), NaN = missing."""
    effects = calendar_effects(logs)
    first = max(rows.start - LOSS_MONTHS, 0)
    series = logs.shape[1]
    shape = (rows.stop - first, series)
    expected = np.full((len(LEVELS), *shape), np.nan)
    former = np.full((len(FORMER_MONTHS), *shape), np.nan)
    season, season_variance, slope, noise = np.zeros((4, *shape))
    window = max(level.months for level in LEVELS)
    for month in range(first, rows.stop):
        here, uncertain = season_at(effects, month)
        start = max(month - window, 0)
        adjusted = logs[start:month] - here[np.arange(start - month, 0) % 12]
        i = month - first
        standing = levels_at(adjusted)
        expected[:, i], former[:, i] = standing.levels + here[0], standing.former + here[0]
        slope[i], noise[i], season[i], season_variance[i] = standing.slope, standing.noise, here[0], uncertain[0]
    observed = logs[first : rows.stop]
    error = np.minimum(np.abs(observed - expected) / noise, MAX_ERROR) ** 2
    skip = rows.start - first
    kept = expected[:, skip:]
    known = np.isfinite(kept)
    weights = _weights(error, skip) * known
    weights /= weights.sum(axis=0)  # NaN where no level is known, and so is what is expected
    centre = (weights * np.where(known, kept, 0.0)).sum(axis=0)
    return Expectations(
        observed[skip:], centre, weights, kept, former[:, skip:], season[skip:], season_variance[skip:], slope[skip:]
    )


def _weights(error: FloatArray, skip: int) -> FloatArray:
    """Weights, up to a factor, from the squared errors (levels, rows, series) of the 60 months before; rows from `skip` on."""
    known = np.isfinite(error)
    error = np.where(known, error, 0.0)
    decay = 0.5 ** (np.arange(LOSS_MONTHS)[::-1, None] / LOSS_HALF_LIFE)
    loss = np.empty((error.shape[0], error.shape[1] - skip, error.shape[2]))
    for row in range(skip, error.shape[1]):
        start = max(row - LOSS_MONTHS, 0)
        weight = decay[LOSS_MONTHS - (row - start) :]
        total = (weight * error[:, start:row]).sum(axis=1) + PRIOR_MONTHS * PRIOR_LOSS
        loss[:, row - skip] = total / ((weight * known[:, start:row]).sum(axis=1) + PRIOR_MONTHS)
    return np.asarray((loss.min(axis=0) / loss) ** SHARPNESS)
