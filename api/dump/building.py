"""A whole folder, or none: it is written beside the others, and gets its name when it is complete."""

from __future__ import annotations

import datetime as dt
import fcntl
import gzip
import hashlib
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alerts.spreadsheet import csv_lines
from api.dump.tables import Table, tables

MANIFEST = "manifest.json"
KEPT = 3  # folders; whoever fetches the one before goes on with it
UNFINISHED = ".unfinished-"
STAMP = "%Y%m%dT%H%M%SZ"
LEVEL = 6


class DumpError(Exception):
    """No dump was made; the text says why, and what to do."""


def build_dump(*, folder: Path, now: dt.datetime) -> Path:
    """Write everything to a new folder below `folder`, named for `now` (UTC), and remove all but the newest KEPT.

    Raises DumpError where another dump is being made, or the disk cannot take it; what was there before stays as it was.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            for rest in folder.glob(f"{UNFINISHED}*"):  # of one that was killed
                shutil.rmtree(rest)
            made = _written(folder, now)
            for old in dumps(folder)[KEPT:]:
                shutil.rmtree(old)
            return made
    except OSError as error:
        raise DumpError(
            f"{folder} cannot take a dump ({error.strerror}): set DUMP_DIR to a folder that this user may write to, on a disk "
            "that has room"
        ) from error


def dumps(folder: Path) -> list[Path]:
    """The complete dumps, the newest first."""
    return sorted((manifest.parent for manifest in folder.glob(f"[0-9]*/{MANIFEST}")), reverse=True)


def manifest_of(dump: Path) -> dict[str, Any]:
    """What `dump` holds."""
    found: dict[str, Any] = json.loads((dump / MANIFEST).read_text(encoding="utf-8"))
    return found


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Of two that would write at the same time one goes on. A killed process gives its place up."""
    with (folder / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DumpError("Another dump is being made: wait for it") from None
        yield


def _written(folder: Path, now: dt.datetime) -> Path:
    target = folder / f"{now.astimezone(dt.UTC):{STAMP}}"
    if target.exists():
        return target
    unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder))
    try:
        files = [_write(unfinished, table) for table in tables()]
        about = {"version": 1, "made_at": now.astimezone(dt.UTC).isoformat(), "name": target.name, "files": files}
        (unfinished / MANIFEST).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
        unfinished.chmod(0o755)
        os.replace(unfinished, target)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return target


def _write(folder: Path, table: Table) -> dict[str, Any]:
    """One file; returns its entry in the manifest. Equal rows give equal bytes: the file holds no time of its own."""
    path, counter = folder / f"{table.name}.csv.gz", itertools.count()
    rows = (row for row in table.rows() if next(counter) >= 0)
    with path.open("wb") as raw, gzip.GzipFile("", "wb", LEVEL, raw, mtime=0) as file:
        for piece in csv_lines(table.columns, rows):
            file.write(piece.encode())
    with path.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    return {
        "name": path.name,
        "about": table.about,
        "rows": next(counter),
        "bytes": path.stat().st_size,
        "sha256": digest,
        "columns": list(table.columns),
        "licence": table.licence,
    }
