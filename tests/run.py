"""`make test`: the tests on SQLite, then the same tests on MariaDB with Redis.

python -m tests.run [arguments for pytest]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.backends import mariadb, redis

LOUD = "\n" + "!" * 100 + "\n!!  {}\n" + "!" * 100 + "\n"
TESTS_FAILED = 1  # pytest's exit code
AGAIN_AT_MOST = 10


def pytest(name: str, environment: Mapping[str, str], arguments: list[str]) -> int:
    """Run the tests two at a time; the exit code of pytest.

    Some tests wait for browsers, workers and clocks, and fail where the machine is busy. A few that failed are run once more,
    one after the other; those that pass alone are named loudly, and count as passed.
    """
    print(f"\n=== Tests on {name} ===", flush=True)  # noqa: T201
    with TemporaryDirectory(prefix="caa-failed-") as memory:

        def run(*more: str) -> int:
            command = [sys.executable, "-m", "pytest", "-q", "-o", f"cache_dir={memory}", *more, *arguments]
            return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode

        code = run("-n", "2", "--dist", "loadgroup")
        failed = _failed(Path(memory)) if code == TESTS_FAILED else []
        if not 0 < len(failed) <= AGAIN_AT_MOST:
            return code
        print(f"\n=== Once more, alone: {len(failed)} that failed on {name} ===", flush=True)  # noqa: T201
        code = run("--last-failed", "-n", "0")
    if code == 0:
        print(LOUD.format("\n!!  ".join([f"Passed alone only, on {name}:", *failed])), flush=True)  # noqa: T201
    return code


def _failed(memory: Path) -> list[str]:
    """The tests that pytest remembers as failed."""
    remembered = memory / "v" / "cache" / "lastfailed"
    return sorted(json.loads(remembered.read_text())) if remembered.exists() else []


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
