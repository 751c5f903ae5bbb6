"""Waiting that can be watched: whoever waits for long calls a `Pulse` about once a second, which may end it by raising."""

from __future__ import annotations

import time
from collections.abc import Callable

Pulse = Callable[[], object]
STEP = 1.0  # seconds between two calls at most


def unwatched() -> None:
    """The pulse of those who wait for as long as it takes."""


def sit_out(seconds: float, pulse: Pulse) -> None:
    """Sleep for `seconds`."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        pulse()
        time.sleep(min(left, STEP))
