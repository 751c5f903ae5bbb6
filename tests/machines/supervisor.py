"""Processes that are started again when they end, as systemd or a container runtime does it; and killed at will."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TICK = 0.2  # seconds


class Machine:
    """One process of the site with everything that it starts."""

    def __init__(self, name: str, command: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.name, self.command, self.environment, self.log = name, command, environment, log
        self.starts = 0
        self.exits: list[int] = []  # exit codes of ends that nobody asked for
        self._process: subprocess.Popen[bytes] | None = None
        self._wanted = False
        self._lock = threading.RLock()

    def start(self) -> None:
        with self._lock, self.log.open("ab") as output:
            self._wanted = True
            self.starts += 1
            self._process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill(self, number: int = signal.SIGKILL) -> None:
        """End it and all that it started; the supervisor starts it again."""
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                os.killpg(self._process.pid, number)
                if number == signal.SIGKILL:
                    self._process.wait(20)

    def restart(self, seconds: float = 20) -> None:
        """As `systemctl restart`: asked politely first, killed when that takes too long."""
        with self._lock:
            self._stop(seconds)
            self.start()

    def stop(self) -> None:
        with self._lock:
            self._wanted = False
            self._stop(0)

    def _stop(self, seconds: float) -> None:
        if self._process is None:
            return
        if seconds:
            self._process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # the rest of its group, too
        self._process.wait(20)

    def look_after(self) -> None:
        """Start it again if it has ended."""
        with self._lock:
            if self._wanted and self._process is not None and self._process.poll() is not None:
                if self._process.returncode != -signal.SIGKILL:
                    self.exits.append(self._process.returncode)
                self.start()


class Supervisor:
    """Looks after machines from a thread of its own, until the `with` block ends."""

    def __init__(self) -> None:
        self.machines: dict[str, Machine] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True, name="supervisor")

    def __enter__(self) -> Supervisor:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stopped.set()
        self._thread.join(30)
        for machine in self.machines.values():
            machine.stop()

    def add(self, machine: Machine) -> Machine:
        self.machines[machine.name] = machine
        machine.start()
        return machine

    def _look(self) -> None:
        while not self._stopped.wait(TICK):
            for machine in list(self.machines.values()):
                machine.look_after()


def wait_until(done: object, seconds: float, step: float = 0.25) -> bool:
    """Whether `done()` becomes true within `seconds`."""
    assert callable(done)
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(step)
    return True
