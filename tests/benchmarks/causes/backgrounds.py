"""Real months by kind of editor, to inject events into.

Each background is one recorded series: months x kinds (registered, anonymous, flagged bots, bots by name), consecutive rows.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from causes.attribution.usual import departure, median_before, movement

Array = NDArray[np.float64]
KINDS = ("user", "anonymous", "group-bot", "name-bot")
GROUPS = ((0,), (1,), (2, 3))
WARM_UP = 36  # months that must lie before a month
MAX_GAPS = 6  # of them without a row
MIN_EDITS = 100.0  # a month, usually: below, shares mean nothing
ORDINARY_RATIO, ORDINARY_DEPARTURE = 1.25, 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """`values`: months x kinds, oldest first. `non_content`: the same kinds outside content pages, where recorded."""

    name: str
    values: Array
    first: int  # the first month, as year x 12 + month
    non_content: Array | None = None
    has_name_bots: bool = True

    @property
    def held_out(self) -> bool:
        """Whether it is one of those on which no threshold is looked at: every third one, by a checksum of its name."""
        return self.non_content is not None or zlib.crc32(self.name.encode()) % 3 == 0

    @property
    def in_development(self) -> bool:
        """English Wikipedia with both page types is the only one of its kind: it is on both sides."""
        return self.non_content is not None or not self.held_out

    def ordinary_months(self) -> list[int]:
        """Rows in which neither the whole nor any kind stands out: what is injected there is the only event."""
        found = []
        for row in range(WARM_UP, len(self.values)):
            before, now = self.values[row - WARM_UP : row], self.values[row]
            if np.isnan(before).all(axis=1).sum() > MAX_GAPS or np.isnan(now).any():
                continue
            usual = median_before(before)
            if usual.sum() < MIN_EDITS:
                continue
            whole = now.sum() / usual.sum()
            groups = [before[:, list(group)].sum(axis=1) for group in GROUPS]
            history, current = np.stack(groups, axis=1), np.array([now[list(group)].sum() for group in GROUPS])
            deviations = np.abs(departure(current, median_before(history), movement(history)))
            if 1 / ORDINARY_RATIO < whole < ORDINARY_RATIO and (deviations < ORDINARY_DEPARTURE).all():
                found.append(row)
        return found


def load(folder: Path) -> list[Background]:
    """All backgrounds in the folder of recorded data."""
    return [*_aqs(folder), *_weeklypedia(folder), _english(folder)]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _aqs(folder: Path) -> list[Background]:
    """13 Wikipedias by the four editor types of AQS, most of them small."""
    table: dict[str, dict[str, Array]] = defaultdict(dict)
    for row in _rows(folder / "monthly-edits-by-editor-type.csv.gz"):
        if row["editor_type"] in KINDS:
            months = table[row["project"]].setdefault(row["month"], np.zeros(len(KINDS)))
            months[KINDS.index(row["editor_type"])] = float(row["edits"])
    return [Background(f"{name} (AQS)", np.stack([m[k] for k in sorted(m)]), _place(min(m))) for name, m in table.items()]


def _weeklypedia(folder: Path) -> list[Background]:
    """29 Wikipedias, mid-size and large; bots are those with the flag, and months without a row stay missing."""
    table: dict[str, dict[str, Array]] = defaultdict(dict)
    for row in _rows(folder / "explain" / "month28-edits-by-kind-29wikis-2014-2026.csv.gz"):
        counts = [float(row[name]) for name in ("registered_edits", "ip_edits", "bot_edits")]
        table[row["project"]][row["month"]] = np.array([*counts, 0.0])
    return [Background(name, _filled(months), _place(min(months)), has_name_bots=False) for name, months in table.items()]


def _place(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:])


def _filled(months: dict[str, Array]) -> Array:
    """One row for each calendar month; NaN where nothing was recorded."""
    places = {name: _place(name) for name in months}
    first, last = min(places.values()), max(places.values())
    values = np.full((last - first + 1, len(KINDS)), np.nan)
    for name, place in places.items():
        values[place - first] = months[name]
    return values


def _english(folder: Path) -> Background:
    """English Wikipedia with both page types."""
    table: dict[str, dict[str, Array]] = {"content": {}, "non-content": {}}
    for row in _rows(folder / "explain" / "enwiki-edits-by-editor-and-page-type-2001-2023.csv.gz"):
        months = table[row["page_type"]].setdefault(row["month"], np.zeros(len(KINDS)))
        months[KINDS.index(row["editor_type"])] = float(row["edits"])
    content, other = (np.stack([months[k] for k in sorted(months)]) for months in table.values())
    return Background("en.wikipedia.org, both page types", content, _place(min(table["content"])), other)
