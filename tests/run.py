"""`make test`: the tests on SQLite, then the same tests on MariaDB with Redis.

python -m tests.run [arguments for pytest]
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

from tests.backends import mariadb, redis

LOUD = "\n" + "!" * 100 + "\n!!  {}\n" + "!" * 100 + "\n"


def pytest(name: str, environment: Mapping[str, str], arguments: list[str]) -> int:
    print(f"\n=== Tests on {name} ===", flush=True)  # noqa: T201
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode


def main(arguments: list[str]) -> int:
    required = os.environ.get("CI", "").lower() in {"1", "true"}
    failed = pytest("SQLite, embedded", {"DATABASE_URL": "", "REDIS_URL": ""}, arguments)
    if failed:
        return failed
    with mariadb() as database_url, redis() as redis_url:
        if database_url and redis_url:
            return pytest("MariaDB with Redis", {"DATABASE_URL": database_url, "REDIS_URL": redis_url}, arguments)
        missing = " and ".join(
            name for name, url in (("MariaDB (with mysqlclient)", database_url), ("Redis", redis_url)) if not url
        )
        print(LOUD.format(f"NOT RUN: the tests on MariaDB with Redis, for lack of {missing}. See README, Tests."))  # noqa: T201
    return 1 if required else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
