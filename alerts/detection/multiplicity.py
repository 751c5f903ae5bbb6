"""A thousand wikis are judged in the same month: what a small p means among them."""

from __future__ import annotations

import numpy as np

from alerts.detection.types import FloatArray


def q_values(p: FloatArray) -> FloatArray:
    """Benjamini-Hochberg q-values (JRSS B 57:289, 1995) of each row of p (judged months x series); NaN stays NaN.

    q is the share of false alarms among all series of that month with a p-value at most this small. It depends on the
    set of series: give all wikis judged in the month at once.
    """
    order = np.argsort(p, axis=1)  # NaN goes last
    ranked = np.take_along_axis(p, order, axis=1)
    tested = np.isfinite(p).sum(axis=1, keepdims=True)
    scaled = ranked * tested / np.arange(1, p.shape[1] + 1)
    scaled = np.where(np.isfinite(ranked), scaled, 1.0)
    lowest = np.minimum.accumulate(scaled[:, ::-1], axis=1)[:, ::-1]
    q = np.empty_like(p)
    np.put_along_axis(q, order, np.minimum(lowest, 1.0), axis=1)
    return np.where(np.isfinite(p), q, np.nan)
