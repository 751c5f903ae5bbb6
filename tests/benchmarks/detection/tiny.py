"""Tiny wikis: do the simulated ones look like the recorded ones? Both are measured over their first 80 months."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from tests.benchmarks.detection import hindsight
from tests.benchmarks.detection.simulator import Simulation
from tests.benchmarks.detection.text import markdown

Counts = NDArray[np.float64]

MONTHS, LEAST_MONTHS = 80, 36
TINY = 50.0  # edits a month that the median stays below
WINDOW, LEAST_WINDOW = 24, 12  # months before, whose median a month is a multiple of
QUARTILES = (25, 50, 75)


def recorded_series(folder: Path) -> list[Counts]:
    """The first 80 observed months of each recorded series with a median below 50 edits and 36 months or more."""
    panels = [hindsight.panel(folder, era, LEAST_MONTHS) for era in hindsight.EVERYTHING]
    series = [counts[np.isfinite(counts)] for panel in panels for counts in panel.T]
    return [counts[:MONTHS] for counts in series if np.median(counts) < TINY]


def simulated_series(simulation: Simulation) -> list[Counts]:
    """The first 80 months of the simulated tiny wikis."""
    return list(simulation.counts[:MONTHS, simulation.classes == "tiny"].T)


def _correlation(lag: int) -> Callable[[Counts], float]:
    def measure(counts: Counts) -> float:
        away = _logs(counts) - _logs(counts).mean()
        return float((away[lag:] * away[:-lag]).sum() / (away**2).sum())

    return measure


def _above(times: float) -> Callable[[Counts], float]:
    """Share of months above so many times the median of the 24 before (at least 12 of them, a median of at least 1)."""

    def measure(counts: Counts) -> float:
        before = sliding_window_view(np.concatenate([np.full(WINDOW, np.nan), counts]), WINDOW)[LEAST_WINDOW:-1]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            usual = np.maximum(np.nanmedian(before, axis=-1), 1.0)
        return float((counts[LEAST_WINDOW:] > times * usual).mean())

    return measure


def _logs(counts: Counts) -> Counts:
    return np.asarray(np.log(counts + 0.5))


def _longest_silence(counts: Counts) -> float:
    """The longest run of months without edits."""
    busy = np.concatenate([[-1], np.nonzero(counts)[0], [len(counts)]])
    return float(np.diff(busy).max() - 1)


def _skewness(counts: Counts) -> float:
    return float(((counts - counts.mean()) ** 3).mean() / counts.std() ** 3)


MEASURES: dict[str, Callable[[Counts], float]] = {
    "median edits a month": lambda counts: float(np.median(counts)),
    "share of months without edits": lambda counts: float((counts == 0).mean()),
    "longest run of such months": _longest_silence,
    **{f"autocorrelation of log(y + 0.5), lag {lag}": _correlation(lag) for lag in (1, 2, 3, 4, 6)},
    "variance of log(y + 0.5)": lambda counts: float(_logs(counts).var()),
    "sd of its change from month to month": lambda counts: float(np.diff(_logs(counts)).std()),
    "variance / mean of y": lambda counts: float(counts.var() / counts.mean()),
    "skewness of y": _skewness,
    "share of months above 3 times the median of 24 before": _above(3.0),
    "the same, 10 times": _above(10.0),
}


def quartiles(series: Iterable[Counts]) -> dict[str, NDArray[np.float64]]:
    """Lower quartile, median and upper quartile over the series, of each measure; series without any edit are left out."""
    active = [counts for counts in series if counts.any()]
    return {name: np.percentile([measure(counts) for counts in active], QUARTILES) for name, measure in MEASURES.items()}


def tiny_table(folder: Path, simulation: Simulation, published: Simulation) -> str:
    """Quartiles of the measures of recorded, simulated, and formerly simulated tiny wikis."""
    groups = {
        "recorded": recorded_series(folder),
        "simulated": simulated_series(simulation),
        "simulated before": simulated_series(published),
    }
    found = [quartiles(series) for series in groups.values()]
    rows = [[name, *(" / ".join(f"{value:.3g}" for value in group[name]) for group in found)] for name in MEASURES]
    return markdown(["quartiles over series", *(f"{name} ({len(series)})" for name, series in groups.items())], rows)
