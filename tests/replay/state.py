"""What the replay server is told to be like, now; changed by tests directly or through `/_control`."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.replay.data import ReplayData


@dataclass
class Fault:
    """Answer `kind` (see tests.replay.faults) to the next `times` requests whose path contains `match`; None: to
    all."""

    kind: str
    match: str = ""
    times: int | None = None
    value: Any = None


@dataclass
class LoggedRequest:
    at: float  # seconds, time.time()
    path: str
    agent: str
    status: int = 0


@dataclass
class ReplayState:
    """`today` decides which months are published: a month appears on day `publication_day` of the next one."""

    data: ReplayData
    today: dt.date
    latency: float = 0.0
    publication_day: int = 3
    faults: list[Fault] = field(default_factory=list)
    # What other services answer, by path: bytes as they are, anything else as JSON.
    pages: dict[str, Any] = field(default_factory=dict)
    revisions: dict[str, dict[str, int]] = field(default_factory=dict)  # short name -> "YYYY-MM" -> edits
    log: list[LoggedRequest] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def newest_month(self) -> str:
        """The newest month that is published, as `YYYY-MM`."""
        index = self.today.year * 12 + self.today.month - 1 - (1 if self.today.day >= self.publication_day else 2)
        return f"{index // 12:04}-{index % 12 + 1:02}"

    @contextmanager
    def request(self, path: str, agent: str) -> Iterator[LoggedRequest]:
        """Count the request as in flight inside the block, and keep it in the log."""
        entry = LoggedRequest(at=time.time(), path=path, agent=agent)
        with self.lock:
            self.log.append(entry)
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            yield entry
        finally:
            with self.lock:
                self.in_flight -= 1

    def take_fault(self, path: str) -> Fault | None:
        """The first fault that applies to `path`; its times left go down by one."""
        with self.lock:
            for fault in self.faults:
                if fault.match in path and fault.times != 0:
                    if fault.times is not None:
                        fault.times -= 1
                    return fault
        return None

    def control(self, changes: dict[str, Any]) -> None:
        """Apply what `/_control` was sent: today, latency, faults (replaced), revisions (added), clear_log."""
        with self.lock:
            if "today" in changes:
                self.today = dt.date.fromisoformat(changes["today"])
            if "latency" in changes:
                self.latency = float(changes["latency"])
            if "faults" in changes:
                self.faults = [Fault(**fault) for fault in changes["faults"]]
            for project, months in changes.get("revisions", {}).items():
                self.revisions.setdefault(project, {}).update(months)
            if changes.get("clear_log"):
                self.log.clear()
                self.most_in_flight = self.in_flight

    def report(self) -> dict[str, Any]:
        """What `/_control` shows: the log, and how many requests were in flight at most."""
        with self.lock:
            return {
                "today": self.today.isoformat(),
                "newest_month": self.newest_month,
                "most_in_flight": self.most_in_flight,
                "requests": [asdict(entry) for entry in self.log],
            }
