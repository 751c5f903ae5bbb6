"""Two web and three worker processes and a beat on one MariaDB and one Redis: whatever dies, the rows are right.

CAA_KILL_SECONDS says for how long processes are killed (default: a minute where CI=true, else ten seconds).
"""

from __future__ import annotations

import datetime as dt
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from tests.machines import servers
from tests.machines.site import Site
from tests.machines.supervisor import wait_until
from tests.machines.wikis import REQUESTS_PER_WIKI, expected_rows, found_wikis, number_stored, stored_rows
from tests.replay.data import ReplayData, make_sitematrix
from tests.replay.server import ReplayServer
from tests.replay.state import LoggedRequest

KILL_SECONDS = float(os.environ.get("CAA_KILL_SECONDS") or ("60" if os.environ.get("CI") == "true" else "10"))
PER_MINUTE = 1200  # and a tenth of it in any six seconds
IN_FLIGHT = 3
PATIENCE = 150.0  # seconds until all must be right after the last fault: 25 as a rule, beside other tests three times that
SCHEDULE = {"edits.tasks.sync_projects": 3, "edits.tasks.sweep_missing": 2, "alerts.tasks.detect": 3}
QUICK = {
    "WIKIMEDIA_MAX_IN_FLIGHT": str(IN_FLIGHT),
    "WIKIMEDIA_MAX_PER_MINUTE": str(PER_MINUTE),
    # A killed worker's place in the budget is free again when its longest possible request would be over.
    "WIKIMEDIA_DEADLINE_SECONDS": "3",
    # A chunk takes five seconds here; who shows no sign of life for twice as long has died.
    "FETCH_LEASE_SECONDS": "12",
    "FETCH_ORPHAN_SECONDS": "12",
}

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("several_machines"), pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running site with servers of its own. It lives on from test to test, each of which lets wikis of its own be
    founded."""
    if not settings.REDIS_URL:
        pytest.skip("needs MariaDB and Redis: this is the embedded run")
    if missing := servers.missing_programs():
        pytest.skip(f"starts and kills servers of its own: {', '.join(missing)} not installed")
    folder = tmp_path_factory.mktemp("machines")
    replay_server = ReplayServer(ReplayData(make_sitematrix([])), today=dt.date(2022, 12, 10), latency=0.05)
    with ExitStack() as stack:
        replay = stack.enter_context(replay_server)
        database = stack.enter_context(servers.mariadb(folder))
        redis = stack.enter_context(servers.redis(folder))
        site = Site(folder, database, redis, replay, QUICK)
        site.prepare(SCHEDULE)
        stack.enter_context(site.running())
        assert wait_until(lambda: all(site.get(port) == 200 for port in site.web_ports), 60), site.logs()
        yield site


@contextmanager
def readers(site: Site) -> Iterator[Counter[int | None]]:
    """Somebody reads the start page on both web machines all the while; the statuses seen."""
    seen: Counter[int | None] = Counter()
    stopped = threading.Event()

    def read(port: int) -> None:
        while not stopped.wait(0.5):
            seen[site.get(port)] += 1

    threads = [threading.Thread(target=read, args=(port,)) for port in site.web_ports]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stopped.set()
        for thread in threads:
            thread.join(30)


def counts_asked(site: Site, prefix: str) -> list[LoggedRequest]:
    return [entry for entry in list(site.replay.state.log) if f"/{prefix}" in entry.path]


def assert_budget_was_kept(site: Site) -> None:
    """From Wikimedia's point of view: never more in flight than agreed, never more in a short while than agreed."""
    assert site.replay.state.most_in_flight <= IN_FLIGHT
    times = sorted(entry.at for entry in site.replay.state.log)
    # What leaves within six seconds may arrive a little closer together: by those in flight.
    allowed = PER_MINUTE // 10 + IN_FLIGHT
    for first, later in zip(times, times[allowed:], strict=False):
        assert later - first > 6


def assert_all_is_well(site: Site, prefix: str, domains: list[str]) -> None:
    """Everything is stored exactly, nothing is left half done, and every peak has one alert with one beginning."""
    expected = expected_rows(site.replay, domains)
    number = len(expected)
    complete = wait_until(lambda: number_stored(site, prefix) >= number, PATIENCE)
    assert complete, f"{number_stored(site, prefix)} of {number} rows\n{state_of(site)}\n{site.logs()}"
    assert stored_rows(site, prefix) == expected
    assert site.query("SELECT * FROM count_revisions") == []
    assert wait_until(lambda: not left_over(site), PATIENCE), f"{left_over(site)}\n{site.logs()}"
    alerts = (
        "SELECT domain, DATE_FORMAT(month, '%Y-%m') FROM community_alerts JOIN projects ON projects.id = project_id "
        f"WHERE domain LIKE '{prefix}%' AND metric = 'edits' AND community_alerts.direction = 'peak' AND status = 'new'"
    )
    peaks = sorted((domain, month) for domain in domains for month in ("2018-05", "2021-03"))
    found = wait_until(lambda: set(peaks) <= set(site.query(alerts)), PATIENCE)
    assert found, f"{len(site.query(alerts))} of {len(peaks)} peaks\n{site.logs()}"
    assert len(site.query(alerts)) == len(set(site.query(alerts)))
    begun = "SELECT id, COUNT(*) FROM community_alerts_history WHERE history_type = '+' GROUP BY id"
    assert {number for _, number in site.query(begun)} == {1}
    assert len(site.query(begun)) == site.query("SELECT COUNT(*) FROM community_alerts")[0][0]


