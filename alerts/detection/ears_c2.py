"""EARS C2 (Hutwagner et al. 2003, J Urban Health 80:i89): seven months' mean plus some standard deviations.

The "early aberration reporting system" of the CDC: no season, no trend, and a gap of two months, so that an event's
first months do not enter the mean that they are compared with. It adapts to any level within nine months.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from alerts.detection.detector import Detector, Evidence, Figure, FigureKind, WorkedExample, detail, figure
from alerts.detection.judgement import Judgement, observed_before, score_of, share_elapsed, verdicts
from alerts.detection.parameters import check_ranges, declare, minimum_volume, p_value
from alerts.detection.types import Panel, Reason, Verdicts, gettext_noop, require

NAME = "ears_c2"
VERSION = "1"


@dataclass(frozen=True, slots=True)
class EarsC2Params:
    """The default p_value is that of the original: 3.09 standard deviations of a normal law."""

    baseline_months: int = declare(
        7,
        gettext_noop("Baseline"),
        gettext_noop("How many months the judged one is compared with."),
        unit=gettext_noop("months"),
        minimum=2,
        maximum=60,
    )
    gap_months: int = declare(
        2,
        gettext_noop("Gap"),
        gettext_noop("How many months between the baseline and the judged one are left out."),
        unit=gettext_noop("months"),
        minimum=0,
        maximum=12,
    )
    p_value: float = p_value(0.001)
    minimum_history: int = declare(
        5,
        gettext_noop("History needed"),
        gettext_noop("How many months of the baseline must have a count."),
        unit=gettext_noop("months"),
        minimum=2,
    )
    minimum_volume: float = minimum_volume()

    def __post_init__(self) -> None:
        check_ranges(self)
        allowed = f"within 2..{self.baseline_months}"
        require(self.minimum_history <= self.baseline_months, "minimum_history", self.minimum_history, allowed)


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
        p_upper, p_lower = special.ndtr(-z), special.ndtr(z)
        width = -special.ndtri(params.p_value) * spread
        upper, lower = expected + width, expected - width
        reason = np.zeros(count.shape, dtype=np.int8)
        reason[spread == 0] = Reason.UNSTABLE  # the baseline never varies: any other count would be infinitely far out
        reason[mean == 0] = Reason.NO_BASELINE_ACTIVITY
        reason[number < params.minimum_history] = Reason.GAPS
        reason[(number < params.minimum_history) & (history < reach)] = Reason.INSUFFICIENT_HISTORY
        found = Judgement(
            expected=expected,
            lower=np.maximum(lower, 0.0),
            upper=upper,
            threshold=np.maximum(upper, params.minimum_volume),
            drop_threshold=lower,
            score=score_of(p_upper, p_lower),
            peak=(count > upper) & (count >= params.minimum_volume) & (spread > 0),
            drop=(count < lower) & (mean >= params.minimum_volume),
            reason=reason,
            history=history,
            p_upper=p_upper,
            p_lower=p_lower,
            details={"standard_deviation": spread, "baseline_months_used": number},
        )
    return verdicts(NAME, VERSION, panel, rows, found)


def _deviations(evidence: Evidence) -> float | None:
    """How many standard deviations above the mean the bound is."""
    spread = evidence["details"]["standard_deviation"]
    return (evidence["upper"] - evidence["expected"]) / spread if spread else None


DETECTOR = Detector(
    name=NAME,
    version=VERSION,
    label=gettext_noop("EARS C2"),
    description=gettext_noop(
        "A short memory for series without much history: a month is compared with the mean and the spread of a few months "
        "before it, leaving out the two newest. Quick to explain, and blind to seasons."
    ),
    source="Hutwagner et al. 2003, J Urban Health 80:i89",
    params=EarsC2Params,
    function=detect,
    example=WorkedExample(
        gettext_noop(
            "The months before without the two newest (%(months)s of them) have a mean of %(mean)s and a standard deviation "
            "of %(spread)s. %(mean)s plus %(times)s times %(spread)s is %(upper)s."
        ),
        {
            "months": Figure(FigureKind.COUNT, detail("baseline_months_used")),
            "mean": Figure(FigureKind.COUNT, figure("expected")),
            "spread": Figure(FigureKind.COUNT, detail("standard_deviation")),
            "times": Figure(FigureKind.FACTOR, _deviations),
            "upper": Figure(FigureKind.COUNT, figure("upper")),
        },
    ),
)
