"""Backup and restore where the database is a file."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from operations.backup import archive
from operations.backup.archive import BLOCK, BackupError, Manifest, Sink


def dump(out: Sink, path: Path) -> None:
    """Write one consistent moment of the database to `out`; a copy of it is beside `path` meanwhile."""
    with archive.partial_file(path) as copy:
        try:
            with _opened(_name()) as source, _opened(copy.name) as target:
                source.backup(target)
                target.execute("PRAGMA journal_mode=DELETE")  # all in one file
        except sqlite3.Error as error:
            raise BackupError(f"{path} cannot be written, which takes a copy of the database beside it: {error}.") from error
        with open(copy.name, "rb") as finished:
            shutil.copyfileobj(finished, out, BLOCK)


def load(path: Path, stamp: str) -> tuple[Manifest, str]:
    """Write the backup beside the database, and return what it holds and its place."""
    place = f"{_name()}.restoring-{stamp}"
    try:
        with open(place, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            manifest = archive.read(path, file)
        with _opened(place) as copy:
            sound = copy.execute("PRAGMA integrity_check").fetchone()[0]
        if sound != "ok":
            raise archive.not_whole(path, sound)
        return manifest, place
    except BaseException:
        discard(place)
        raise


def swap(place: str, stamp: str) -> str | None:
    """Put the database at `place` into its own place, and return where the one before is now; None when there was none."""
    name = _name()
    if not Path(name).exists():
        os.rename(place, name)
        return None
    log, index = Path(f"{name}-wal"), Path(f"{name}-shm")
    try:
        with _opened(name) as old:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError:  # damaged, which may be why it is to be replaced: kept as it is
        pass
    else:
        if log.exists():  # whoever closes the file last removes it
            raise BackupError("The database is in use. Stop the site (web, workers, beat) and try again. Nothing was changed.")
    kept = f"{name}.before-{stamp}"
    os.link(name, kept)
    if log.exists():
        os.rename(log, f"{kept}-wal")
    index.unlink(missing_ok=True)
    os.chmod(place, os.stat(name).st_mode & 0o777)
    os.replace(place, name)
    return kept


def discard(place: str) -> None:
    for left in ("", "-wal", "-shm", "-journal"):
        Path(place + left).unlink(missing_ok=True)


def _name() -> str:
    return str(connection.settings_dict["NAME"])


@contextmanager
def _opened(name: str) -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(name, timeout=20)
    try:
        yield opened
    finally:
        opened.close()
