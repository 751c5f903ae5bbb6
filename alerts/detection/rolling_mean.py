"""The classic rule: a month is a peak when it is at least 30 % above the mean of the last three years.

The rule of the original Community Activity Alerts, which counts the judged month in its own window
(`include_tested_month`); by default here the month is compared with the months before it alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from alerts.detection.detector import Detector, Figure, FigureKind, WorkedExample, detail, figure
from alerts.detection.judgement import Judgement, observed_before, share_elapsed, verdicts
from alerts.detection.parameters import check_ranges, declare, minimum_volume
from alerts.detection.types import (
    BoolArray,
    CodeArray,
    FloatArray,
    IntArray,
    Panel,
    Reason,
    Verdicts,
    gettext_noop,
    require,
)

NAME = "rolling_mean"
VERSION = "1"
MAX_EXACT_SUM = 2.0**53  # whole numbers up to here are sums without rounding
TYPICAL_DISPERSION = 0.05  # squared coefficient of variation of an ordinary wiki; only the score uses it


@dataclass(frozen=True, slots=True)
class RollingMeanParams:
    """The rule's parameters, with their ranges and what they mean."""

    window_months: int = declare(
        36,
        gettext_noop("Window"),
        gettext_noop("How many months before the judged one make the mean."),
        unit=gettext_noop("months"),
        minimum=1,
    )
    percentage: float = declare(
        30.0,
        gettext_noop("Rise"),
        gettext_noop("How far above the mean a peak is, in per cent of it; a drop is as far below."),
        unit=gettext_noop("%"),
        above=0.0,
        below=100_000.0,
        stricter=(50.0, 75.0, 100.0, 150.0, 200.0, 300.0),
    )
    include_tested_month: bool = declare(
        False,
        gettext_noop("Count the judged month in its own mean"),
        gettext_noop("As the original rule does; the window is then one month longer."),
    )
    minimum_history: int = declare(
        6,
        gettext_noop("History needed"),
        gettext_noop("How many months of the window must have a count."),
        unit=gettext_noop("months"),
        minimum=1,
    )
    minimum_volume: float = minimum_volume()

    def __post_init__(self) -> None:
        check_ranges(self)
        longest = self.window_months + self.include_tested_month
        require(self.minimum_history <= longest, "minimum_history", self.minimum_history, f"within 1..{longest}")


def trailing_sum(values: FloatArray, number: IntArray, rows: slice, window: int, include: bool) -> tuple[FloatArray, IntArray]:
    """Sum and number of the observed values among the `window` months before each row (and the row itself).

    `number` comes from `observed_before`. One cumulative sum over months, so the cost does not depend on the window;
    sums of whole numbers are exact below 2**53; where the whole panel may sum up to more, each window is summed by itself.
    Returns float64 and int32 arrays (judged months x series).
    """
    total = np.zeros((values.shape[0] + 1, values.shape[1]))
    np.copyto(total[1:], values, where=~np.isnan(values))
    if total.max(initial=0.0) * len(total) >= MAX_EXACT_SUM:
        return _window_by_window(total[1:], rows, window, include), _window_by_window(
            (~np.isnan(values)).astype(np.int32), rows, window, include
        )
    np.cumsum(total, axis=0, out=total)
    last = slice(rows.start + include, rows.stop + include)
    sums, counts = total[last].copy(), number[last].copy()
    full = max(window - rows.start, 0)  # judged months before this one have fewer than `window` months behind them
    first = slice(max(rows.start - window, 0), max(rows.stop - window, 0))
    sums[full:] -= total[first]
    counts[full:] -= number[first]
    return sums, counts


def _window_by_window(values: Any, rows: slice, window: int, include: bool) -> Any:
    """The same sums without a running total, in which a huge count would leave its rounding behind."""
    return np.stack([values[max(row - window, 0) : row + include].sum(axis=0) for row in range(rows.start, rows.stop)])


