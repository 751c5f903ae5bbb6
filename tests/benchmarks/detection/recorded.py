"""The default detector on recorded months: by size and age, quiet months, bot runs, severity, unfinished months."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from collections import Counter
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from alerts.detection.multiplicity import q_values
from alerts.detection.registry import DEFAULT_DETECTOR, get
from alerts.detection.types import Panel, VerdictCode, Verdicts
from alerts.severity import severity_of
from tests.benchmarks.detection import hindsight
from tests.benchmarks.detection.text import markdown, percent

LEVELS = (0.1, 0.05, 0.01, 0.005, 0.001)
SIZES = (
    ("below 10", 0, 10),
    ("10 to 50", 10, 50),
    ("50 to 1,000", 50, 1e3),
    ("1,000 to 50,000", 1e3, 5e4),
    ("more", 5e4, np.inf),
)
AGES = (("6 to 11 months", 6, 12), ("12 to 23", 12, 24), ("24 to 59", 24, 60), ("60 and more", 60, np.inf))
EDITORS = hindsight.Era("editors", "2001-01", "2013-01", {}, "monthly-active-editors.csv.gz", "editors")
ALL, SETTLED = "all of these", "all but where the level had just moved"
DAYS = (10, 15, 20, 25, 28)
MIN_MONTHS_BEFORE = 12
MIN_VOLUME = 5  # of the site's policy


def _judge(counts: NDArray[np.float64], elapsed: float = 1.0, months: slice | None = None) -> Verdicts:
    return get(DEFAULT_DETECTOR).detect(Panel(counts, elapsed=elapsed), months=months)


def quiet_chances(folder: Path, eras: tuple[hindsight.Era, ...] = hindsight.ERAS) -> dict[str, NDArray[np.float64]]:
    """p of recorded months that are quiet in hindsight on the side of that p: of each era, of all, and of settled ones.

    A level that falls for good is no drop in hindsight, yet its first low months are no quiet ones (as in the simulator,
    where the months after a shift of level count for nothing): the settled ones are all but these.
    """
    parts: dict[str, list[NDArray[np.float64]]] = {}
    for era in eras:
        counts = hindsight.panel(folder, era)
        found = _judge(counts)
        for side, p in (("peak", found.p_upper), ("drop", found.p_lower)):
            low = side == "drop"
            event, ambiguous = hindsight.labels(counts, low=low)
            quiet = hindsight.scored(counts, ambiguous) & ~event
            settled = quiet & ~hindsight.moved(counts, low=low)
            for name, months in ((era.name, quiet), (ALL, quiet), (SETTLED, settled)):
                parts.setdefault(f"{name}, p of a {side}", []).append(p[months])
    together_last = sorted(parts, key=lambda name: (name.startswith(SETTLED), name.startswith(ALL)))
    return {name: np.concatenate(parts[name]) for name in together_last}


def quiet_table(folder: Path, eras: tuple[hindsight.Era, ...] = hindsight.ERAS) -> str:
    """Share of quiet recorded months whose p is below the nominal level."""
    rows = [
        [name, f"{p.size:,}", *(percent((p < level).mean()) for level in LEVELS)]
        for name, p in quiet_chances(folder, eras).items()
    ]
    return markdown(["quiet recorded months, p below", "months", *(f"{level:g}" for level in LEVELS)], rows)


def strata_table(folder: Path) -> str:
    """Share of judged recorded months that are called a peak or a drop, by size and by age."""
    panels = [_judge(hindsight.panel(folder, era, least_months=24)) for era in hindsight.EVERYTHING]
    rows = []
    for strata, of in ((SIZES, attrgetter("expected")), (AGES, attrgetter("history"))):
        for name, low, high in strata:
            inside = [(found, (found.verdict > 0) & (of(found) >= low) & (of(found) < high)) for found in panels]
            months = sum(int(where.sum()) for _, where in inside)
            shares = (sum(int((found.verdict[where] == code).sum()) for found, where in inside) / max(months, 1)
                      for code in (VerdictCode.PEAK, VerdictCode.DROP))  # fmt: skip
            rows.append([name, f"{months:,}", *(percent(share, 1) for share in shares)])
    return markdown(["expected edits, or months of history", "months judged", "called a peak", "called a drop"], rows)


def _bot_months(folder: Path) -> Iterator[tuple[str, str, float]]:
    """(project, month, edits) of the months that are known to be bot runs."""
    with gzip.open(folder / "labelled-events.csv.gz", "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["kind"] == "bot" and row["metric"] == "edits":
                yield row["project"], row["start"], float(row["value"])


def runs_table(folder: Path) -> str:
    """Months known to be bot runs: which of them the totals alone call a peak."""
    rows = []
    for project, month, value in _bot_months(folder):
        for era in hindsight.EVERYTHING:
            names, counts = hindsight.named_panel(folder, era, least_months=1)
            row = hindsight.index_of(month) - hindsight.index_of(era.first)
            if project not in names or not abs(counts[row, names.index(project)] - value) <= 0.02 * value:
                continue
            found = _judge(counts[:, [names.index(project)]])
            verdict = VerdictCode(int(found.verdict[row, 0])).name.lower().replace("_", " ")
            expected = found.expected[row, 0]
            rows.append([f"{project} {month}", f"{value:,.0f}", "–" if np.isnan(expected) else f"{expected:,.0f}", verdict])
            break
    return markdown(["bot run", "edits", "expected", "verdict"], rows)


def severity_table(folder: Path) -> str:
    """How severe the alarms of all recorded months are."""
    rows = []
    for metric, eras in (("edits", hindsight.EVERYTHING), ("active_editors", (EDITORS,))):
        number: Counter[str] = Counter()
        for era in eras:
            found = _judge(hindsight.panel(folder, era, least_months=24))
            for direction, p, where in (("peak", found.p_upper, found.peak), ("drop", found.p_lower, found.drop)):
                q = q_values(p)
                for at in zip(*np.nonzero(where), strict=True):
                    values = {"q": float(q[at]), "count": float(found.count[at]), "expected": float(found.expected[at])}
                    number[severity_of(**values, direction=direction, metric=metric).value] += 1
        total = sum(number.values())
        rows.append([metric, f"{total:,}", *(percent(number[name] / total, 1) for name in ("notable", "high", "extreme"))])
    return markdown(["metric", "alarms", "notable", "high", "extreme"], rows)


def _series_apart(folder: Path) -> Iterator[NDArray[np.float64]]:
    """(months x 3) for each wiki whose edits are recorded by kind of editor: all edits, those by people, those by bots."""
    kinds = {"user": 1, "anonymous": 1, "group-bot": 2, "name-bot": 2}
    found: dict[str, dict[str, NDArray[np.float64]]] = {}
    with gzip.open(folder / "monthly-edits-by-editor-type.csv.gz", "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["editor_type"] in kinds:
                month = found.setdefault(row["project"], {}).setdefault(row["month"], np.zeros(3))
                month[[0, kinds[row["editor_type"]]]] += float(row["edits"])
    return (np.array([months[name] for name in sorted(months)]) for months in found.values())


def apart_table(folder: Path) -> str:
    """How many months would be shown, if all edits, those by people, and those by bots were judged apart."""
    judged, alarms = [], []
    for counts in _series_apart(folder):
        found = _judge(counts)
        volume = (np.maximum(found.count, found.expected) >= MIN_VOLUME) & (np.abs(found.excess) >= MIN_VOLUME)
        alarms.append((found.peak | found.drop) & volume)
        judged.append(found.verdict[:, 0] != VerdictCode.NOT_TESTABLE)
    months = np.concatenate(judged)
    every, people, bots = np.concatenate(alarms)[months].T
    shown = {
        "all edits stand out": every,
        "people stand out": people,
        "of these, where all edits are ordinary": people & ~every,
        "bots stand out": bots,
        "any of the three: one alert is shown": every | people | bots,
        "shown first: all but what bots alone did": people | every & ~bots,
    }
    rows = [[name, f"{where.sum():,}", percent(where.mean(), 1)] for name, where in shown.items()]
    return markdown([f"of {months.sum():,} months", "months", "share"], rows)


def _daily(folder: Path) -> dict[str, dict[dt.date, NDArray[np.float64]]]:
    """Counts by day of each whole month (first of month -> counts of its days), by project and source."""
    days: dict[str, dict[dt.date, float]] = {}
    with gzip.open(folder / "daily-edits.csv.gz", "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            days.setdefault(f"{row['project']} {row['source']}", {})[dt.date.fromisoformat(row["date"])] = float(row["edits"])
    months: dict[str, dict[dt.date, NDArray[np.float64]]] = {}
    for name, counts in days.items():
        for first in sorted({day.replace(day=1) for day in counts}):
            length = ((first + dt.timedelta(days=32)).replace(day=1) - first).days
            whole = [counts.get(first + dt.timedelta(days=day), np.nan) for day in range(length)]
            if np.isfinite(whole).all():
                months.setdefault(name, {})[first] = np.array(whole)
    return months


def provisional_table(folder: Path) -> str:
    """How well the verdict on an unfinished month foretells that on the whole one, by the last day that was counted."""
    number = {day: Counter[str]() for day in DAYS}
    for months in _daily(folder).values():
        counts = list(months.values())
        totals = np.array([each.sum() for each in counts])
        for row in range(MIN_MONTHS_BEFORE, len(counts)):
            final = _judge(totals[: row + 1, None], months=slice(row, row + 1)).peak[0, 0]
            for day in DAYS:
                so_far = np.append(totals[:row], counts[row][:day].sum())[:, None]
                early = _judge(so_far, elapsed=min(day / len(counts[row]), 0.999), months=slice(row, row + 1)).peak[0, 0]
                number[day].update(months=1, final=int(final), early=int(early), both=int(early and final))
    rows = [
        [str(day), f"{n['months']:,}", str(n["early"]), str(n["both"]), str(n["final"] - n["both"])]
        for day, n in number.items()
    ]
    header = ["counted up to day", "months", "provisional peaks", "of them peaks in the end", "peaks in the end not foretold"]
    return markdown(header, rows)
