"""How much of a change each part of a count made.

After Bhagwan et al., "Adtributor: Revenue Debugging in Advertising Systems", NSDI 2014: the explanatory power of a cell is its
share of the whole change. It may exceed 1 and may be negative: bots +104 %, people -4 %.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def scaled_to(expected: FloatArray, total: FloatArray) -> FloatArray:
    """`expected` (alerts x cells) in proportion, so that each row adds up to `total` (alerts,).

    The cells are expected one by one and the sum by itself, so they differ a little: what the alert was judged by is the sum.
    A row of which nothing is expected, or with an unknown total, stays as it is.
    """
    sums = expected.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.where((sums > 0) & np.isfinite(total), total / sums, 1.0)
    return np.asarray(expected * factor[:, np.newaxis])


def contributions(count: FloatArray, expected: FloatArray) -> FloatArray:
    """(A_j - F_j) / (A - F) of every cell: alerts x cells, each row adds up to 1.

    A and F are the sums of the cells. NaN where a cell is unknown or nothing changed at all.
    """
    change = count - expected
    whole = change.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(whole != 0, change / whole, np.nan))


def beyond_the_others(count: FloatArray, expected: FloatArray) -> FloatArray:
    """What a cell changed beyond what it would have, had it grown like all the others together; alerts x cells, in counts.

    A_j - F_j (A - A_j) / (F - F_j): BigQuery's `unexpected_difference` (contribution analysis, ML.GET_INSIGHTS). NaN where
    nothing is expected of the others.
    """
    others_count = count.sum(axis=1, keepdims=True) - count
    others_expected = expected.sum(axis=1, keepdims=True) - expected
    with np.errstate(invalid="ignore", divide="ignore"):
        growth = np.where(others_expected > 0, others_count / others_expected, np.nan)
    return np.asarray(count - expected * growth)
