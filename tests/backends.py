"""Real MariaDB and Redis for the tests: those named by the environment, those on the standard ports, or private ones.

TEST_DATABASE_URL and TEST_REDIS_URL name servers; databases and keys of the tests' own are made there and removed.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

START_SECONDS = 30


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], name: str) -> None:
    end = time.monotonic() + START_SECONDS
    while not _listens("127.0.0.1", port):
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"{name} did not start within {START_SECONDS} s (exit code {process.returncode})")
        time.sleep(0.05)


def _accepts_root(port: int) -> bool:
    """Whether a MariaDB on a standard port lets the tests in."""
    try:
        import MySQLdb
    except ImportError:
        return False
    try:
        MySQLdb.connect(host="127.0.0.1", port=port, user="root", connect_timeout=2).close()
    except MySQLdb.Error:
        return False
    return True


@contextmanager
def _running(command: list[str], port: int, name: str) -> Iterator[None]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port, process, name)
            yield
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def mariadb() -> Iterator[str | None]:
    """The URL of a database server on which databases may be made; None where there is none."""
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        yield named
    elif _listens("127.0.0.1", 3306) and _accepts_root(3306):
        yield f"mysql://root@127.0.0.1:3306/caa_{os.getpid()}"
    elif shutil.which("mariadbd") and shutil.which("mariadb-install-db") and _has_driver():
        with TemporaryDirectory(prefix="caa-mariadb-") as folder:
            port, data = _free_port(), Path(folder) / "data"
            user = ["--user=root"] if os.geteuid() == 0 else []
            subprocess.run(
                [
                    "mariadb-install-db", "--no-defaults", f"--datadir={data}", *user,
                    "--auth-root-authentication-method=normal", "--skip-test-db",
                ],
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )  # fmt: skip
            command = [
                "mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={folder}/mariadb.sock", f"--port={port}",
                f"--tmpdir={folder}", "--bind-address=127.0.0.1", *user,
                # Nothing here outlives the tests, so nothing waits for the disk.
                "--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0",
            ]  # fmt: skip
            with _running(command, port, "mariadbd"):
                yield f"mysql://root@127.0.0.1:{port}/caa"
    else:
        yield None


def _has_driver() -> bool:
    try:
        import MySQLdb  # noqa: F401
    except ImportError:
        return False
    return True


@contextmanager
def redis() -> Iterator[str | None]:
    """The URL of a Redis; None where there is none."""
    named = os.environ.get("TEST_REDIS_URL")
    if named:
        parts = urlsplit(named)
        if not _listens(parts.hostname or "127.0.0.1", parts.port or 6379):
            raise RuntimeError(f"TEST_REDIS_URL={named} does not answer")
        yield named
    elif _listens("127.0.0.1", 6379):
        yield "redis://127.0.0.1:6379/15"
    elif shutil.which("redis-server"):
        with TemporaryDirectory(prefix="caa-redis-") as folder:
            port = _free_port()
            command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
            with _running(command, port, "redis-server"):
                yield f"redis://127.0.0.1:{port}/0"
    else:
        yield None
