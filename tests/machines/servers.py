"""MariaDB and Redis servers of a test's own: they may be killed and started again in the middle."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NEEDED = ("mariadbd", "mariadb-install-db", "redis-server")
START_SECONDS = 30


def missing_programs() -> list[str]:
    """What is not installed of the programs that are needed."""
    return [name for name in NEEDED if shutil.which(name) is None]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


class Server:
    """One server process on a port that stays the same from start to start."""

    def __init__(self, name: str, command: list[str], port: int) -> None:
        self.name, self.command, self.port = name, command, port
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        end = time.monotonic() + START_SECONDS
        while not listens(self.port):
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{self.name} did not start (exit code {self._process.returncode})")
            time.sleep(0.05)

    def kill(self) -> None:
        """As in a power cut: no chance to write anything down."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(20)

    def stop(self) -> None:
        """In good order, for who wants the data again."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(120)


@contextmanager
def mariadb(folder: Path, *options: str) -> Iterator[Server]:
    """A MariaDB with its data in `folder`: empty, or with what an earlier one left there."""
    port, data = free_port(), folder / "mariadb"
    user = ["--user=root"] if os.geteuid() == 0 else []
    temporary = folder / "tmp"  # of its own: a MariaDB that starts clears away what it takes for its old temporary tables
    temporary.mkdir(exist_ok=True)
    if not data.exists():
        subprocess.run(
            [
                "mariadb-install-db", "--no-defaults", f"--datadir={data}", *user, "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
    command = [
        "mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={folder}/mariadb.sock", f"--port={port}",
        "--bind-address=127.0.0.1", f"--tmpdir={temporary}", "--innodb-flush-log-at-trx-commit=2", *user, *options,
    ]  # fmt: skip
    server = Server("mariadbd", command, port)
    try:
        server.start()
        yield server
    finally:
        server.kill()


@contextmanager
def redis(folder: Path) -> Iterator[Server]:
    """An empty Redis that keeps nothing on disk: when it is killed, every message, lock and count in it is lost."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    server = Server("redis-server", command, port)
    try:
        server.start()
        yield server
    finally:
        server.kill()
