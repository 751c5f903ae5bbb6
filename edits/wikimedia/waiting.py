"""Waiting that can be watched: whoever waits for long calls `on_wait` about once a second, which may end it by raising."""

from __future__ import annotations

import time
from collections.abc import Callable

OnWait = Callable[[], object]
STEP = 1.0  # seconds between two calls at most


def unwatched() -> None:
    """For those who wait for as long as it takes."""


def sleep_watched(seconds: float, on_wait: OnWait) -> None:
    """Sleep for `seconds`."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        on_wait()
        time.sleep(min(left, STEP))
