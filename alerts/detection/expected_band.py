"""The default detector: is this month outside what this wiki's own past leads one to expect?

1. Logarithms of the counts, less the effect of the calendar month (`band.season`).
2. Three robust levels just before the month, weighted by how right each has been lately (`band.level`, `band.blend`).
3. The spread of this wiki's own past errors (`band.spread`).
4. Judgement. With V = 1/mu + alpha + s, the squared coefficient of variation of a negative binomial count with mean mu
   plus the variance s of the calendar month's effect, the cube root of the count is nearly normal (Wilson & Hilferty 1931):
   z = (3 ((y/mu)^(1/3) - 1) + V/3) / sqrt(k (V - s) + j s),   p = P(T > z), Student's t with d degrees of freedom.
   The bounds are the same formula solved for y, so bound and p agree (`band.sides`). k and j correct for the past's unmarked
   peaks, which make quiet months look wider than they are. Short, wandering and small young series have a heavier tail
   (`band.tail`).
   Calibrated on simulated and on recorded series, see docs/methodology.md.
5. A level that has moved has not forgotten where it was: a month is unusual only if it is so for the former level, too.
   The end of a spike is back to normal and no drop; the end of a slump is no peak.
6. The score puts months in an order; it knows of the last year and of the months just before, too (`band.ranking`).

A peak is at or above the upper bound, a drop at or below the lower one, and a policy may ask for more. Only months before
the judged one are used, of this series alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from alerts.detection.band import FORECAST_MONTHS
from alerts.detection.band.blend import Expectations, expectations
from alerts.detection.band.level import LEVELS, MIN_MONTHS, NOISE_MONTHS, RECENT
from alerts.detection.band.ranking import MONTHS_BEFORE, score, window_distance
from alerts.detection.band.sides import both_sides, chance
from alerts.detection.band.spread import HALF_EDIT, SPREAD_MONTHS, dispersion, spread_errors
from alerts.detection.band.tail import DROPS, PEAKS
from alerts.detection.detector import Detector, Figure, FigureKind, WorkedExample, detail, figure
from alerts.detection.judgement import Judgement, observed_before, score_of, share_elapsed, verdicts
from alerts.detection.parameters import check_ranges, declare, minimum_volume, p_value
from alerts.detection.types import BoolArray, CodeArray, FloatArray, IntArray, Panel, Reason, Verdicts, gettext_noop

NAME = "expected_band"
VERSION = "5"
CONTINUATION_P_VALUE = 0.05  # an episode lasts while the months stay beyond this bound of its first month
SERIES_AT_ONCE = 256  # fits the processor's cache; results do not depend on it


@dataclass(frozen=True, slots=True)
class ExpectedBandParams:
    """What makes a month an alarm, besides the band itself."""

    p_value: float = p_value(0.01, maximum=CONTINUATION_P_VALUE)
    minimum_rise: float = declare(
        0.0,
        gettext_noop("Smallest rise"),
        gettext_noop("A peak is also at least so far above what was expected, in per cent of it; a drop as far below."),
        unit=gettext_noop("%"),
        minimum=0.0,
        below=100_000.0,
        stricter=(20.0, 30.0, 50.0, 100.0, 200.0),
    )
    minimum_excess: float = declare(
        0.0,
        gettext_noop("Smallest difference"),
        gettext_noop("A peak is also at least this count above what was expected, a drop as far below."),
        unit=gettext_noop("a month"),
        minimum=0.0,
    )
    minimum_volume: float = minimum_volume()
    minimum_history: int = declare(
        6,
        gettext_noop("History needed"),
        gettext_noop("How many months with a count must come before."),
        unit=gettext_noop("months"),
        minimum=MIN_MONTHS,
    )

    def __post_init__(self) -> None:
        check_ranges(self)


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """mean (mu), alpha and the number of errors behind it, for the judged months x series, and where the mean came from.

    former: (2, months, series) what the medians of one year and of two years would lead one to expect.
    """

    mean: FloatArray
    alpha: FloatArray
    number: FloatArray
    season: FloatArray
    season_variance: FloatArray
    slope: FloatArray
    weights: FloatArray
    levels: FloatArray
    former: FloatArray


def detect(panel: Panel, params: ExpectedBandParams, months: slice | None = None) -> Verdicts:
    """Judge the months that `months` selects (all by default) against each series' own expected band.

    A judged month depends on at most MEMORY_MONTHS months before it, so a sweep may pass a panel that is only so long.
    """
    rows = panel.rows(months)
    wide = slice(max(rows.start - MONTHS_BEFORE, 0), rows.stop)
    share = share_elapsed(panel, wide)
    count = panel.values[wide]
    history = observed_before(panel.values)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        distance = window_distance(np.log(panel.values + HALF_EDIT), wide, share)
        forecast = _forecast(panel.values, wide)
        known = forecast.number, forecast.weights[RECENT], forecast.mean
        high, low = PEAKS.degrees(*known), DROPS.degrees(*known)
        above, below = both_sides(forecast.mean, forecast.former, forecast.alpha, forecast.season_variance, share)
        beyond = above.distance(count, upwards=True)
        p_upper = chance(beyond, high)
        p_lower = chance(below.distance(count, upwards=False), low)
        ranked = score_of(chance(beyond, PEAKS.degrees_of_history(forecast.number)), p_lower)
        before = _months_before(score_of(p_upper, p_lower))
        upper = above.bound(high, params.p_value, upwards=True)
        lower = below.bound(low, params.p_value, upwards=False)
        mean = forecast.mean * share
        threshold, drop_threshold = _limits(mean, upper, lower, params)
        rise = 1.0 + params.minimum_rise / 100.0
        found = Judgement(
            expected=mean,
            lower=np.maximum(lower, 0.0),
            upper=upper,
            threshold=threshold,
            drop_threshold=drop_threshold,
            score=score(ranked, distance, before, forecast.weights[RECENT], forecast.mean),
            peak=count >= threshold,
            drop=(count <= drop_threshold) & (mean >= params.minimum_volume),
            reason=_reasons(panel.values, mean, history, wide, params.minimum_history),
            history=history[wide],
            p_upper=p_upper,
            p_lower=p_lower,
            continuation_upper=np.maximum(above.bound(high, CONTINUATION_P_VALUE, upwards=True), rise * mean),
            continuation_lower=np.minimum(below.bound(low, CONTINUATION_P_VALUE, upwards=False), mean / rise),
            details=_details(forecast, above.variance[0]),
        )
    return verdicts(NAME, VERSION, panel, rows, found.since(rows.start - wide.start))


def _months_before(deviate: FloatArray) -> FloatArray:
    """The values of the months before each, the last one first; (MONTHS_BEFORE, months, series), NaN before the first row."""
    padded = np.vstack([np.full((MONTHS_BEFORE, deviate.shape[1]), np.nan), deviate])
    return np.stack([padded[MONTHS_BEFORE - back : len(padded) - back] for back in range(1, MONTHS_BEFORE + 1)])


def _limits(
    mean: FloatArray, upper: FloatArray, lower: FloatArray, params: ExpectedBandParams
) -> tuple[FloatArray, FloatArray]:
    """The smallest count that is a peak and the largest that is a drop (below 0: none can be)."""
    rise = 1.0 + params.minimum_rise / 100.0
    threshold = np.maximum(np.maximum(upper, rise * mean), mean + params.minimum_excess)
    lowest = np.minimum(np.minimum(lower, mean / rise), mean - params.minimum_excess)
    return np.maximum(threshold, params.minimum_volume), lowest


def _reasons(values: FloatArray, mean: FloatArray, history: IntArray, rows: slice, minimum: int) -> CodeArray:
    """Why a month cannot be judged; 0 where it can."""
    reason = np.zeros(mean.shape, dtype=np.int8)
    busy = np.zeros((values.shape[0] + 1, values.shape[1]), dtype=np.int32)
    np.cumsum(values > 0, axis=0, dtype=np.int32, out=busy[1:])
    start = np.maximum(np.arange(rows.start, rows.stop) - NOISE_MONTHS, 0)
    silent: BoolArray = busy[rows] == busy[start]
    reason[silent] = Reason.NO_BASELINE_ACTIVITY
    reason[np.isnan(mean)] = Reason.GAPS
    reason[history[rows] < minimum] = Reason.INSUFFICIENT_HISTORY
    return reason


def _details(forecast: Forecast, variance: FloatArray) -> dict[str, FloatArray]:
    """What the explanation of a verdict needs beyond the common figures."""
    details = {
        "variation_percent": 100.0 * np.sqrt(variance),  # usual distance from the expectation
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
    begin = max(rows.start - FORECAST_MONTHS, 0)
    counts = np.ascontiguousarray(values[begin : rows.stop])
    first = max(rows.start - SPREAD_MONTHS, 0) - begin
    last = rows.stop - begin
    past: Expectations = expectations(np.log(counts + HALF_EDIT), slice(first, last))
    mean = np.exp(past.centre)
    skip = rows.start - begin - first
    alpha, number = dispersion(*spread_errors(counts[first:last], mean), slice(skip, last - first))
    return Forecast(
        mean=mean[skip:],
        alpha=alpha,
        number=number,
        season=past.season[skip:],
        season_variance=past.season_variance[skip:],
        slope=past.slope[skip:],
        weights=past.weights[:, skip:],
        levels=past.levels[:, skip:],
        former=np.exp(past.former[:, skip:]),
    )


DETECTOR = Detector(
    name=NAME,
    version=VERSION,
    label=gettext_noop("expected band"),
    description=gettext_noop(
        "Made for monthly wiki counts: level, trend and season are learnt from the months before, robustly, so that a "
        "past peak does not hide the next one; how much the wiki usually strays from that gives the width of the band. "
        "A month outside of it by so much that chance makes it less than about once in a hundred months is an alert. It "
        "finds drops as well as peaks."
    ),
    params=ExpectedBandParams,
    function=detect,
    example=WorkedExample(
        gettext_noop(
            "The last months run at about %(recent)s, the long run at about %(steady)s; by how well each foretold this wiki "
            "so far, the last months have %(trust)s of the weight. %(month)s usually runs at %(season)s of an average "
            "month: that makes %(expected)s. The wiki usually strays from such an expectation by %(strays)s, so up to "
            "%(upper)s is normal."
        ),
        {
            "recent": Figure(FigureKind.COUNT, detail("level_recent")),
            "steady": Figure(FigureKind.COUNT, detail("level_steady")),
            "trust": Figure(FigureKind.SHARE, detail("weight_recent")),
            "month": Figure(FigureKind.MONTH, figure("month")),
            "season": Figure(FigureKind.SHARE, detail("season_factor")),
            "expected": Figure(FigureKind.COUNT, figure("expected")),
            "strays": Figure(FigureKind.SHARE, lambda evidence: (evidence["details"]["variation_percent"] or 0) / 100),
            "upper": Figure(FigureKind.COUNT, figure("upper")),
        },
    ),
)
