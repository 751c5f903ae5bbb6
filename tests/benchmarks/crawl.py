"""Whether a crawler slows people down: what readers wait with and without a bot that reads the whole sitemap beside them.

    python -m tests.benchmarks.crawl [--pages 10000] [--seconds 20] [--bots 1]

Serves the database that the environment names (DATABASE_URL, or VAR_DIR) with two web processes, as in production, and only
reads. One reader goes round the usual pages; the bot takes the addresses of the sitemap one after the other, without a pause,
which is ruder than robots.txt asks for. Prints medians, 95th percentiles, and their ratio.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

import requests

from tests.machines.servers import free_port, listens
from tests.machines.site import BIN
from tests.machines.supervisor import Machine, Supervisor, wait_until

LOCATION = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
PAUSE = 0.2  # seconds between two pages of a reader
Times = list[float]


@contextmanager
def served() -> Iterator[str]:
    """The address of the site, while it runs."""
    port = free_port()
    command = [str(BIN / "gunicorn"), "alerts_site.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    command += ["--worker-class", "gthread", "--threads", "8", "--log-level", "warning", "--config", "/dev/null"]
    with tempfile.TemporaryDirectory() as folder, Supervisor() as supervisor:
        log = Path(folder) / "web.log"
        supervisor.add(Machine("web", command, dict(os.environ), log))
        if not wait_until(lambda: listens(port), 120):
            raise SystemExit(f"The web processes did not start:\n{log.read_text()}")
        yield f"http://127.0.0.1:{port}"


def sitemap(site: str) -> list[str]:
    """All addresses that it names."""

    def locations(url: str) -> list[str]:
        return [str(found.text) for found in ElementTree.fromstring(requests.get(url, timeout=60).content).iter(LOCATION)]

    return [url for section in locations(f"{site}/sitemap.xml") for url in locations(section)]


def read(site: str, pages: list[str], seconds: float) -> Times:
    """How long a reader waited for each page, in milliseconds."""
    session, end = requests.Session(), time.monotonic() + seconds
    found: Times = []
    for page in itertools.cycle(pages):
        if time.monotonic() > end:
            return found
        start = time.perf_counter()
        session.get(f"{site}{page}", timeout=60).raise_for_status()
        found.append(1000 * (time.perf_counter() - start))
        time.sleep(PAUSE)
    raise AssertionError("unreachable")


def crawl(urls: Iterator[str], stop: threading.Event, done: list[int]) -> None:
    """Take `urls` until they end or `stop` is set; adds the status of each answer to `done`."""
    session = requests.Session()
    for url in urls:
        if stop.is_set():
            return
        done.append(session.get(url, timeout=60).status_code)


def summary(name: str, times: Times) -> tuple[float, float]:
    """Median and 95th percentile, printed."""
    median, worst = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    print(f"{name:28}{len(times):7}{median:12.0f}{worst:10.0f}")
    return median, worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=10_000, help="that the bot takes")
    parser.add_argument("--seconds", type=float, default=20, help="for which readers read without a bot, at least")
    parser.add_argument("--bots", type=int, default=1)
    given = parser.parse_args()
    with served() as site:
        urls = sitemap(site)
        wikis = [url.removeprefix(site) for url in urls if "/projects/" in url]
        alerts = [url.removeprefix(site) for url in urls if "/alerts/" in url]
        pages = ["/", "/alerts/", *wikis[:3], *alerts[1:4], "/status/"]
        read(site, pages, len(pages) * (PAUSE + 1))  # warms caches
        print(f"{'':28}{'pages':>7}{'median ms':>12}{'p95 ms':>10}")
        alone = summary("readers alone", read(site, pages, given.seconds))
        stop = threading.Event()
        done: list[int] = []
        taken = itertools.islice(itertools.cycle(urls), given.pages)
        shared, lock = taken, threading.Lock()

        def one_by_one() -> Iterator[str]:
            while True:
                with lock:
                    url = next(shared, None)
                if url is None:
                    return
                yield url

        bots = [threading.Thread(target=crawl, args=(one_by_one(), stop, done)) for _ in range(given.bots)]
        start, times = time.monotonic(), []
        for bot in bots:
            bot.start()
        while any(bot.is_alive() for bot in bots):
            times += read(site, pages, PAUSE * len(pages))
        stop.set()
        spent = time.monotonic() - start
        beside = summary(f"beside {given.bots} bot(s)", times)
    refused = sum(status != 200 for status in done)
    print(f"The bot took {len(done):,} pages in {spent:.0f} s ({len(done) / spent:.0f} a second), {refused} of them refused.")
    print(f"Readers waited {beside[0] / alone[0]:.2f} times as long in the median, {beside[1] / alone[1]:.2f} times at p95.")


if __name__ == "__main__":
    main()
