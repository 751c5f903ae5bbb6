"""Which way to divide a count tells most: the one whose parts moved against each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from causes.attribution.contribution import FloatArray


def surprise(count: FloatArray, expected: FloatArray) -> FloatArray:
    """Jensen-Shannon divergence (log 2) between the cells' shares and those they were expected to have; (alerts,).

    0 = every cell kept its share, 1 = they have nothing in common. NaN where a cell is unknown or a sum is zero.
    Lin, "Divergence measures based on the Shannon entropy", IEEE Trans. Inf. Theory 37 (1991); as Adtributor uses it.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        p = expected / expected.sum(axis=1, keepdims=True)
        q = count / count.sum(axis=1, keepdims=True)
        middle = (p + q) / 2
        divergence = (_relative_entropy(p, middle) + _relative_entropy(q, middle)) / 2
    known = np.isfinite(p).all(axis=1) & np.isfinite(q).all(axis=1)
    return np.where(known, divergence, np.nan)


def _relative_entropy(p: FloatArray, q: FloatArray) -> FloatArray:
    terms = np.where(p > 0, p * np.log2(np.where(p > 0, p, 1.0) / np.where(q > 0, q, 1.0)), 0.0)
    return np.asarray(terms.sum(axis=1))


def most_surprising(surprises: Sequence[float]) -> int | None:
    """The position of the dimension with the highest surprise; None when none is known."""
    known = [value if np.isfinite(value) else -1.0 for value in surprises]
    if not known or max(known) < 0:
        return None
    return int(np.argmax(known))
