"""The file of a backup: gzip of what the database's own program wrote, and behind it a line that proves it whole.

The line is a comment of SQL, and SQLite does not look behind its last page: without this site, `gunzip` is enough.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import secrets
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

PROJECT = "community-activity-alerts"
MARK = b"\n-- Backup of Community Activity Alerts: "
MAX_LINE = 1 << 20  # bytes of mark and manifest
BLOCK = 1 << 20
BEGINNINGS = (b"", b"\x1f\x8b", b"SQ")  # of partial files: nothing yet, gzip, SQLite


class BackupError(Exception):
    """Why it cannot be done, in a sentence for the operator."""


class Sink(Protocol):
    def write(self, block: bytes, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the file holds. `migrations` are pairs of app and name; `size` and `sha256` are of all before the manifest."""

    version: str
    database: str
    made: str
    tables: list[str]
    migrations: list[tuple[str, str]]
    size: int = 0
    sha256: str = ""
    project: str = PROJECT


class Hashing:
    """Hands on what is written to it, and knows its size and checksum."""

    def __init__(self, sink: Sink | None = None) -> None:
        self.sink, self.size, self.hash = sink, 0, hashlib.sha256()

    def write(self, block: bytes) -> None:
        self.size += len(block)
        self.hash.update(block)
        if self.sink is not None:
            self.sink.write(block)


def manifest_line(manifest: Manifest) -> bytes:
    return MARK + json.dumps(asdict(manifest)).encode() + b"\n"


def read(path: Path, sink: Sink | None = None) -> Manifest:
    """Copy what the backup at `path` holds to `sink`, and return its manifest. Raises BackupError unless the file is, byte
    for byte, what `backup` wrote; `sink` may have got a part of it by then. What `sink` raises is raised.
    """
    copied, held = Hashing(sink), b""
    for block in _blocks(path):
        held += block
        copied.write(held[:-MAX_LINE])
        held = held[-MAX_LINE:]
    content, mark, line = held.rpartition(MARK)
    if not mark:
        raise not_whole(path, "the line is missing that `manage.py backup` writes last")
    copied.write(content)
    try:
        found = json.loads(line)
        manifest = Manifest(**found | {"migrations": [(app, name) for app, name in found["migrations"]]})
    except (ValueError, TypeError, KeyError) as error:
        raise not_whole(path, "its last line does not say what it holds") from error
    if (manifest.size, manifest.sha256) != (copied.size, copied.hash.hexdigest()):
        raise not_whole(path, "it was changed after it was written")
    return manifest


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path) as source:
            while block := source.read(BLOCK):
                yield block
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise not_whole(path, f"it is damaged, or no backup at all ({error})") from error
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror or error}. Nothing was changed.") from error


def not_whole(path: Path, why: str) -> BackupError:
    return BackupError(f"{path} is not a whole backup of this site: {why}. Nothing was changed.")


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that appears at `path` when the block ends, whole or not at all, and readable by nobody else.

    What killed backups left in the folder is removed. Raises BackupError where `path` exists, and where its folder does not
    or has no room.
    """
    if path.exists():
        raise BackupError(f"{path} exists: name another file, or move it away.")
    if not path.parent.is_dir():
        raise BackupError(f"There is no folder {path.parent}: make it, or name another file.")
    try:
        _remove_left_behind(path.parent)
        with partial_file(path) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            os.link(file.name, path)  # unlike a renaming, it never replaces a file that came meanwhile
    except FileExistsError as error:
        raise BackupError(f"{path} was made by somebody else meanwhile: name another file.") from error
    except OSError as error:
        raise BackupError(f"{path} cannot be written: {error.strerror or error}. Nothing was kept of it.") from error


@contextmanager
def partial_file(path: Path) -> Iterator[BinaryIO]:
    """A new file beside `path` with a name of its own, which is removed at the end. Nobody else may read it, and a lock says
    that it is in use for as long as this process lives.
    """
    partial = path.with_name(f"{path.name}.{secrets.token_hex(6)}.partial")
    try:
        with open(partial, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
    finally:
        partial.unlink(missing_ok=True)


def _remove_left_behind(folder: Path) -> None:
    """Partial files of backups that were killed: our own, closed to others, and locked by no process."""
    for path in folder.glob("*.partial"):
        try:
            with open(path, "rb") as file:
                found = os.fstat(file.fileno())
                ours = found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) == 0o600
                if ours and file.read(2) in BEGINNINGS:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink()
        except OSError:  # locked, gone, or not ours to read
            continue
