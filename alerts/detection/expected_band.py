"""The default detector: is this month outside what this wiki's own past leads one to expect?

1. Logarithms of the counts, less the effect of the calendar month (`band.season`).
2. Three robust levels just before the month, weighted by how right each has been lately (`band.level`, `band.blend`).
3. The spread of this wiki's own past errors (`band.spread`).
4. Judgement. With V = 1/mu + alpha, the squared coefficient of variation of a negative binomial count with mean mu,
   the cube root of the count is nearly normal (Wilson & Hilferty 1931):
   z = (3 ((y/mu)^(1/3) - 1) + V/3) / sqrt(k V),   p = P(T > z), Student's t with 0.45 n + 4 degrees of freedom,
   n being the effective number of past errors. The bounds are the same formula solved for y, so bound and p agree.
   k = 0.84 corrects for the past's unmarked peaks, which make quiet months look wider than they are (calibrated on
   simulated series, see docs/methodology.md).

A peak is at or above all of: the bound, 30 % more than expected, 5 more than expected. A drop is the mirror image.
Only months before the judged one are used, of this series alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from alerts.detection.band import MEMORY_MONTHS
from alerts.detection.band.blend import Expectations, expectations
from alerts.detection.band.level import LEVELS, MINIMUM_MONTHS, NOISE_MONTHS
from alerts.detection.band.spread import SPREAD_MONTHS, cube_root_error, dispersion
from alerts.detection.judgement import Judgement, observed_before, score_of, share_elapsed, verdicts
from alerts.detection.types import BoolArray, CodeArray, FloatArray, IntArray, Panel, Reason, Verdicts, require

NAME = "expected_band"
VERSION = "1"
HALF_EDIT = 0.5  # added before taking logarithms, so that a month without edits has one
QUIET_SHARE = 0.84  # variance of quiet months over that of all past months within 3 sd
DEGREES_PER_MONTH, DEGREES_AT_LEAST = 0.45, 4.0
HOLD_P_VALUE = 0.05  # an episode lasts while the months stay beyond this bound of its first month
SERIES_AT_ONCE = 256  # fits the processor's cache; results do not depend on it


@dataclass(frozen=True, slots=True)
class ExpectedBandParams:
    """p_value: a peak is a month that chance makes this rare. minimum_rise: and so many per cent above expectation.

    minimum_excess: and at least so many counts above it. minimum_volume: a peak needs at least this count,
    a drop at least this expectation. minimum_history: months with a value that must come before.
    """

    p_value: float = 0.01
    minimum_rise: float = 30.0
    minimum_excess: float = 5.0
    minimum_volume: float = 0.0
    minimum_history: int = 6

    def __post_init__(self) -> None:
        require(0 < self.p_value <= HOLD_P_VALUE, "p_value", self.p_value, f"above 0 and at most {HOLD_P_VALUE}")
        require(0 <= self.minimum_rise < 100_000, "minimum_rise", self.minimum_rise, "at least 0 and below 100000")
        require(0 <= self.minimum_excess < np.inf, "minimum_excess", self.minimum_excess, "at least 0")
        require(0 <= self.minimum_volume < np.inf, "minimum_volume", self.minimum_volume, "at least 0")
        least = f"at least {MINIMUM_MONTHS}"
        require(self.minimum_history >= MINIMUM_MONTHS, "minimum_history", self.minimum_history, least)


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """mean (mu), alpha and the number of errors behind it, for the judged months x series, and where the mean came from."""

    mean: FloatArray
    alpha: FloatArray
    number: FloatArray
    season: FloatArray
    slope: FloatArray
    weights: FloatArray
    levels: FloatArray


def detect(panel: Panel, params: ExpectedBandParams, months: slice | None = None) -> Verdicts:
    """Judge the months that `months` selects (all by default) against each series' own expected band.

    A judged month depends on at most MEMORY_MONTHS months before it, so a sweep may pass a panel that is only so long.
    """
    rows = panel.rows(months)
    share = share_elapsed(panel, rows)
    count = panel.values[rows]
    history = observed_before(panel.values)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        forecast = _forecast(panel.values, rows)
        mean = forecast.mean * share
        alpha = forecast.alpha / share  # of a share of the month
        variation = 1.0 / mean + alpha
        degrees = DEGREES_PER_MONTH * forecast.number + DEGREES_AT_LEAST
        z = (cube_root_error(count, mean) + variation / 3.0) / np.sqrt(QUIET_SHARE * variation)
        p, p_low = special.stdtr(degrees, -z), special.stdtr(degrees, z)
        reach = -special.stdtrit(degrees, params.p_value)
        upper, lower = _bound(mean, variation, reach), _bound(mean, variation, -reach)
        threshold, floor = _limits(mean, upper, lower, params)
        held = -special.stdtrit(degrees, HOLD_P_VALUE)
        rise = 1.0 + params.minimum_rise / 100.0
        found = Judgement(
            expected=mean,
            lower=lower,
            upper=upper,
            threshold=threshold,
            floor=floor,
            score=score_of(p, p_low),
            peak=count >= threshold,
            drop=(count <= floor) & (mean >= params.minimum_volume),
            reason=_reasons(panel.values, mean, history, rows, params.minimum_history),
            history=history[rows],
            p=p,
            p_low=p_low,
            hold=np.maximum(_bound(mean, variation, held), rise * mean),
            hold_low=np.minimum(_bound(mean, variation, -held), mean / rise),
            details=_details(forecast, variation),
        )
    return verdicts(NAME, VERSION, panel, rows, found)


def _bound(mean: FloatArray, variation: FloatArray, reach: FloatArray) -> FloatArray:
    """The count whose z equals `reach`: mu max(0, 1 - V/9 + reach sqrt(k V) / 3)^3."""
    root = 1.0 - variation / 9.0 + reach * np.sqrt(QUIET_SHARE * variation) / 3.0
    return np.asarray(mean * np.maximum(root, 0.0) ** 3)


def _limits(
    mean: FloatArray, upper: FloatArray, lower: FloatArray, params: ExpectedBandParams
) -> tuple[FloatArray, FloatArray]:
    """The smallest count that is a peak and the largest that is a drop (below 0: none can be)."""
    rise = 1.0 + params.minimum_rise / 100.0
    threshold = np.maximum(np.maximum(upper, rise * mean), mean + params.minimum_excess)
    floor = np.minimum(np.minimum(lower, mean / rise), mean - params.minimum_excess)
    return np.maximum(threshold, params.minimum_volume), floor


def _reasons(values: FloatArray, mean: FloatArray, history: IntArray, rows: slice, minimum: int) -> CodeArray:
    """Why a month cannot be judged; 0 where it can."""
    reason = np.zeros(mean.shape, dtype=np.int8)
    busy = np.zeros((values.shape[0] + 1, values.shape[1]), dtype=np.int32)
    np.cumsum(values > 0, axis=0, dtype=np.int32, out=busy[1:])
    start = np.maximum(np.arange(rows.start, rows.stop) - NOISE_MONTHS, 0)
    silent: BoolArray = busy[rows] == busy[start]
    reason[silent] = Reason.SILENT
    reason[np.isnan(mean)] = Reason.GAPS
    reason[history[rows] < minimum] = Reason.LEARNING
    return reason


def _details(forecast: Forecast, variation: FloatArray) -> dict[str, FloatArray]:
    """What the explanation of a verdict needs beyond the common figures."""
    details = {
        "variation_percent": 100.0 * np.sqrt(QUIET_SHARE * variation),  # usual distance from the expectation
        "alpha": forecast.alpha,
        "errors_behind": forecast.number,
        "season_factor": np.exp(forecast.season),  # 1.22: this calendar month runs 22 % high
        "slope_a_year": np.exp(forecast.slope) - 1.0,  # 0.1: the trend level grows 10 % a year
    }
    for i, level in enumerate(LEVELS):
        details[f"weight_{level.name}"] = forecast.weights[i]
        details[f"level_{level.name}"] = np.exp(forecast.levels[i] - forecast.season)  # a month, season apart
    return details


def _forecast(values: FloatArray, rows: slice) -> Forecast:
    """Forecasts for `rows`, computed for 256 series at a time.

    A single series is computed beside a copy of itself: numpy adds up a single column in another order than several, and
    a month judged alone must come out the same to the last bit.
    """
    if values.shape[1] == 1:
        twice = _forecast(np.repeat(values, 2, axis=1), rows)
        return Forecast(*(getattr(twice, name)[..., :1] for name in Forecast.__slots__))
    parts = [_forecast_block(values[:, some], rows) for some in _blocks(values.shape[1])]
    return Forecast(*(np.concatenate([getattr(part, name) for part in parts], axis=-1) for name in Forecast.__slots__))


def _blocks(series: int) -> Iterator[slice]:
    """Slices of at most SERIES_AT_ONCE series, none of them of a single one unless that is all there is."""
    start = 0
    while start == 0 or start < series:
        stop = min(start + SERIES_AT_ONCE, series)
        stop -= series - stop == 1
        yield slice(start, stop)
        start = stop or 1


def _forecast_block(values: FloatArray, rows: slice) -> Forecast:
    """One block: expectations of the judged months and of the 60 before them, whose errors give the spread."""
    begin = max(rows.start - MEMORY_MONTHS, 0)
    counts = np.ascontiguousarray(values[begin : rows.stop])
    first = max(rows.start - SPREAD_MONTHS, 0) - begin
    last = rows.stop - begin
    past: Expectations = expectations(np.log(counts + HALF_EDIT), slice(first, last))
    mean = np.exp(past.centre)
    skip = rows.start - begin - first
    error = cube_root_error(counts[first:last], mean)
    alpha, number = dispersion(error, 1.0 / mean, slice(skip, last - first))
    return Forecast(
        mean=mean[skip:],
        alpha=alpha,
        number=number,
        season=past.season[skip:],
        slope=past.slope[skip:],
        weights=past.weights[:, skip:],
        levels=past.levels[:, skip:],
    )