def left_over(site: Site) -> list[tuple]:
    """Targets that are claimed, parked or not answered yet, and runs that are still open."""
    targets = site.query(
        "SELECT 'target', id, attempts, parked_at, last_error FROM fetch_targets "
        "WHERE claim <> '' OR parked_at IS NOT NULL OR answered_at IS NULL"
    )
    return [*targets, *site.query("SELECT 'run', id, state FROM fetch_runs WHERE finished_at IS NULL")]


def state_of(site: Site) -> str:
    runs = site.query("SELECT id, state, planned, started_at, finished_at FROM fetch_runs ORDER BY id DESC LIMIT 10")
    outcomes = site.query(
        "SELECT run_id, state, error, COUNT(*) FROM fetch_outcomes GROUP BY 1, 2, 3 ORDER BY 1 DESC LIMIT 20"
    )
    return f"{runs}\n{outcomes}\n{left_over(site)}"


def test_machines_share_one_budget_and_do_nothing_twice(site: Site) -> None:
    written = site.mark_logs()
    with readers(site) as seen:
        domains = found_wikis(site.replay, "calm", 40)
        assert_all_is_well(site, "calm", domains)
    asked = Counter(entry.path for entry in counts_asked(site, "calm"))
    assert len(asked) == len(domains) * REQUESTS_PER_WIKI
    assert set(asked.values()) == {1}
    assert_budget_was_kept(site)
    assert set(seen) == {200}
    assert "Traceback" not in site.logs_since(written), site.logs_since(written)


def test_kill_9_at_any_moment_loses_nothing(site: Site) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")  # noqa: T201 - to repeat what failed
    source = random.Random(seed)
    domains = found_wikis(site.replay, "kill", int(KILL_SECONDS * PER_MINUTE / 60 / REQUESTS_PER_WIKI))
    number = len(expected_rows(site.replay, domains))
    assert wait_until(lambda: number_stored(site, "kill") > 0, PATIENCE), f"{state_of(site)}\n{site.logs()}"
    end, killed = time.monotonic() + KILL_SECONDS, Counter[str]()
    with readers(site) as seen:
        while time.monotonic() < end:
            machine = source.choice(list(site.machines.values()))
            machine.kill()
            killed[machine.name] += 1
            time.sleep(source.uniform(0.2, 2.0))
        assert number_stored(site, "kill") < number, "the backfill was over before the killing was: nothing is proven"
        assert_all_is_well(site, "kill", domains)
    print(f"killed {dict(killed)}, pages answered {dict(seen)}")  # noqa: T201
    assert killed.total() >= KILL_SECONDS / 3
    assert_budget_was_kept(site)
    assert wait_until(lambda: all(site.get(port) == 200 for port in site.web_ports), 30), site.logs()


def test_the_site_recovers_by_itself_when_redis_and_mariadb_die(site: Site) -> None:
    domains = found_wikis(site.replay, "gone", 80)
    number = len(expected_rows(site.replay, domains))
    with readers(site) as seen:
        for share, server in ((0.1, site.database), (0.4, site.redis)):
            reached = wait_until(lambda share=share: number_stored(site, "gone") > share * number, PATIENCE)
            assert reached, f"{state_of(site)}\n{site.logs()}"
            server.kill()
            time.sleep(3)
            server.start()
        assert number_stored(site, "gone") < number, "the backfill was over too soon: nothing is proven"
        assert_all_is_well(site, "gone", domains)
        assert wait_until(lambda: all(site.get(port) == 200 for port in site.web_ports), 30), site.logs()
    assert seen[200] > 0
    # Redis forgot the minute's count when it died, but what is in flight is counted by Wikimedia.
    assert site.replay.state.most_in_flight <= IN_FLIGHT


def test_no_process_is_left_when_a_site_ends(tmp_path: Path) -> None:
    """The supervisor itself: what it starts, it ends, children included."""
    from tests.machines.supervisor import Machine, Supervisor

    marker = f"CAA_MARKER={tmp_path}"
    with Supervisor() as supervisor:
        machine = Machine("shell", ["sh", "-c", "sleep 100 & sleep 100"], {"CAA_MARKER": str(tmp_path)}, tmp_path / "log")
        supervisor.add(machine)
        assert wait_until(lambda: len(_with(marker)) == 3, 10)
        machine.kill()
        assert wait_until(lambda: machine.starts == 2 and len(_with(marker)) == 3, 10)
    assert wait_until(lambda: not _with(marker), 10)


def _with(marker: str) -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if marker.encode() in (folder / "environ").read_bytes():
                found.append(folder.name)
        except OSError:
            continue
    return found
