"""Readers for the reference figures in golden/."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from alerts.detection.types import FloatArray, Panel

GOLDEN = Path(__file__).parent / "golden"


def records(name: str) -> Iterator[dict[str, str]]:
    """The rows of one file as dictionaries of text."""
    path = GOLDEN / name
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def uzwiki_panel(run: str) -> Panel:
    """The series that one recorded run of the original detector saw."""
    rows = [row for row in records("uzwiki-recorded-series.csv") if row["notebook_blob"] == run]
    return Panel(
        np.array([[float(row["edits"])] for row in rows]),
        np.array([row["month"] for row in rows], dtype="datetime64[M]"),
    )


def simulated(column: str) -> FloatArray:
    """One column of the simulated reference as months x series; an empty cell is NaN."""
    rows = list(records("simulated-series.csv.gz"))
    values = np.full((max(int(r["k"]) for r in rows), max(int(r["series"]) for r in rows) + 1), np.nan)
    for row in rows:
        if row[column] != "":
            values[int(row["k"]) - 1, int(row["series"])] = float(row[column])
    return values
