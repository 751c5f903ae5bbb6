"""`python -m tests.benchmarks.scale`: fill two databases, measure both, and print how the costs grow."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import MySQLdb

from tests.benchmarks.scale import load, report
from tests.machines import servers
from tests.machines.supervisor import ROOT

SIZES = (1, 10)
STEPS = ("jobs", "pages", "load", "explain")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale", description=__doc__)
    parser.add_argument("--only", choices=STEPS, action="append", help="measure only this; may be repeated")
    parser.add_argument("--sizes", type=int, nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument(
        "--keep", type=Path, default=ROOT / "var" / "scale", help="where the databases are kept for the next time"
    )
    parser.add_argument("--memory", default="3G", help="MariaDB's buffer pool")
    options = parser.parse_args()
    if missing := servers.missing_programs():
        sys.exit(f"Not installed: {', '.join(missing)}")
    options.keep.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        database = stack.enter_context(
            servers.mariadb(options.keep, f"--innodb-buffer-pool-size={options.memory}", "--innodb-log-file-size=512M")
        )
        stack.callback(database.stop)
        redis = stack.enter_context(servers.redis(options.keep))
        for times in options.sizes:
            environment = _environment(database, redis, times, options.keep)
            results = measure(environment, times, options.only or STEPS, options.keep)
            (options.keep / f"results-{times}.json").write_text(json.dumps(results, indent=1))
    report.print_all({times: json.loads((options.keep / f"results-{times}.json").read_text()) for times in options.sizes})


def _environment(database: servers.Server, redis: servers.Server, times: int, folder: Path) -> dict[str, str]:
    name = f"caa_scale_{times}"
    connection = MySQLdb.connect(host="127.0.0.1", port=database.port, user="root")
    connection.cursor().execute(f"CREATE DATABASE IF NOT EXISTS {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
    connection.close()
    return {
        "DJANGO_SETTINGS_MODULE": "alerts_site.settings",
        "DATABASE_URL": f"mysql://root@127.0.0.1:{database.port}/{name}",
        "REDIS_URL": f"redis://127.0.0.1:{redis.port}/0",
        "REDIS_KEY_PREFIX": name,
        "VAR_DIR": str(folder / "var"),
        "WIKIMEDIA_CONTACT": "https://example.org/caa-benchmarks",
        "DATABASE_TIMEOUT_SECONDS": "3600",  # while rows are made; what is measured is measured in seconds
        "LOG_LEVEL": "WARNING",
    }


def measure(environment: dict[str, str], times: int, steps: list[str] | tuple[str, ...], folder: Path) -> dict[str, Any]:
    """Fill what is not filled yet, and take the `steps`; earlier results of the other steps are kept."""
    path = folder / f"results-{times}.json"
    results: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    _run(environment, "fill", times)
    if "jobs" in steps or "jobs" not in results:
        results["jobs"] = _run(environment, "jobs", times)
    _run(environment, "alerts", times)
    results["rows"] = _run(environment, "rows", times)[0]
    for step in ("pages", "explain"):
        if step in steps:
            results[step] = _run(environment, step, times)
    if "load" in steps:
        addresses = [address for address in _run(environment, "addresses", times)[0] if not address.endswith(".csv")]
        results["load"] = list(load.measure(environment, addresses, folder))
    return results


def _run(environment: dict[str, str], what: str, times: int) -> list[Any]:
    print(f"… {what} at {times} times", file=sys.stderr, flush=True)  # noqa: T201
    command = [sys.executable, "-m", "tests.benchmarks.scale.work", what, str(times)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


if __name__ == "__main__":
    main()
