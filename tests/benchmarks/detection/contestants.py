"""The methods that are compared: every detector of the registry, simple baselines, and an oracle."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import special

from alerts.detection.registry import get
from alerts.detection.types import Panel
from tests.benchmarks.detection.simulator import Simulation

Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """alarm, score (larger = more unusual) and p (or None), months x series."""

    alarm: NDArray[np.bool_]
    score: Counts
    p: Counts | None = None


Contestant = Callable[[Counts], Outcome]


def registered(name: str, by_p: bool = True, **params: object) -> Contestant:
    """A detector of the registry; ranked by its score, or by how far the count is beyond its band."""

    def run(counts: Counts) -> Outcome:
        detector = get(name)
        found = detector.detect(Panel(counts), detector.params(**params))
        with np.errstate(all="ignore"):
            beyond = (counts - found.expected) / np.maximum(found.upper - found.expected, 1e-9)
        return Outcome(found.peak, found.score if by_p else beyond, found.p_upper if by_p else None)

    return run


def _before(counts: Counts, window: int) -> Counts:
    """(months, series, window): the months before each, NaN before the beginning."""
    padded = np.vstack([np.full((window, counts.shape[1]), np.nan), counts])
    return sliding_window_view(padded, window, axis=0)[: len(counts)]


def trailing_median(counts: Counts) -> Outcome:
    """Hampel's rule: more than 3 MAD above the median of three years."""
    past = _before(counts, 36)
    middle = np.nanmedian(past, axis=-1)
    spread = 1.4826 * np.nanmedian(np.abs(past - middle[..., None]), axis=-1)
    score = (counts - middle) / np.maximum(spread, np.sqrt(np.maximum(middle, 1)))
    return Outcome((score > 3) & (np.isfinite(past).sum(axis=-1) >= 6), score)


def seasonal_z(counts: Counts) -> Outcome:
    """Log ratio to the median of a year, less the same month's median of five years, in robust sd of three years."""
    logs = np.log1p(counts)
    level = np.nanmedian(_before(logs, 12), axis=-1)
    ratio = logs - level
    same = np.full((5, *counts.shape), np.nan)
    for year in range(1, 6):
        same[year - 1, 12 * year :] = ratio[: max(len(ratio) - 12 * year, 0)]
    season = np.where(np.isfinite(same).sum(axis=0) >= 2, np.nanmedian(same, axis=0), 0.0)
    rest = ratio - season
    past = _before(rest, 36)
    spread = 1.4826 * np.nanmedian(np.abs(past - np.nanmedian(past, axis=-1)[..., None]), axis=-1)
    score = rest / np.sqrt(spread**2 + 1 / (np.exp(level) + 0.5))
    return Outcome((score > 3) & (np.isfinite(past).sum(axis=-1) >= 6), score)


def log_window(counts: Counts) -> Outcome:
    """Log count against the mean and shrunken sd of the year before; p from the normal law."""
    logs = np.log(counts + 0.5)
    past = _before(logs, 12)
    mean, sd = np.nanmean(past, axis=-1), np.nanstd(past, axis=-1, ddof=1)
    score = (logs - mean) / np.sqrt((sd**2 * 11 + 0.15**2 * 4) / 15 + 1 / np.maximum(np.exp(mean), 0.5))
    p = special.ndtr(-score)
    return Outcome(p < 0.01, score, p)


def oracle(simulation: Simulation) -> Outcome:
    """Knows the true mean and variance of every month: what no method can beat."""
    mean, variance = simulation.mean, simulation.sd**2
    size = mean**2 / np.maximum(variance - mean, 1e-9 * mean)
    chance = special.betainc(np.maximum(simulation.counts, 1e-9), size, mean / (mean + size))
    p = np.where(simulation.counts > 0, chance, 1.0)
    p = np.where(np.isnan(simulation.counts), np.nan, p)
    return Outcome(p < 0.01, -special.ndtri(np.clip(p, 1e-300, 1.0)), p)


EXPECTED_BAND = "expected band (default)"
WITH_GATE = "expected band, and 30 % and 5 above it"
CONTESTANTS: dict[str, Contestant] = {
    "rolling mean 30 %, month included": registered("rolling_mean", by_p=False, include_tested_month=True, minimum_history=1),
    "rolling mean 30 %": registered("rolling_mean", by_p=False),
    "trailing median + 3 MAD": trailing_median,
    "seasonal robust z": seasonal_z,
    "log window 12": log_window,
    "EARS C2": registered("ears_c2", by_p=False),
    "Farrington flexible, 10 levels": registered(
        "farrington_flexible", years=5, half_window=1, periods=10, p_value=0.01, skip_months=3
    ),
    "Farrington flexible (default)": registered("farrington_flexible"),
    WITH_GATE: registered("expected_band", minimum_rise=30.0, minimum_excess=5.0),
    EXPECTED_BAND: registered("expected_band"),
}


def run(contestant: Contestant, counts: Counts) -> Outcome:
    """The contestant's outcome; the baselines' warnings about empty windows are of no interest."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        return contestant(counts)
