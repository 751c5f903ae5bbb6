"""Reading the files of a folder of recorded data. Nothing is stored here: a folder is read whole, and refused whole.

A folder holds `sitematrix*.json` and any of the files that the metrics name, each plain or gzipped.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from edits.metrics import METRICS, Metric, SnapshotFile
from edits.months import month_of, parse_month
from edits.records import BadRecord, CountsRecord, ProjectRecord, check_count, check_month
from edits.wikimedia.errors import BadPayload
from edits.wikimedia.sitematrix import parse_sitematrix

# Names that Wikistats 1 counted and no SiteMatrix lists: leftovers of wikis that were moved or never opened.
FORMER_DOMAINS = frozenset(
    {
        "closed-zh-tw.wikipedia.org", "dk.wikipedia.org", "mo.wikipedia.org",
        *(f"{number}.wikipedia.org" for number in (2, 4, 5, 6, 7, 9, 10, 11)),
        *(f"{number}.wiktionary.org" for number in (2, 3)),
        *(f"{number}.wikiquote.org" for number in (1, 2)),
        "1.wikibooks.org", "1.wikisource.org", "1.wikiversity.org",
    }
)  # fmt: skip


class SnapshotError(ValueError):
    """A file cannot be taken over; the message names file, line, value and remedy."""


@dataclass(slots=True)
class Snapshot:
    """A folder, read and validated."""

    folder: Path
    projects: list[ProjectRecord]
    counts: dict[str, list[CountsRecord]]
    left_out: dict[str, int]

    @property
    def months(self) -> int:
        """How many month counts there are."""
        return sum(len(record.counts) for records in self.counts.values() for record in records)


def is_snapshot(folder: Path) -> bool:
    """Whether `folder` looks like recorded data: it has a list of wikis."""
    return folder.is_dir() and any(folder.glob("sitematrix*.json*"))


def read_snapshot(folder: Path, known_domains: Iterable[str] = (), *, today: dt.date) -> Snapshot:
    """Read and validate the whole folder. Raises SnapshotError for the first thing that is wrong; a month that is not over on
    `today` is.

    A project that neither the folder's list of wikis nor `known_domains` has is refused, but for FORMER_DOMAINS, which are
    left out and counted.
    """
    lists = sorted(folder.glob("sitematrix*.json*"))
    if not lists:
        raise SnapshotError(f"{folder}: there is no sitematrix*.json: this is not a folder of recorded data")
    projects = _read_projects(lists[-1])
    known = {project.domain for project in projects} | set(known_domains)
    snapshot = Snapshot(folder, projects, {}, {})
    files = [(metric, file) for metric in METRICS.values() for file in metric.files]
    for metric, file in files:
        path = _find(folder, file.name)
        if path is not None:
            _read_counts(path, metric, file, known, snapshot, month_of(today))
    if not snapshot.counts:
        raise SnapshotError(f"{folder}: there is none of {', '.join(file.name for _metric, file in files)}")
    return snapshot


def _find(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.exists()), None)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise SnapshotError(f"{path}: cannot be read, fetch it again: {error}") from error


def _read_projects(path: Path) -> list[ProjectRecord]:
    try:
        return parse_sitematrix(json.loads(_text(path)))
    except (json.JSONDecodeError, RecursionError, BadPayload) as error:
        raise SnapshotError(f"{path}: {error}") from error


def _read_counts(
    path: Path, metric: Metric, file: SnapshotFile, known: set[str], snapshot: Snapshot, current: dt.date
) -> None:
    found: dict[tuple[str, tuple[str, ...]], dict[dt.date, int]] = {}
    for line, row in _rows(path, file.columns(metric.slice_fields)):
        domain = row["project"]
        if domain not in known:
            if domain not in FORMER_DOMAINS:
                raise SnapshotError(f"{path}:{line}: project {domain!r} is not in the list of wikis")
            snapshot.left_out[domain] = snapshot.left_out.get(domain, 0) + 1
            continue
        try:
            month, count = parse_month(row["month"]), _whole(row[file.count_column])
            kind = file.slice_of(row, metric.slice_fields)
            check_month(month, where="month")
            if month >= current:
                raise ValueError(f"month: {month:%Y-%m} is not over")
            check_count(count, where=file.count_column)
        except (BadRecord, ValueError) as error:
            raise SnapshotError(f"{path}:{line}: {error}") from error
        months = found.setdefault((domain, kind), {})
        if month in months:
            raise SnapshotError(f"{path}:{line}: {domain} {row['month']} appears twice")
        months[month] = count
    if not found:
        raise SnapshotError(f"{path}:1: there is no row below the header")
    _merge(metric, found, snapshot)


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(_text(path)), strict=True)
    try:
        names = list(reader.fieldnames or ())
    except csv.Error as error:
        raise SnapshotError(f"{path}:1: {error}") from error
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SnapshotError(f"{path}:1: the column {', '.join(twice)} appears twice")
    missing = [column for column in columns if column not in names]
    if missing:
        raise SnapshotError(f"{path}:1: the column {', '.join(missing)} is missing; found {reader.fieldnames}")
    try:
        for row in reader:
            if None in row.values() or None in row:
                raise SnapshotError(f"{path}:{reader.line_num}: {len(reader.fieldnames or ())} values expected: {row}")
            yield reader.line_num, row
    except csv.Error as error:
        raise SnapshotError(f"{path}:{reader.line_num}: {error}") from error


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError(f"{text!r} is not a whole number from 0")
    return int(text)


def _merge(metric: Metric, found: dict[tuple[str, tuple[str, ...]], dict[dt.date, int]], snapshot: Snapshot) -> None:
    """Add what a file says. Where two files know the same slice of a project, the one that the metric names first counts."""
    records = snapshot.counts.setdefault(metric.name, [])
    earlier = {(record.domain, record.slice) for record in records}
    for (domain, kind), months in found.items():
        if (domain, kind) not in earlier:
            records.append(CountsRecord(domain, metric.name, kind, months))
