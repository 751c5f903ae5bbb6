"""`python -m tests.soak --minutes 10`"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import signal
import sys
import tempfile
import threading
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import django

from tests.machines import servers
from tests.machines.site import Site
from tests.machines.supervisor import wait_until
from tests.replay.data import ReplayData, make_sitematrix
from tests.replay.server import ReplayServer
from tests.soak.people import CHROMIUM, MAKE_MODERATORS, MODERATORS, Moderator, pages_to_read, reader
from tests.soak.report import problems, wait_until_quiet
from tests.soak.weather import Weather

SCHEDULE = {"edits.tasks.sync_projects": 5, "edits.tasks.sweep_missing": 3, "alerts.tasks.detect": 10}
QUICK = {
    "WIKIMEDIA_MAX_PER_MINUTE": "1200",
    "WIKIMEDIA_DEADLINE_SECONDS": "3",
    "FETCH_LEASE_SECONDS": "30",
    "FETCH_ORPHAN_SECONDS": "30",
}
READERS = 4


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alerts_site.settings")
    django.setup()  # for the addresses of the site; no database is asked
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Everything at once, for some minutes.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="of what goes wrong, to compare runs")
    options = parser.parse_args()
    missing = [*servers.missing_programs(), *([] if CHROMIUM else ["chromium"])]
    if missing:
        sys.exit(f"Not installed: {', '.join(missing)}")
    say(f"{options.minutes:g} minutes, seed {options.seed}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped"))  # so that whatever was started is ended
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="caa-soak-", ignore_cleanup_errors=True)))
        replay = ReplayServer(ReplayData(make_sitematrix([])), today=dt.date(2022, 12, 10), latency=0.05)
        stack.enter_context(replay)
        database = stack.enter_context(servers.mariadb(folder))
        redis = stack.enter_context(servers.redis(folder))
        site = Site(folder, database, redis, replay, QUICK)
        site.prepare(SCHEDULE)
        site.manage("shell", "-v0", "-c", MAKE_MODERATORS)
        stack.enter_context(site.running())
        if not wait_until(lambda: all(site.get(port) == 200 for port in site.web_ports), 120):
            sys.exit(f"The site did not start:\n{site.logs()}")
        return soak(site, options.minutes, options.seed)


def soak(site: Site, minutes: float, seed: int) -> int:
    source, stopped = random.Random(seed), threading.Event()
    weather = Weather(site, source, stopped)
    weather.grow()
    moderators = [
        Moderator(name, port, random.Random(f"{seed}{name}")) for name, port in zip(MODERATORS, site.web_ports, strict=True)
    ]
    answers: Counter[str] = Counter()
    addresses = pages_to_read()
    readers = [(site, site.web_ports[i % 2], addresses, random.Random(f"{seed}{i}"), stopped, answers) for i in range(READERS)]
    threads = [
        *weather.threads(),
        *(threading.Thread(target=reader, args=each, name="reader") for each in readers),
        *(threading.Thread(target=moderator.work, args=(stopped,), name=moderator.name) for moderator in moderators),
    ]
    for thread in threads:
        thread.start()
    stopped.wait(minutes * 60)
    stopped.set()
    for thread in threads:
        thread.join(60)
    quiet = wait_until_quiet(site)
    found = [] if quiet else ["The site did not come to rest"]
    found += problems(site, weather.domains, moderators)
    tell(site, weather, answers, moderators)
    for problem in found:
        say(f"PROBLEM {problem}")
    say("Consistent: manage.py verify and all checks are content." if not found else f"{len(found)} problems")
    if found:
        say(site.logs(lines=5))
    return 1 if found else 0


def tell(site: Site, weather: Weather, answers: Counter[str], moderators: list[Moderator]) -> None:
    """What happened meanwhile."""
    for name, counted in (
        ("What went wrong, and what grew", weather.happened),
        ("What readers got", answers),
        *((f"What {moderator.name} met", moderator.seen) for moderator in moderators),
    ):
        say(f"{name}:")
        for what, number in sorted(counted.items()):
            say(f"  {number:6,} {what}")
    tables = ("edit_counts", "editor_counts", "community_alerts", "community_alerts_history", "count_revisions", "fetch_runs")
    for table in tables:
        say(f"  {site.query(f'SELECT COUNT(*) FROM {table}')[0][0]:6,} rows in {table}")
    unasked = {machine.name: machine.exits for machine in site.machines.values() if machine.exits}
    say(f"Processes that ended by themselves (exit codes): {unasked or 'none'}")
    say(f"Requests in flight at most: {site.replay.state.most_in_flight}")


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this is a report for a terminal


if __name__ == "__main__":
    sys.exit(main())