def detect(panel: Panel, params: RollingMeanParams, months: slice | None = None) -> Verdicts:
    """Judge the months that `months` selects (all by default) by the rolling-mean rule.

    Peak: count >= (1 + percentage/100) x mean; drop: count x (1 + percentage/100) <= mean; both inclusive. They are
    compared in whole numbers (100 x n x count >= (100 + percentage) x sum), so that a count exactly on the threshold
    is a peak whatever the rounding. A mean of zero never makes a peak.
    """
    rows = panel.rows(months)
    count = panel.values[rows]
    share = share_elapsed(panel, rows)
    history = observed_before(panel.values)
    total, number = trailing_sum(panel.values, history, rows, params.window_months, params.include_tested_month)
    per_cent = 100.0 + params.percentage
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / number
        expected = mean * share if panel.elapsed < 1 else mean
        bound = expected * (per_cent / 100.0)
        drop_threshold = expected * (100.0 / per_cent)
        positive = total > 0
        # What a drop fell from; a count that it contains would itself lift the mean over the minimum.
        level = (total - count) / (number - 1) if params.include_tested_month else mean
        scaled, total_scaled = number * count, total  # scratch from here on: fresh arrays cost more than the sums
        scaled *= 100.0
        total_scaled *= per_cent * share
        peak = (scaled >= total_scaled) & positive & (count >= params.minimum_volume)
        scaled *= per_cent * per_cent  # both sides times 100 x per_cent: n x count x per_cent <= 100 x sum
        total_scaled *= 10_000.0
        drop = (scaled <= total_scaled) & positive & (level >= params.minimum_volume)
        score = _distance(count, expected, out=scaled)
    found = Judgement(
        expected=expected,
        lower=drop_threshold,
        upper=bound,
        threshold=np.maximum(bound, params.minimum_volume) if params.minimum_volume else bound,
        drop_threshold=drop_threshold,
        score=score,
        peak=peak,
        drop=drop,
        reason=_reasons(positive, number, history[rows], params.minimum_history),
        history=history[rows],
        details={"rolling_mean": mean, "window_months_used": number},
    )
    return verdicts(NAME, VERSION, panel, rows, found)


def _distance(count: FloatArray, expected: FloatArray, out: FloatArray) -> FloatArray:
    """Variance-stabilised distance from the mean, so that 10 -> 20 edits ranks below 10,000 -> 20,000."""
    np.sqrt(count, out=out)
    spread = np.sqrt(expected)
    out -= spread
    np.multiply(expected, 0.25 * TYPICAL_DISPERSION, out=spread)
    spread += 0.25
    out /= np.sqrt(spread, out=spread)
    return out


def _reasons(positive: BoolArray, number: IntArray, history: IntArray, minimum: int) -> CodeArray:
    """Why a month cannot be compared with its window; 0 where it can."""
    reason = np.where(positive, np.int8(Reason.NONE), np.int8(Reason.NO_BASELINE_ACTIVITY))
    short = number < minimum
    reason[short] = Reason.GAPS
    reason[short & (history < minimum)] = Reason.INSUFFICIENT_HISTORY
    return reason


DETECTOR = Detector(
    name=NAME,
    version=VERSION,
    label=gettext_noop("rolling mean (the classic rule)"),
    description=gettext_noop(
        "A month is a peak when its count is at least 30 per cent above the mean of the three years before it, and a "
        "drop when the mean is at least 30 per cent above the count. Everybody can check it by hand. But a small wiki "
        "differs from its mean by 30 per cent every other month, so the rule raises many alerts that mean nothing, and "
        "a growing wiki is always above its past."
    ),
    params=RollingMeanParams,
    function=detect,
    example=WorkedExample(
        gettext_noop("The mean of the months before (%(months)s of them) is %(mean)s. %(factor)s times that is %(bound)s."),
        {
            "months": Figure(FigureKind.COUNT, detail("window_months_used")),
            "mean": Figure(FigureKind.COUNT, detail("rolling_mean")),
            "factor": Figure(FigureKind.FACTOR, lambda evidence: evidence["upper"] / evidence["expected"]),
            "bound": Figure(FigureKind.COUNT, figure("upper")),
        },
    ),
)
