"""What a web server leaves on its disk and in memory while its processes come and go under many requests.

    python -m tests.benchmarks.recycling [--requests 200000] [--each 5000]

Starts gunicorn as its configuration says, with two processes that each end after `--each` requests, on an empty SQLite site;
asks from eight connections that are kept open, and looks at files and memory meanwhile. Ends with 1 where either grows.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from tests.machines.servers import free_port
from tests.machines.supervisor import ROOT

TOKEN = "x" * 40
# One of ten is a page, one a file, one the numbers themselves; the others cost the server least, and count as much.
ADDRESSES = ("/", "/alerts.csv", "/metrics", *["/healthz"] * 7)
CONNECTIONS = 8
PROCESSES = 2
MEGABYTE = 1 << 20
# A counter and a histogram of two megabytes for each process, for one that is ending, and for all that have ended.
MAX_FILES, MAX_BYTES = 2 * (2 * PROCESSES + 1), 2 * (2 * PROCESSES + 1) * 2 * MEGABYTE
MAX_GROWTH = 1.2  # of memory, from the second quarter of the requests to the last


def ask_many(port: int, turns: itertools.count[int], total: int, seen: Counter[str]) -> None:
    """Take the next request until `total` are made, over a connection that is kept open while the server keeps it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while (turn := next(turns)) < total:
        for attempt in range(5):
            try:
                connection.request("GET", ADDRESSES[turn % len(ADDRESSES)], headers={"Authorization": f"Bearer {TOKEN}"})
                answer = connection.getresponse()
                answer.read()
                seen[str(answer.status)] += 1
                break
            except (OSError, http.client.HTTPException):  # its process was at its end: a proxy tries the next one
                connection.close()
                seen["asked again"] += 1
                time.sleep(0.05 * attempt)
        else:
            seen["no answer"] += 1


def memory_of(server: int) -> float:
    """Megabytes that the server and its processes hold for themselves."""
    found = subprocess.run(["ps", "-o", "rss=", "--pid", str(server), "--ppid", str(server)], capture_output=True, text=True)
    return sum(map(int, found.stdout.split())) / 1024


def files_in(folder: Path) -> list[int]:
    """The size of each file, also of those that go while one looks."""
    sizes = []
    for path in folder.rglob("*"):
        try:
            sizes.append(path.stat().st_size) if path.is_file() else None
        except FileNotFoundError:
            continue
    return sizes


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.recycling", description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=200_000)
    parser.add_argument("--each", type=int, default=5_000, help="requests after which a process ends")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="caa-recycling-") as name:
        var, port = Path(name), free_port()
        environment = os.environ | {
            "VAR_DIR": name, "DATABASE_URL": "", "REDIS_URL": "", "PORT": str(port), "WEB_PROCESSES": str(PROCESSES),
            "METRICS_TOKEN": TOKEN, "SECRET_KEY": "x" * 60, "DJANGO_SETTINGS_MODULE": "alerts_site.settings",
            "GUNICORN_CMD_ARGS": f"--max-requests {given.each} --max-requests-jitter {given.each // 10} --log-level error",
        }  # fmt: skip
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
        with subprocess.Popen([sys.executable, "-m", "gunicorn", "alerts_site.wsgi"], cwd=ROOT, env=environment) as server:
            try:
                return watch(server.pid, port, var / "metrics", given.requests)
            finally:
                server.terminate()


def watch(server: int, port: int, folder: Path, total: int) -> int:
    turns, seen, begun = itertools.count(), Counter[str](), time.monotonic()
    threads = [threading.Thread(target=ask_many, args=(port, turns, total, seen)) for _ in range(CONNECTIONS)]
    time.sleep(5)
    for thread in threads:
        thread.start()
    samples: list[tuple[int, int, int, float]] = []
    while any(thread.is_alive() for thread in threads):
        time.sleep(1)
        sizes = files_in(folder)
        samples.append((seen.total(), len(sizes), sum(sizes), memory_of(server)))
        if len(samples) % 30 == 0:
            tell(samples[-1])
    seconds = time.monotonic() - begun
    quarter = len(samples) // 4
    earlier, later = (max(sample[3] for sample in part) for part in (samples[quarter : 2 * quarter], samples[-quarter:]))
    files, size = max(sample[1] for sample in samples), max(sample[2] for sample in samples)
    print(f"{dict(seen)} in {seconds:,.0f} s")
    print(f"Files at most: {files} (bound {MAX_FILES}), {size / MEGABYTE:.1f} MB (bound {MAX_BYTES / MEGABYTE:.0f})")
    print(f"Memory at most: {earlier:.0f} MB in the second quarter, {later:.0f} MB in the last (bound {MAX_GROWTH} times)")
    well = files <= MAX_FILES and size <= MAX_BYTES and later <= MAX_GROWTH * earlier
    well = well and set(seen) <= {"200", "asked again"}
    print("Bounded." if well else "NOT bounded, or not all were answered.")
    return 0 if well else 1


def tell(sample: tuple[int, int, int, float]) -> None:
    requests, files, size, memory = sample
    print(f"{requests:9,} requests: {files} files, {size / MEGABYTE:.1f} MB, {memory:.0f} MB of memory", flush=True)


if __name__ == "__main__":
    sys.exit(main())
