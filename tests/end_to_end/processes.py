"""A site of real processes on real servers: its own MariaDB database, its own keys in Redis, workers and beats."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import redis

ROOT = Path(__file__).resolve().parent.parent.parent


def wait_until(done: Callable[[], Any], *, seconds: float = 180, what: str = "") -> Any:
    """What `done` returns as soon as it is true; fails after `seconds`."""
    end = time.monotonic() + seconds
    while not (result := done()):
        assert time.monotonic() < end, f"Not within {seconds} s: {what}"
        time.sleep(0.1)
    return result


class Site:
    """Runs commands and processes of the project in an environment of their own."""

    def __init__(self, environment: dict[str, str], folder: Path, execute: Callable[..., list[tuple[Any, ...]]]) -> None:
        self.environment, self.folder, self.execute = environment, folder, execute
        self.processes: list[subprocess.Popen[bytes]] = []

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        result = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def celery(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a worker or a beat in a process group of its own; its log is `<folder>/<name>.log`."""
        log = (self.folder / f"{name}.log").open("ab")
        command = [sys.executable, "-m", "celery", "-A", "celery_app", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True)
        log.close()
        self.processes.append(process)
        return process

    def worker(self, name: str = "worker", *, pool: str = "threads", concurrency: int = 4) -> subprocess.Popen[bytes]:
        return self.celery(
            name, "worker", "-P", pool, "-c", str(concurrency), "-Q", "wikimedia,default", "-n", f"{name}@%h", "-l", "INFO"
        )

    def beat(self, name: str = "beat") -> subprocess.Popen[bytes]:
        return self.celery(name, "beat", "-l", "INFO", "--pidfile=", "--max-interval", "1")

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows that `sql` finds."""
        return self.execute(sql)

    def value(self, sql: str) -> Any:
        """The one value that `sql` finds."""
        return self.query(sql)[0][0]

    def stop(self) -> None:
        for process in self.processes:
            kill(process)


def kill(process: subprocess.Popen[bytes], number: int = signal.SIGKILL) -> None:
    """Send a signal to a process and all that it started; return when it has ended."""
    if process.poll() is None:
        os.killpg(process.pid, number)
    process.wait(30)


@contextmanager
def running_site(*, database_url: str, redis_url: str, replay: Any, folder: Path, **extra: str) -> Iterator[Site]:
    """An empty, migrated site that fetches from `replay`; everything of it is gone afterwards."""
    import MySQLdb

    name = f"caa_e2e_{uuid.uuid4().hex[:12]}"
    parts = urlsplit(database_url)
    server = {"host": parts.hostname, "port": parts.port or 3306, "user": parts.username, "passwd": parts.password or ""}
    connection = MySQLdb.connect(**server, autocommit=True)

    def execute(sql: str, values: tuple[Any, ...] | None = None) -> list[tuple[Any, ...]]:
        cursor = connection.cursor()
        try:
            cursor.execute(sql, values)
            return list(cursor.fetchall())
        finally:
            cursor.close()

    execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    execute(f"USE {name}")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "alerts_site.settings",
        "DATABASE_URL": parts._replace(path=f"/{name}").geturl(),
        "REDIS_URL": redis_url,
        "REDIS_KEY_PREFIX": name,
        "VAR_DIR": str(folder / "var"),
        "WIKIMEDIA_CONTACT": "https://example.org/caa-tests",
        "WIKIMEDIA_ANALYTICS_URL": replay.analytics_url,
        "WIKIMEDIA_SITEMATRIX_URL": replay.sitematrix_url,
        "WIKIMEDIA_WIKI_API_URL": replay.wiki_api_url,
        "WIKIMEDIA_MAX_PER_MINUTE": "0",
        "PYTHONUNBUFFERED": "1",
        **extra,
    }
    site = Site(environment, folder, execute)
    try:
        site.manage("migrate", "-v0")
        yield site
    finally:
        site.stop()
        execute(f"DROP DATABASE {name}")
        connection.close()
        with redis.Redis.from_url(redis_url) as client:
            for key in client.scan_iter(f"{name}*", count=1000):
                client.delete(key)
