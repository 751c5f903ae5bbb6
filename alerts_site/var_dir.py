"""The folder of what the site writes for itself: the key and the broker of the embedded profile, the chart bundle, metrics."""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

logger = logging.getLogger(__name__)


def make_folders(folders: Iterable[Path], *, needed: bool) -> None:
    """Make `folders`, where they are missing. Raises ImproperlyConfigured, with the remedy, where that cannot be done and they
    are `needed`; a site that can do without them only says so in its log.
    """
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            if needed:
                raise _unusable(folder, error) from error
            logger.warning("%s", _unusable(folder, error))


def embedded_secret_key(folder: Path) -> str:
    """A key of this checkout's own, made once: sessions survive a restart, and no two checkouts share one.

    Processes that start in the same moment wait for whoever writes it. Raises ImproperlyConfigured where none can be kept.
    """
    path = folder / "secret_key"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open(path, "a+", encoding="ascii", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            key = file.read().strip()
            if not key:
                key = secrets.token_urlsafe(50)
                file.write(key)
            return key
    except OSError as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: OSError) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f"{path} cannot be written ({error.strerror}): "
        "set VAR_DIR to a folder that this user may write to, on a disk that has room"
    )
