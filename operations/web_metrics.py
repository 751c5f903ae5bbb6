"""The numbers that web processes count, in files of theirs: bounded however often processes come and go, and on any disk.

Each process writes through a memory map: on a full disk the system kills it in the middle of that. So its files are made with
their whole room at the start; a process that gets no room counts in its own memory, and pages go on. What a process counted is
added to that of all earlier ones when it ends. `gunicorn.conf.py` calls these functions; they know nothing of Django.
"""

from __future__ import annotations

import logging
import os
import shutil
import struct
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus_client when it is first imported
KINDS = ("counter", "histogram")
ROOM = 2 << 20  # bytes for a kind: pages, callbacks and admin of a busy site have used 0.3 MB
EARLIER = 0  # in the place of a process id: all processes that have ended


def prepare(folder: Path) -> None:
    """Make `folder`, and remove those of servers beside it that were killed. Without a disk to write to, there is none."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for other in folder.parent.iterdir():
            if not Path("/proc", other.name).exists():
                shutil.rmtree(other, ignore_errors=True)
        os.environ[VARIABLE] = str(folder)
    except OSError as error:
        os.environ.pop(VARIABLE, None)
        logger.warning("No metrics of web processes: %s cannot be written (%s)", folder, error.strerror)


def reserve(folder: Path, process: int) -> None:
    """Make the files of a new `process` before it counts anything; where there is no room, it counts for itself alone."""
    if VARIABLE not in os.environ:
        return
    try:
        for kind in KINDS:
            _make(_file(folder, kind, process))
    except OSError as error:
        os.environ.pop(VARIABLE)
        logger.warning("This web process counts for itself alone: no room in %s (%s)", folder, error.strerror)
        _remove(folder, process)


def fold(folder: Path, process: int) -> None:
    """Add what `process` counted to the count of earlier ones, and remove its files; without room, what it counted is lost."""
    from prometheus_client import mmap_dict  # after the variable is set

    values: Any = mmap_dict.MmapedDict  # untyped

    try:
        for kind in KINDS:
            mine, earlier = _file(folder, kind, process), _file(folder, kind, EARLIER)
            if not mine.exists():
                continue
            totals: dict[str, float] = {}
            for path in filter(Path.exists, (earlier, mine)):
                for key, value, _, _ in values.read_all_values_from_file(str(path)):
                    totals[key] = totals.get(key, 0.0) + value
            new = earlier.with_suffix(".new")
            _make(new)
            written = values(str(new))
            for key, value in totals.items():
                written.write_value(key, value, 0.0)
            written.close()
            new.replace(earlier)
    except (OSError, RuntimeError, ValueError, struct.error) as error:  # no room, or killed while it wrote
        logger.warning("The numbers of web process %s are lost: %s", process, error)
    finally:
        _remove(folder, process)


def _make(path: Path) -> None:
    """A file of zeros whose room is really there; it appears whole."""
    made = path.with_suffix(".making")
    try:
        with open(made, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, ROOM)
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)


def _remove(folder: Path, process: int) -> None:
    for path in folder.glob(f"*_{process}.db"):
        path.unlink(missing_ok=True)


def _file(folder: Path, kind: str, process: int) -> Path:
    return folder / f"{kind}_{process}.db"
