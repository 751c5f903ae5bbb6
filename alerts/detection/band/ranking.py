"""The score: how far out a month is, in standard deviations, for putting the months of all wikis in one order.

It is made of three things: how unlikely the month is in the band (nine tenths); how far it is from the last year alone (one
tenth), which knows neither trend nor season and so cannot have learnt them wrongly; and whether the month before was high,
too: what brings many edits often lasts for two or three months, so that a high month is then more likely to be part of it.
The last counts for less where the level follows the last months and in small wikis, as there it may be the level or chance,
and not at all once the two months before that were high as well, since a level that stays is no event.
"""

from __future__ import annotations

import numpy as np

from alerts.detection.band.tail import PEAKS
from alerts.detection.types import FloatArray

MONTHS_BEFORE = 3  # how many months' deviates are looked at
WINDOW = 12
WINDOW_SHARE = 0.1
MAX_DISTANCE = 10.0  # of a month from the last year
USUAL_NOISE, USUAL_MONTHS = 0.15, 4.0  # sd of a month's logarithm as it usually is, and how many months this counts for
FOLLOWING = 0.5  # share of the deviate of the month before
MOST = 2.5  # of that deviate
HIGH = 2.0  # deviate of a high month
SMALL = 20.0  # an expected count for which the month before counts half


def window_distance(logs: FloatArray, rows: slice, share: FloatArray) -> FloatArray:
    """How far each month of `rows` is from the 12 months before it, in sd; NaN with fewer than 2 of them; (rows, series).

    logs: of counts + 0.5, months x series. share: how much of each of `rows` has passed, (rows, 1).
    The variance is that of the window, with 0.15^2 as a prior of 4 months, and that of chance.
    """
    padded = np.vstack(
        [np.full((max(WINDOW - rows.start, 0), logs.shape[1]), np.nan), logs[max(rows.start - WINDOW, 0) : rows.stop]]
    )
    known = np.isfinite(padded)
    values = np.where(known, padded, 0.0)
    windows = [slice(first, first + rows.stop - rows.start) for first in range(WINDOW)]
    number = sum((known[window] for window in windows), start=np.zeros((rows.stop - rows.start, logs.shape[1])))
    mean = sum((values[window] for window in windows), start=np.zeros_like(number)) / number
    squares = sum((known[window] * (values[window] - mean) ** 2 for window in windows), start=np.zeros_like(number))
    variance = (squares / (number - 1) * (WINDOW - 1) + USUAL_NOISE**2 * USUAL_MONTHS) / (WINDOW - 1 + USUAL_MONTHS)
    expected = mean + np.log(share)
    away = (padded[WINDOW:] - expected) / np.sqrt(variance + 1.0 / np.maximum(np.exp(expected), 0.5))
    return np.where(number > 1, np.clip(away, -MAX_DISTANCE, MAX_DISTANCE), np.nan)


def score(deviate: FloatArray, distance: FloatArray, before: FloatArray, recent: FloatArray, mean: FloatArray) -> FloatArray:
    """The score of months; all (months, series) but `before`: (MONTHS_BEFORE, months, series).

    deviate: normal deviate of the month's p in the band. distance: from the last year (NaN = unknown). before: the deviates of
    the months before, the last one first (NaN = unknown). recent: the weight of the recent level. mean: what was expected.
    """
    last, second, third = before
    trusted = (1.0 - PEAKS.wandering * recent) * mean / (mean + SMALL)
    stays = (second > HIGH) & (third > HIGH)
    following = np.where((deviate > 0) & ~stays, FOLLOWING * trusted * np.clip(np.nan_to_num(last), 0.0, MOST), 0.0)
    distance = np.where(np.isfinite(distance), distance, deviate)
    return np.asarray((1.0 - WINDOW_SHARE) * deviate + WINDOW_SHARE * distance + following)
