"""Farrington flexible (Noufaily et al. 2013, Statistics in Medicine 32:1206, doi 10.1002/sim.5595), for months.

The standard of public-health surveillance: a quasi-Poisson regression on the years before, with a trend and a seasonal
factor of `periods` levels, past outbreaks weighted down, the newest months left out, and the quantile of the prediction
as the bound.
Agrees with R's surveillance::farringtonFlexible 1.20.3, two of its habits included: after reweighting, the Anscombe
weights take the place of the working weights, so that standard errors and the trend's test use
sum(omega ((y - mu)/mu)^2) / df as the dispersion; and there is no expectation where `limit54` fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from alerts.detection.detector import Detector, Figure, FigureKind, WorkedExample, detail, figure
from alerts.detection.judgement import Judgement, observed_before, score_of, share_elapsed, verdicts
from alerts.detection.parameters import check_ranges, declare, minimum_volume, p_value
from alerts.detection.poisson_regression import Fit, reweighted_fit
from alerts.detection.prediction_bounds import BOUNDS
from alerts.detection.types import (
    MIN_EXPECTATION,
    BoolArray,
    CodeArray,
    FloatArray,
    Panel,
    Reason,
    Verdicts,
    gettext_noop,
    require,
)

NAME = "farrington_flexible"
VERSION = "2"
YEAR = 12
FITS_AT_ONCE = 8_000
MIN_EVENTS, EVENT_MONTHS = 5, 4  # "limit54": at least 5 counts in the last 4 months
MIN_YEARS_FOR_TREND = 3
MAX_ERROR = 10.0  # standard error of the log expectation; above it the baseline says nothing about the month
MIN_RECENT_MONTHS = 6  # of the last twelve, with a value: a trend is not drawn on across a longer hole


@dataclass(frozen=True, slots=True)
class FarringtonFlexibleParams:
    """The defaults are those that do best on months.

    R calls them, in this order: b, w, noPeriods, alpha, pThresholdTrend, pastWeeksNotIncluded, thresholdMethod,
    weightsThreshold; the last two are ours.
    """

    years: int = declare(
        5,
        gettext_noop("Baseline"),
        gettext_noop("How many years before the judged month the regression looks at."),
        unit=gettext_noop("years"),
        minimum=1,
        maximum=20,
    )
    half_window: int = declare(
        0,
        gettext_noop("Half window"),
        gettext_noop("How many months on either side of the same month of each year belong to the same season."),
        unit=gettext_noop("months"),
        minimum=0,
        maximum=5,
    )
    periods: int = declare(
        12,
        gettext_noop("Seasons"),
        gettext_noop("Into how many seasons the year is divided; 1 for none."),
        minimum=1,
        maximum=YEAR,
    )
    p_value: float = p_value(0.01)
    trend_p_value: float = declare(
        1.0,
        gettext_noop("Test of the trend"),
        gettext_noop("The trend is kept when its p-value is below this; 1 keeps every trend."),
        minimum=0.0,
        maximum=1.0,
    )
    skip_months: int = declare(
        1,
        gettext_noop("Months left out"),
        gettext_noop("How many of the newest months are not part of the baseline."),
        unit=gettext_noop("months"),
        minimum=0,
        maximum=YEAR,
    )
    method: str = declare(
        "nb_plugin",
        gettext_noop("Bound"),
        gettext_noop("The law whose quantile is the bound."),
        choices={
            "delta": gettext_noop("normal law of the 2/3 power"),
            "nb_plugin": gettext_noop("negative binomial law"),
        },
    )
    residual_threshold: float = declare(
        2.58,
        gettext_noop("Residual of an outbreak"),
        gettext_noop("Past months whose standardised residual is larger count less."),
        unit=gettext_noop("standard deviations"),
        above=0.0,
    )
    minimum_history: int = declare(
        24,
        gettext_noop("History needed"),
        gettext_noop("How many months with a count must come before; 0 for the whole baseline."),
        unit=gettext_noop("months"),
        minimum=0,
    )
    minimum_volume: float = minimum_volume()

    def __post_init__(self) -> None:
        check_ranges(self)
        most = YEAR - 2 * self.half_window
        require(self.periods <= most, "periods", self.periods, f"within 1..{most}")

    @property
    def baseline_months(self) -> int:
        """How far back the baseline reaches."""
        return YEAR * self.years + self.half_window


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """For a batch of months, flat: log expectation, its standard error, overdispersion, trend used."""

    eta: FloatArray
    error: FloatArray
    phi: FloatArray
    trend: BoolArray


def baseline(params: FarringtonFlexibleParams) -> tuple[NDArray[np.int64], FloatArray]:
    """Offsets of the baseline months (negative, ascending) and the design matrix: 1, years, levels 1..periods-1.

    Months within half_window of the same month of each year form the reference level (the one being predicted); the
    months between two of them are split into periods - 1 stretches of equal length, the first ones longer by the rest.
    """
    level: dict[int, int] = {}
    for year in range(params.years + 1):
        for offset in range(-YEAR * year - params.half_window, -YEAR * year + params.half_window + 1):
            level[offset] = 0
    if params.periods > 1:
        stretches = np.array_split(np.arange(YEAR - 2 * params.half_window - 1), params.periods - 1)
        for year in range(1, params.years + 1):
            begin = -YEAR * year + params.half_window + 1
            for number, stretch in enumerate(stretches, start=1):
                level.update({begin + int(step): number for step in stretch})
    offsets = np.array(sorted(offset for offset in level if offset < -params.skip_months))
    levels = np.array([level[offset] for offset in offsets])
    dummies = [(levels == number).astype(float) for number in range(1, params.periods)]
    return offsets, np.column_stack([np.ones(len(offsets)), offsets / YEAR, *dummies])


def detect(panel: Panel, params: FarringtonFlexibleParams, months: slice | None = None) -> Verdicts:
    """Judge the months that `months` selects by their baseline; a month above the bound is a peak."""
    rows = panel.rows(months)
    count = panel.values[rows]
    share = share_elapsed(panel, rows)
    history = observed_before(panel.values)
    reason = _reasons(panel.values, rows, history[rows], params)
    eta, error, phi, trend = (np.full(count.shape, np.nan) for _ in range(4))
    offsets, design = baseline(params)
    testable = reason == Reason.NONE
    for month, series in _batches(testable):
        at = rows.start + month[:, None] + offsets
        past = np.where(at >= 0, panel.values[np.maximum(at, 0), series[:, None]], np.nan)
        some = _predict(design, past, params)
        for whole, part in zip((eta, error, phi, trend), (some.eta, some.error, some.phi, some.trend), strict=True):
            whole[month, series] = part
    reason[testable & np.isnan(eta)] = Reason.GAPS
    # The fit is singular there: its digits mean nothing.
    singular = testable & ((eta < np.log(MIN_EXPECTATION)) | (error > MAX_ERROR))
    reason[singular], eta[singular] = Reason.UNSTABLE, np.nan
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        mean = np.exp(np.clip(eta, -30.0, 40.0)) * share
        error /= np.sqrt(share)
        lower, upper, p_upper, p_lower = BOUNDS[params.method](count, mean, error, phi, params.p_value)
        # After a giant the law is so skewed that a quantile may lie on the other side of the mean: nothing there stands out.
        lower, upper = np.minimum(lower, mean), np.maximum(upper, mean)
        found = Judgement(
            expected=mean,
            lower=lower,
            upper=upper,
            threshold=np.maximum(np.floor(upper) + 1.0, params.minimum_volume),
            drop_threshold=np.ceil(lower) - 1.0,
            score=score_of(p_upper, p_lower),
            peak=(count > upper) & (count > 0) & (count >= params.minimum_volume),
            # limit54 counts the tested month in: without it a rise could turn "not testable" into a drop.
            drop=(count < lower) & (mean >= params.minimum_volume) & (_recent(panel.values, rows) - count >= MIN_EVENTS),
            reason=reason,
            history=history[rows],
            p_upper=p_upper,
            p_lower=p_lower,
            details={"phi": phi, "trend": trend},
        )
    return verdicts(NAME, VERSION, panel, rows, found)


def _reasons(values: FloatArray, rows: slice, history: NDArray[np.int32], params: FarringtonFlexibleParams) -> CodeArray:
    """Why a month has no bound: too young, or fewer than 5 counts in the 4 months that end with it ("limit54")."""
    reason = np.zeros(history.shape, dtype=np.int8)
    reason[_recent(values, rows) < MIN_EVENTS] = Reason.NO_BASELINE_ACTIVITY
    young = history < params.minimum_history
    if not params.minimum_history:
        young |= (np.arange(rows.start, rows.stop) < params.baseline_months)[:, None]
    start = np.maximum(np.arange(rows.start, rows.stop) - YEAR, 0)
    reason[history - observed_before(values)[start] < np.minimum(MIN_RECENT_MONTHS, history)] = Reason.GAPS
    reason[young] = Reason.INSUFFICIENT_HISTORY
    return reason


def _recent(values: FloatArray, rows: slice) -> FloatArray:
    """Counts of the four months that end with each row."""
    total = np.zeros((values.shape[0] + 1, values.shape[1]))
    np.cumsum(np.nan_to_num(values), axis=0, out=total[1:])
    end = np.arange(rows.start, rows.stop) + 1
    return np.asarray(total[end] - total[np.maximum(end - EVENT_MONTHS, 0)])


def _batches(wanted: BoolArray) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """(judged month, series) of all that is wanted, some thousand at a time."""
    month, series = np.nonzero(wanted)
    for start in range(0, len(month), FITS_AT_ONCE):
        some = slice(start, start + FITS_AT_ONCE)
        yield month[some], series[some]


def _predict(design: FloatArray, past: FloatArray, params: FarringtonFlexibleParams) -> Prediction:
    """Predict one month after each row of `past` (fits x baseline months), with the trend where it is kept."""
    known = np.isfinite(past)
    enough = known.sum(axis=1) > design.shape[1] + 2
    eta, error, phi = np.full((3, len(past)), np.nan)
    trend = np.zeros(len(past))
    at = np.flatnonzero(enough)
    if at.size:
        counts, known = np.where(known, past, 0.0)[at], known[at]
        fit = reweighted_fit(design, counts, known, params.residual_threshold)
        eta[at], error[at], dispersion = _forecast(fit, counts)
        phi[at] = fit.phi
        keep = fit.converged & _significant(fit, dispersion, params.trend_p_value)
        keep &= np.exp(eta[at]) <= np.where(known, counts, -np.inf).max(axis=1)
        keep &= params.years >= MIN_YEARS_FOR_TREND
        trend[at] = keep
        flat = ~keep
        if flat.any():
            fit = reweighted_fit(np.delete(design, 1, axis=1), counts[flat], known[flat], params.residual_threshold)
            eta[at[flat]], error[at[flat]], _ = _forecast(fit, counts[flat])
            phi[at[flat]] = fit.phi
    return Prediction(eta, error, phi, np.where(enough, trend, np.nan))


def _forecast(fit: Fit, counts: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """eta of the predicted month (offset 0, reference level: the intercept), its standard error, and R's dispersion."""
    dispersion = (fit.weights * ((counts - fit.mean) / fit.mean) ** 2).sum(axis=1) / fit.degrees
    return fit.coefficients[:, 0], np.sqrt(np.maximum(fit.inverse[:, 0, 0] * dispersion, 0.0)), dispersion


