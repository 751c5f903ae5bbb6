"""How much an alert matters among all wikis judged in the same month."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from alerts.detection.types import CodeArray, FloatArray, Verdicts

HIGH_Q = 0.05
EXTREME_RATIO = 3.0


class Severity(IntEnum):
    """0 for months that are neither peak nor drop."""

    NONE = 0
    NOTABLE = 1
    HIGH = 2
    EXTREME = 3


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


def severities(verdicts: Verdicts) -> tuple[CodeArray, FloatArray]:
    """(`Severity`, q) of every judged month; q is that of the verdict's own direction, NaN where there is none.

    notable: a peak or drop. high: q < 0.05 besides. extreme: high, and 3 times (a third of) what was expected.
    Detectors without p-values only know notable.
    """
    drop = verdicts.drop
    q = np.where(drop, q_values(verdicts.p_low), q_values(verdicts.p))
    with np.errstate(invalid="ignore"):
        high = q < HIGH_Q
        far = np.where(
            drop,
            verdicts.count * EXTREME_RATIO <= verdicts.expected,
            verdicts.count >= verdicts.expected * EXTREME_RATIO,
        )
    level = np.full(q.shape, Severity.NOTABLE, dtype=np.int8)
    level[high] = Severity.HIGH
    level[high & far] = Severity.EXTREME
    level[~(verdicts.peak | drop)] = Severity.NONE
    return level, q
