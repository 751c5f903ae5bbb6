"""Is Wikimedia there at all? Answered in seconds, also where name look-ups hang."""

from __future__ import annotations

import socket
import threading
from urllib.parse import urlsplit


def reachable(url: str, *, seconds: float = 3.0) -> bool:
    """Whether a connection to the host of `url` opens within `seconds`."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    opened = threading.Event()

    def knock() -> None:
        try:
            socket.create_connection((parts.hostname or "", port), timeout=seconds).close()
            opened.set()
        except OSError:
            pass

    # Name look-ups obey no time-out of ours: they hang in a thread that nobody waits for.
    knocking = threading.Thread(target=knock, daemon=True)
    knocking.start()
    knocking.join(seconds)
    return opened.is_set()
