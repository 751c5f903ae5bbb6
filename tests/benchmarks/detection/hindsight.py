"""Real series with peaks labelled in hindsight: a benchmark without a simulator.

A month of a finished series is a peak when, seen with the months before AND after it, it stands out: its log exceeds
the centred 13-month median plus the month-of-year effect (shrunk, from all years) by more than 3 robust sd, and 30 %,
and 5 edits; 2 to 3 sd is ambiguous and not scored. A drop is the same in the mirror. A detector sees only the past, so it
can be scored against these labels. They use no detector's output, but they favour methods that think in logs and seasons,
as they do.
"""

from __future__ import annotations

import csv
import gzip
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

FILE = "monthly-edits.csv.gz"
WARM_UP, TAIL = 36, 6  # months after a series' start, and at the panel's end, that are not scored


@dataclass(frozen=True, slots=True)
class Era:
    """One panel of the recorded data: months first..last of one file's column, and what its other columns must hold."""

    name: str
    first: str
    last: str
    keep: Mapping[str, frozenset[str]]
    file: str = FILE
    value: str = "edits"


BY_EDITOR_TYPE = "monthly-edits-by-editor-type.csv.gz"
CONTENT = {"page_type": frozenset({"content"})}
ALL_PAGES = {"page_type": frozenset({"all-page-types"})}


def editor_types(*names: str) -> Mapping[str, frozenset[str]]:
    """The rows of these editor types."""
    return {"editor_type": frozenset(names)}


ERAS = (
    Era("growth years 2003-2011", "2003-01", "2011-02", {**CONTENT, "source": frozenset({"wikistats1"})}),
    Era("grown wikis 2009-2022", "2009-01", "2022-12", {**CONTENT, "source": frozenset({"aqs_content_2023"})}),
    Era("recent, all pages 2014-2026", "2014-01", "2026-07", ALL_PAGES),
)
# looked at after the default detector was finished; since version 4 its score (not its band) is chosen with a look at them
HELD_OUT = (
    Era("active editors 2003-2013", "2003-01", "2013-01", {}, "monthly-active-editors.csv.gz", "editors"),
    Era("edits by registered people 2009-2022", "2009-01", "2022-12", editor_types("user"), BY_EDITOR_TYPE),
    Era("edits by anonymous people 2009-2022", "2009-01", "2022-12", editor_types("anonymous"), BY_EDITOR_TYPE),
    Era("edits by bots 2009-2022", "2009-01", "2022-12", editor_types("group-bot", "name-bot"), BY_EDITOR_TYPE),
)
EVERYTHING = (
    Era("content pages", "2001-01", "2026-07", CONTENT),
    Era("all pages", "2001-01", "2026-07", ALL_PAGES),
)


def index_of(month: str) -> int:
    """Months since the year 0."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def panel(folder: Path, era: Era, least_months: int = 60) -> NDArray[np.float64]:
    """Counts (months x series) of all series with at least `least_months` values inside the era; NaN = missing."""
    return named_panel(folder, era, least_months)[1]


def named_panel(folder: Path, era: Era, least_months: int = 60) -> tuple[list[str], NDArray[np.float64]]:
    """The same, with the project of each series."""
    first, last = index_of(era.first), index_of(era.last)
    series: dict[tuple[str, str], NDArray[np.float64]] = {}
    with gzip.open(folder / era.file, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            month = index_of(row["month"])
            if first <= month <= last and all(row[column] in allowed for column, allowed in era.keep.items()):
                name = row["project"], row.get("editor_type", "")
                values = series.setdefault(name, np.full(last - first + 1, np.nan))
                values[month - first] = float(row[era.value])
    kept = [(name[0], values) for name, values in sorted(series.items()) if np.isfinite(values).sum() >= least_months]
    return [name for name, _ in kept], np.column_stack([values for _, values in kept])


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A finished series, months x series, in logs of count + 0.5: level, the centred 13-month median; season; rest, the
    deviation from both; spread, its robust sd (series,) or that of chance where it is larger."""

    logs: NDArray[np.float64]
    level: NDArray[np.float64]
    season: NDArray[np.float64]
    rest: NDArray[np.float64]
    spread: NDArray[np.float64]


def _see(counts: NDArray[np.float64]) -> _Seen:
    logs = np.log(counts + 0.5)
    level = _median(logs, before=6, after=6)
    season = np.zeros_like(logs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        for month in range(12):
            season[month::12] = _season((logs - level)[month::12])
        rest = logs - level - season
        chance = np.sqrt(1 / np.maximum(np.exp(level + season), 1))
        spread = np.maximum(1.4826 * np.nanmedian(np.abs(rest), axis=0), chance)
    return _Seen(logs, level, season, rest, spread)


def _median(logs: NDArray[np.float64], before: int, after: int) -> NDArray[np.float64]:
    """Median of the months from `before` before each to `after` after it; NaN where there are none."""
    padded = np.pad(logs, ((before, max(after, 0)), (0, 0)), constant_values=np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmedian(sliding_window_view(padded, before + after + 1, axis=0), axis=-1))[: len(logs)]


def labels(counts: NDArray[np.float64], *, low: bool = False) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(peak, ambiguous) of months x series; low: (drop, ambiguous), by the same rule in the mirror."""
    seen = _see(counts)
    away = -seen.rest if low else seen.rest
    found = (away > 3 * seen.spread) & _material(counts, np.exp(seen.level + seen.season), low)
    return found, (away > 2 * seen.spread) & ~found


def moved(counts: NDArray[np.float64], *, low: bool = False) -> NDArray[np.bool_]:
    """Months whose level stands out as a peak does (low: a drop) from the 12 months before: it has just moved for good."""
    seen = _see(counts)
    before = _median(seen.logs - seen.season, before=12, after=-1)
    away = before - seen.level if low else seen.level - before
    return (away > 3 * seen.spread) & _material(np.exp(seen.level + seen.season), np.exp(before + seen.season), low)


def _material(value: NDArray[np.float64], usual: NDArray[np.float64], low: bool) -> NDArray[np.bool_]:
    """At least 30 % and 5 edits above what is usual, or below it."""
    far = value <= usual / 1.3 if low else value >= 1.3 * usual
    return far & (np.abs(value - usual) >= 5)


def _season(deviation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Median of one calendar month's deviations (years x series), shrunk by its own standard error; 0 below 5 years."""
    years = np.isfinite(deviation).sum(axis=0)
    middle = np.nanmedian(deviation, axis=0)
    spread = np.maximum(1.4826 * np.nanmedian(np.abs(deviation - middle), axis=0), 0.02)
    middle = np.where(years >= 5, middle, 0.0)
    return np.asarray(middle**3 / (middle**2 + 1.57 * spread**2 / np.maximum(years, 1)))


def scored(counts: NDArray[np.float64], ambiguous: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The months that count: observed, not ambiguous, 36 months after the start, 6 before the end."""
    start = np.isfinite(counts).argmax(axis=0)
    time = np.arange(len(counts))[:, None]
    return np.asarray((time >= start + WARM_UP) & (time < len(counts) - TAIL) & np.isfinite(counts) & ~ambiguous)
