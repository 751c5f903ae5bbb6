"""A whole site of several machines: two web processes, three workers and a beat, on one MariaDB and one Redis."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import MySQLdb

from tests.machines.servers import Server, free_port
from tests.machines.supervisor import ROOT, Machine, Supervisor
from tests.replay.server import ReplayServer

DATABASE = "caa_machines"
BIN = Path(sys.executable).parent
PREPARE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django_celery_beat.models import IntervalSchedule, PeriodicTask
for task, seconds in {schedule!r}.items():
    interval, _ = IntervalSchedule.objects.get_or_create(every=seconds, period="seconds")
    for entry in PeriodicTask.objects.filter(task=task):
        entry.interval, entry.crontab = interval, None
        entry.save()
"""


class Site:
    """The processes of a site, as its deployment starts them, and ways to look at what they did."""

    def __init__(
        self, folder: Path, database: Server, redis: Server, replay: ReplayServer, settings: dict[str, str] | None = None
    ) -> None:
        self.folder, self.database, self.redis, self.replay = folder, database, redis, replay
        self.supervisor = Supervisor()
        self.web_ports = [free_port(), free_port()]
        self.environment = {
            "DJANGO_SETTINGS_MODULE": "alerts_site.settings",
            "PROFILE": "embedded",
            "DATABASE_URL": f"mysql://root@127.0.0.1:{database.port}/{DATABASE}",
            "REDIS_URL": f"redis://127.0.0.1:{redis.port}/0",
            "REDIS_KEY_PREFIX": "machines",
            "VAR_DIR": str(folder / "var"),
            "WIKIMEDIA_CONTACT": "https://example.org/caa-tests",
            "WIKIMEDIA_ANALYTICS_URL": replay.analytics_url,
            "WIKIMEDIA_SITEMATRIX_URL": replay.sitematrix_url,
            "WIKIMEDIA_WIKI_API_URL": replay.wiki_api_url,
            "PRETEND_TODAY": replay.state.today.isoformat(),
            "LOG_LEVEL": "WARNING",
            **(settings or {}),
        }

    def prepare(self, schedule: dict[str, int]) -> None:
        """Make the tables, and let beat start each task of `schedule` every so many seconds."""
        connection = MySQLdb.connect(host="127.0.0.1", port=self.database.port, user="root")
        connection.cursor().execute(f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
        connection.close()
        self.manage("shell", "-v0", "-c", PREPARE.format(schedule=schedule))

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a management command to its end."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            check=check,
            capture_output=True,
            text=True,
            timeout=300,
        )

    @contextmanager
    def running(self) -> Iterator[Site]:
        """All processes are started, and ended at the end of the block."""
        worker = [str(BIN / "celery"), "--quiet", "-A", "celery_app", "worker", "-P", "threads", "-l", "WARNING"]
        beat = [str(BIN / "celery"), "--quiet", "-A", "celery_app", "beat", "-l", "WARNING"]
        with self.supervisor:
            for number in (1, 2):
                self._add(f"wikimedia-{number}", [*worker, "-c", "2", "-Q", "wikimedia", "-n", f"wikimedia{number}@%h"])
            self._add("default", [*worker, "-c", "2", "-Q", "default", "-n", "default@%h"])
            self._add("beat", [*beat, "--pidfile", "", "--schedule", str(self.folder / "beat")])
            for number, port in enumerate(self.web_ports, 1):
                command = [str(BIN / "gunicorn"), "alerts_site.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class"]
                self._add(f"web-{number}", [*command, "gthread", "--threads", "4", "--log-level", "warning"])
            yield self

    def _add(self, name: str, command: list[str]) -> Machine:
        return self.supervisor.add(Machine(name, command, self.environment, self.folder / f"{name}.log"))

    @property
    def machines(self) -> dict[str, Machine]:
        return self.supervisor.machines

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query, or of an update none; on a connection of its own."""
        connection = MySQLdb.connect(
            host="127.0.0.1", port=self.database.port, user="root", database=DATABASE, charset="utf8mb4"
        )
        try:
            cursor = connection.cursor()
            cursor.execute(sql)
            connection.commit()
            return list(cursor.fetchall())
        finally:
            connection.close()

    def get(self, port: int, path: str = "/", timeout: float = 10) -> int | None:
        """The status of a page; None when there was no answer."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        try:
            connection.request("GET", path, headers={"Host": "127.0.0.1"})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def mark_logs(self) -> dict[str, int]:
        """How long each log is now."""
        return {path.name: path.stat().st_size for path in self.folder.glob("*.log")}

    def logs_since(self, mark: dict[str, int]) -> str:
        """What was written to the logs after `mark`."""
        return "\n".join(
            path.read_bytes()[mark.get(path.name, 0) :].decode(errors="replace") for path in sorted(self.folder.glob("*.log"))
        )

    def logs(self, lines: int = 15) -> str:
        """The ends of all logs, for the message of a test that failed."""
        return "\n".join(
            f"--- {path.name}\n" + "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
            for path in sorted(self.folder.glob("*.log"))
        )
