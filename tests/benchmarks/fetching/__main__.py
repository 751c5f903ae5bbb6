"""How fast and how lean fetching is: ratios, measured in one run on real MariaDB, Redis, Celery and HTTP.

python -m tests.benchmarks.fetching [--projects 1000] [--months 72] [--latency 0.05] [--only throughput storing memory files]

Each figure compares two things on the same machine within the same run; only the ratios mean anything elsewhere.
"""

from __future__ import annotations

import argparse
import os
import sys

from tests.backends import mariadb, redis
from tests.benchmarks.fetching.case_files import case_files
from tests.benchmarks.fetching.counts import memory, storing, throughput

PARTS = {"throughput": throughput, "storing": storing, "memory": memory, "files": case_files}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.fetching", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--projects", type=int, default=1000)
    parser.add_argument("--months", type=int, default=72)
    parser.add_argument("--latency", type=float, default=0.05, help="seconds")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    options = parser.parse_args(arguments)
    with mariadb() as database_url, redis() as redis_url:
        if not database_url or not redis_url:
            sys.exit("The benchmarks need MariaDB and Redis: see CONTRIBUTING.")
        load = os.getloadavg()[0]
        print(f"{os.cpu_count()} processors, load {load:.1f} before the start")  # noqa: T201
        for name in options.only:
            PARTS[name](options, database_url, redis_url)


if __name__ == "__main__":
    main(sys.argv[1:])
