"""EARS C2 (Hutwagner et al. 2003, J Urban Health 80:i89): seven months' mean plus some standard deviations.

The "early aberration reporting system" of the CDC: no season, no trend, and a gap of two months, so that an event's
first months do not enter the mean that they are compared with. It adapts to any level within nine months.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from alerts.detection.judgement import Judgement, observed_before, score_of, share_elapsed, verdicts
from alerts.detection.types import Panel, Reason, Verdicts, require

NAME = "ears_c2"
VERSION = "1"


@dataclass(frozen=True, slots=True)
class EarsC2Params:
    """baseline_months: length of the baseline. gap_months: months left out before the judged one.

    p_value: one-sided chance in a normal law, 0.001 as in the original (3.09 sd). minimum_history: months of the
    baseline that need a value. minimum_volume: a peak needs at least this count, a drop at least this mean.
    """

    baseline_months: int = 7
    gap_months: int = 2
    p_value: float = 0.001
    minimum_history: int = 5
    minimum_volume: float = 0.0

    def __post_init__(self) -> None:
        require(2 <= self.baseline_months <= 60, "baseline_months", self.baseline_months, "within 2..60")
        require(0 <= self.gap_months <= 12, "gap_months", self.gap_months, "within 0..12")
        require(0 < self.p_value < 0.5, "p_value", self.p_value, "above 0 and below 0.5")
        allowed = f"within 2..{self.baseline_months}"
        require(2 <= self.minimum_history <= self.baseline_months, "minimum_history", self.minimum_history, allowed)
        require(0 <= self.minimum_volume < np.inf, "minimum_volume", self.minimum_volume, "at least 0")


def detect(panel: Panel, params: EarsC2Params, months: slice | None = None) -> Verdicts:
    """Judge the months that `months` selects: a peak is above mean + z sd of the baseline, a drop below mean - z sd."""
    rows = panel.rows(months)
    count = panel.values[rows]
    share = share_elapsed(panel, rows)
    reach = params.baseline_months + params.gap_months
    padded = np.vstack([np.full((reach, panel.shape[1]), np.nan), panel.values])
    windows = [padded[rows.start + i : rows.stop + i] for i in range(params.baseline_months)]
    baseline = np.stack(windows)
    known = ~np.isnan(baseline)
    number = known.sum(axis=0)
    history = observed_before(panel.values)[rows]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(known, baseline, 0.0).sum(axis=0) / number
        squares = np.where(known, (baseline - mean) ** 2, 0.0).sum(axis=0)
        expected = mean * share
        spread = np.sqrt(squares / (number - 1)) * np.sqrt(share)
        z = (count - expected) / spread
        p, p_low = special.ndtr(-z), special.ndtr(z)
        width = -special.ndtri(params.p_value) * spread
        upper, lower = expected + width, expected - width
        reason = np.zeros(count.shape, dtype=np.int8)
        reason[spread == 0] = Reason.UNSTABLE  # the baseline never varies: any other count would be infinitely far out
        reason[mean == 0] = Reason.SILENT
        reason[number < params.minimum_history] = Reason.GAPS
        reason[(number < params.minimum_history) & (history < reach)] = Reason.LEARNING
        found = Judgement(
            expected=expected,
            lower=np.maximum(lower, 0.0),
            upper=upper,
            threshold=np.maximum(upper, params.minimum_volume),
            floor=lower,
            score=score_of(p, p_low),
            peak=(count > upper) & (count >= params.minimum_volume) & (spread > 0),
            drop=(count < lower) & (mean >= params.minimum_volume),
            reason=reason,
            history=history,
            p=p,
            p_low=p_low,
            details={"standard_deviation": spread, "baseline_months_used": number},
        )
    return verdicts(NAME, VERSION, panel, rows, found)