def _significant(fit: Fit, dispersion: FloatArray, level: float) -> BoolArray:
    """Two-sided t-test of the trend; at level 1 every trend passes that can be tested."""
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(fit.coefficients[:, 1]) / np.sqrt(fit.inverse[:, 1, 1] * dispersion)
        return np.asarray(2.0 * special.stdtr(fit.degrees, -t) < level)


DETECTOR = Detector(
    name=NAME,
    version=VERSION,
    label=gettext_noop("Farrington flexible"),
    description=gettext_noop(
        "The published standard of public-health surveillance (Noufaily and others, 2013): a regression on the same "
        "season of earlier years, in which earlier outbreaks count less, gives the expected count and the bound that "
        "chance exceeds only rarely. It serves as the independent reference."
    ),
    source="Noufaily et al. 2013, Statistics in Medicine 32:1206, doi 10.1002/sim.5595",
    params=FarringtonFlexibleParams,
    function=detect,
    example=WorkedExample(
        gettext_noop(
            "The regression on the same season of the years before expects %(expected)s. Around it the variance of the "
            "counts is %(phi)s times that of pure chance, which then exceeds %(upper)s only once in a hundred months."
        ),
        {
            "expected": Figure(FigureKind.COUNT, figure("expected")),
            "phi": Figure(FigureKind.COUNT, detail("phi")),
            "upper": Figure(FigureKind.COUNT, figure("upper")),
        },
    ),
)
