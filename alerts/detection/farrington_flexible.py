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
from scipy import special, stats

from alerts.detection.judgement import Judgement, observed_before, score_of, share_elapsed, verdicts
from alerts.detection.poisson_regression import Fit, reweighted_fit
from alerts.detection.types import BoolArray, CodeArray, FloatArray, Panel, Reason, Verdicts, require

NAME = "farrington_flexible"
VERSION = "1"
YEAR = 12
FITS_AT_ONCE = 8_000
METHODS = ("delta", "nb_plugin")
EXACT_MEAN = 1e4  # above it the negative binomial's quantile is the gamma law's to 4 digits, and quick
LEAST_EVENTS, LEAST_MONTHS = 5, 4  # "limit54": at least 5 counts in the last 4 months
LEAST_YEARS_FOR_TREND = 3


@dataclass(frozen=True, slots=True)
class FarringtonFlexibleParams:
    """The defaults are those that do best on months; R's own names are given in brackets.

    years [b] and half_window [w]: the baseline. periods [noPeriods]: levels of the seasonal factor. p_value [alpha].
    trend_p_value [pThresholdTrend]: keep the trend below it, 1 = always. skip_months [pastWeeksNotIncluded]: newest
    months left out. method [thresholdMethod]: `delta` (normal on the 2/3 power) or `nb_plugin` (negative binomial).
    residual_threshold [weightsThreshold]. minimum_history: months with a value before the judged one; 0 = all of the
    baseline, as R does. minimum_volume: a peak needs at least this count, a drop at least this expectation.
    """

    years: int = 5
    half_window: int = 0
    periods: int = 12
    p_value: float = 0.01
    trend_p_value: float = 1.0
    skip_months: int = 1
    method: str = "nb_plugin"
    residual_threshold: float = 2.58
    minimum_history: int = 24
    minimum_volume: float = 0.0

    def __post_init__(self) -> None:
        require(1 <= self.years <= 20, "years", self.years, "within 1..20")
        require(0 <= self.half_window <= 5, "half_window", self.half_window, "within 0..5")
        most = YEAR - 2 * self.half_window
        require(1 <= self.periods <= most, "periods", self.periods, f"within 1..{most}")
        require(0 < self.p_value < 0.5, "p_value", self.p_value, "above 0 and below 0.5")
        require(0 <= self.trend_p_value <= 1, "trend_p_value", self.trend_p_value, "within 0..1")
        require(0 <= self.skip_months <= YEAR, "skip_months", self.skip_months, "within 0..12")
        require(self.method in METHODS, "method", self.method, " or ".join(METHODS))
        require(self.residual_threshold > 0, "residual_threshold", self.residual_threshold, "above 0")
        require(self.minimum_history >= 0, "minimum_history", self.minimum_history, "at least 0")
        require(0 <= self.minimum_volume < np.inf, "minimum_volume", self.minimum_volume, "at least 0")

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
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        mean = np.exp(np.clip(eta, -30.0, 40.0)) * share
        error /= np.sqrt(share)
        lower, upper, p, p_low = BOUNDS[params.method](count, mean, error, phi, params.p_value)
        found = Judgement(
            expected=mean,
            lower=lower,
            upper=upper,
            threshold=np.maximum(np.floor(upper) + 1.0, params.minimum_volume),
            floor=np.ceil(lower) - 1.0,
            score=score_of(p, p_low),
            peak=(count > upper) & (count > 0) & (count >= params.minimum_volume),
            # limit54 counts the tested month in: without it a rise could turn "not testable" into a drop.
            drop=(count < lower) & (mean >= params.minimum_volume) & (_recent(panel.values, rows) - count >= LEAST_EVENTS),
            reason=reason,
            history=history[rows],
            p=p,
            p_low=p_low,
            details={"phi": phi, "trend": trend},
        )
    return verdicts(NAME, VERSION, panel, rows, found)


def _reasons(values: FloatArray, rows: slice, history: NDArray[np.int32], params: FarringtonFlexibleParams) -> CodeArray:
    """Why a month has no bound: too young, or fewer than 5 counts in the 4 months that end with it ("limit54")."""
    reason = np.zeros(history.shape, dtype=np.int8)
    reason[_recent(values, rows) < LEAST_EVENTS] = Reason.SILENT
    young = history < params.minimum_history
    if not params.minimum_history:
        young |= (np.arange(rows.start, rows.stop) < params.baseline_months)[:, None]
    reason[young] = Reason.LEARNING
    return reason


def _recent(values: FloatArray, rows: slice) -> FloatArray:
    """Counts of the four months that end with each row."""
    total = np.zeros((values.shape[0] + 1, values.shape[1]))
    np.cumsum(np.nan_to_num(values), axis=0, out=total[1:])
    end = np.arange(rows.start, rows.stop) + 1
    return np.asarray(total[end] - total[np.maximum(end - LEAST_MONTHS, 0)])


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
        keep &= params.years >= LEAST_YEARS_FOR_TREND
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


Bounds = tuple[FloatArray, FloatArray, FloatArray, FloatArray]


def _delta_bounds(count: FloatArray, mean: FloatArray, error: FloatArray, phi: FloatArray, level: float) -> Bounds:
    """Lower, upper, p, p_low from the normal law of the 2/3 power (Farrington et al. 1996)."""
    reach = -special.ndtri(level)
    variance = phi + error**2 * mean
    spread = np.sqrt(4.0 / 9.0 * mean ** (1.0 / 3.0) * variance)
    root = mean ** (2.0 / 3.0)
    z = (count ** (2.0 / 3.0) - root) / spread
    lower = np.maximum(root - reach * spread, 0.0) ** 1.5
    return lower, (root + reach * spread) ** 1.5, special.ndtr(-z), special.ndtr(z)


def _nb_bounds(count: FloatArray, mean: FloatArray, error: FloatArray, phi: FloatArray, level: float) -> Bounds:
    """Lower, upper, P(Y >= y), P(Y <= y) of the negative binomial with that mean and variance phi x mean."""
    size = mean / np.maximum(phi - 1.0, 1e-12)
    over = phi > 1.0
    p = np.where(over, stats.nbinom.sf(count - 1.0, size, 1.0 / phi), stats.poisson.sf(count - 1.0, mean))
    p_low = np.where(over, stats.nbinom.cdf(count, size, 1.0 / phi), stats.poisson.cdf(count, mean))
    return _quantile(level, mean, phi), _quantile(1.0 - level, mean, phi), p, p_low


def _quantile(level: float, mean: FloatArray, phi: FloatArray) -> FloatArray:
    """Quantile of the negative binomial (Poisson where phi = 1); of its gamma limit where the mean is large."""
    result = np.full(mean.shape, np.nan)
    large = mean > EXACT_MEAN
    poisson, over = ~large & (phi <= 1.0), ~large & (phi > 1.0)
    result[poisson] = stats.poisson.ppf(level, mean[poisson])
    result[over] = stats.nbinom.ppf(level, mean[over] / (phi[over] - 1.0), 1.0 / phi[over])
    scale = np.maximum(phi[large], 1.0)
    result[large] = stats.gamma.ppf(level, mean[large] / scale, scale=scale)
    return result


BOUNDS = {"delta": _delta_bounds, "nb_plugin": _nb_bounds}
