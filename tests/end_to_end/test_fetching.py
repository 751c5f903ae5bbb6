"""The real thing: MariaDB, Redis, Celery workers and beats as processes, and a Wikimedia that answers over HTTP."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings

from tests.end_to_end.oracle import Rows, expected_rows, open_domains
from tests.end_to_end.processes import Site, kill, running_site, wait_until
from tests.replay.data import ReplayData, load_recorded, make_synthetic
from tests.replay.server import ReplayServer

pytestmark = [pytest.mark.services, pytest.mark.timeout(900)]
EDITS = ("edits", "all-editor-types", "content")
EDITS_SQL = (
    "SELECT p.domain, 'content', c.month, c.edit_count FROM edit_counts c JOIN projects p ON p.id = c.project_id "
    "WHERE c.page_type = 'content' AND c.editor_type = 'all-editor-types'"
)
EDITORS_SQL = (
    "SELECT p.domain, c.activity_level, c.month, c.editor_count FROM editor_counts c JOIN projects p ON p.id = c.project_id"
)
PARKED = "SELECT p.domain, t.metric FROM fetch_targets t JOIN projects p ON p.id = t.project_id WHERE parked_at IS NOT NULL"
QUICK = {"FETCH_LEASE_SECONDS": "4", "FETCH_ORPHAN_SECONDS": "5", "PRETEND_TODAY": "2011-02-10"}
SWEEP_OFTEN = (
    "UPDATE django_celery_beat_intervalschedule SET every = 1, period = 'seconds' WHERE every = 20 AND period = 'seconds'"
)

# The sweep of alerts, which finds what the killed worker's hint left behind, comes every hour.
JUDGE_OFTEN = (
    "UPDATE django_celery_beat_intervalschedule SET every = 10, period = 'seconds' WHERE every = 1 AND period = 'hours'"
)


def some_wikis(count: int) -> ReplayData:
    """Recorded data of `count` wikis where it is at hand, else invented data; both end with February 2011 or later."""
    if not (settings.SNAPSHOT_DIR / "monthly-edits.csv.gz").exists():
        return make_synthetic(count, 60, last="2011-03")
    data = load_recorded(settings.SNAPSHOT_DIR)
    with_edits = {name for name, slice_ in data.series if slice_ == EDITS}
    matrix = data.sitematrix["sitematrix"]
    groups = {key: group for key, group in matrix.items() if key.isdigit()}
    chosen = {
        key: group
        for key, group in groups.items()
        if any(site["url"].removeprefix("https://").removesuffix(".org") in with_edits for site in group["site"])
    }
    keep = dict(list(chosen.items())[: count // 4])
    specials = matrix["specials"][:10]
    number = sum(len(group["site"]) for group in keep.values()) + len(specials)
    data.sitematrix = {"sitematrix": {"count": number, **keep, "specials": specials}}
    return data


@pytest.fixture
def replay() -> Iterator[ReplayServer]:
    with ReplayServer(some_wikis(60), today=dt.date(2011, 2, 2), latency=0.02) as server:
        yield server


@pytest.fixture
def site(replay: ReplayServer, tmp_path: Path) -> Iterator[Site]:
    database = settings.DATABASES["default"]
    if database["ENGINE"] != "django.db.backends.mysql" or not settings.REDIS_URL:
        pytest.skip("needs MariaDB and Redis: this is the embedded run")
    user = f"{database['USER']}:{database['PASSWORD']}" if database["PASSWORD"] else database["USER"]
    url = f"mysql://{user}@{database['HOST']}:{database['PORT'] or 3306}/"
    with running_site(database_url=url, redis_url=settings.REDIS_URL, replay=replay, folder=tmp_path, **QUICK) as running:
        yield running


def rows(site: Site, sql: str) -> Rows:
    return {(domain, slice_, month): count for domain, slice_, month, count in site.query(sql)}


def all_answered(site: Site) -> bool:
    return bool(site.value("SELECT COUNT(*) > 0 AND SUM(answered_at IS NULL) = 0 FROM fetch_targets"))


def nothing_due(site: Site) -> bool:
    return not site.value("SELECT COUNT(*) FROM fetch_targets WHERE due_at < UTC_TIMESTAMP()")


def idle(site: Site) -> bool:
    return not site.value("SELECT COUNT(*) FROM fetch_runs WHERE state = 'running'")


def test_a_site_fills_itself_whatever_happens_to_its_workers(site: Site, replay: ReplayServer) -> None:
    site.manage("sync_projects")
    site.query(SWEEP_OFTEN)
    site.query(JUDGE_OFTEN)
    for name in ("beat-1", "beat-2"):  # C02: two beats
        site.beat(name)
    first = site.worker("first")
    send_rubbish(site)

    # C06: killed in the middle, without a chance to tidy up
    wait_until(lambda: site.value("SELECT COUNT(*) FROM fetch_outcomes") >= 20, what="the first outcomes")
    kill(first, signal.SIGKILL)
    half = site.value("SELECT COUNT(*) FROM fetch_outcomes")
    assert half < site.value("SELECT COUNT(*) FROM fetch_targets")
    for trace in RUBBISH.values():
        assert trace in site.log("first"), site.log("first")
    assert site.log("first").count("raised unexpected") == 1, site.log("first")  # the one with unknown arguments

    # Two workers take over; the second is asked politely to go.
    site.worker("second")
    third = site.worker("third", pool="prefork", concurrency=2)
    wait_until(lambda: "ready" in site.log("third"), what="the third worker")
    kill(third, signal.SIGTERM)
    wait_until(lambda: all_answered(site) and idle(site), what="all targets answered")
    # Whether the run of the killed worker went on or was given up and taken up by another: nothing is left.
    assert not site.value("SELECT COUNT(*) FROM fetch_targets WHERE attempts > 0 OR parked_at IS NOT NULL")
    assert max(month for _, _, month in rows(site, EDITS_SQL)) == dt.date(2010, 12, 1)

    # January 2011 is published late; each project is asked again when its day comes.
    replay.state.today = dt.date(2011, 2, 5)
    # The second time it is known that most have it, and levels of editors that are not named in it are zero.
    for _day in range(2):
        site.query("UPDATE fetch_targets SET due_at = UTC_TIMESTAMP() - INTERVAL 1 DAY")
        wait_until(lambda: site.value("SELECT COUNT(*) FROM edit_counts WHERE month = '2011-01-01'"), what="January 2011")
        wait_until(lambda: nothing_due(site) and idle(site), what="the end")

    for metric, sql in (("edits", EDITS_SQL), ("active_editors", EDITORS_SQL)):
        expected = expected_rows(replay.state.data, published="2011-01", settled="2010-12", metric=metric)
        assert len(expected) > 1000
        assert rows(site, sql) == expected, metric
    assert replay.state.most_in_flight <= 3
    asked = set(site.query("SELECT DISTINCT p.domain FROM fetch_targets t JOIN projects p ON p.id = t.project_id"))
    assert asked == {(domain,) for domain in open_domains(replay.state.data)}
    # Detection followed.
    wait_until(lambda: site.value("SELECT COUNT(*) FROM community_alerts"), what="alerts")
    assert "raised unexpected" not in site.log("second"), site.log("second")
    for name in ("beat-1", "beat-2"):
        assert "Traceback" not in site.log(name), site.log(name)


def test_f7_all_are_killed_and_the_rest_happens_by_itself(site: Site, replay: ReplayServer) -> None:
    """Two beats and two workers die at once and are started again, as systemd and compose do. Nobody does anything else."""
    site.manage("sync_projects")
    site.query(SWEEP_OFTEN)

    def start() -> list[subprocess.Popen[bytes]]:
        return [*map(site.beat, ("beat-1", "beat-2")), *map(site.worker, ("worker-1", "worker-2"))]

    processes = start()
    wait_until(lambda: site.value("SELECT COUNT(*) FROM fetch_outcomes") >= 20, what="the first outcomes")
    for process in processes:
        kill(process, signal.SIGKILL)
    left = site.value("SELECT COUNT(*) FROM fetch_targets WHERE claimed_until IS NOT NULL")
    assert left, "nobody was at work: nothing is proven"
    start()
    wait_until(lambda: all_answered(site) and idle(site), what="all targets answered")
    for metric, sql in (("edits", EDITS_SQL), ("active_editors", EDITORS_SQL)):
        expected, stored = (
            expected_rows(replay.state.data, published="2010-12", settled="2010-12", metric=metric),
            rows(site, sql),
        )
        assert stored.items() <= expected.items()
        # Whether silence means zero is known for certain the next day, when most wikis have the newest month.
        assert not any(expected[key] for key in expected.keys() - stored.keys())
    assert replay.state.most_in_flight <= 3
    assert not site.value("SELECT COUNT(*) FROM fetch_targets WHERE attempts > 0 OR parked_at IS NOT NULL OR claim <> ''")


RUBBISH = {  # and what the worker's log says of it
    "an unknown task": "there_is_no_such_task",
    "unknown arguments": "unexpected keyword argument 'nonsense'",
    "pickle": "Refusing to deserialize",
}


def send_rubbish(site: Site) -> None:
    """C08: messages that no worker should stumble over: rows that are gone, unknown tasks and arguments, pickle."""
    app = Celery(broker=site.environment["REDIS_URL"])
    app.conf.broker_transport_options = {"global_keyprefix": f"{site.environment['REDIS_KEY_PREFIX']}-"}
    app.send_task("edits.tasks.fetch_chunk", args=[987654321, [1, 2, 3]], queue="wikimedia")
    app.send_task("edits.tasks.there_is_no_such_task", queue="wikimedia")
    app.send_task("edits.tasks.fetch_chunk", kwargs={"nonsense": 1}, queue="wikimedia")
    app.send_task("edits.tasks.fetch_chunk", args=[987654321, [1, 2, 3]], queue="wikimedia", serializer="pickle")
    app.close()


def children_of(process: subprocess.Popen[bytes]) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True)
    return [int(pid) for pid in found.stdout.split()]


def test_f17_a_project_that_kills_real_workers_is_parked(site: Site, replay: ReplayServer) -> None:
    replay.state.latency = 0
    poison = open_domains(replay.state.data)[3]
    path = f"/edits/aggregate/{poison}/"
    replay.fault("hang", match=path, value=2)  # time enough to kill who asks
    site.manage("sync_projects")
    site.query(SWEEP_OFTEN)
    site.beat()
    worker = site.worker(pool="prefork", concurrency=1)
    for attempt in range(1, 4):
        wait_until(seen(replay, path, attempt), what=f"attempt {attempt}")
        for pid in children_of(worker):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: site.query(PARKED), what="the poison parked")
    wait_until(lambda: site.value("SELECT SUM(answered_at IS NULL) FROM fetch_targets") == 1, what="the others")
    assert site.query(PARKED) == [(poison, "edits")]
    assert worker.poll() is None
    assert sum(path in asked for asked in replay.paths) == 3


def test_f17_whoever_shares_a_process_with_the_poison_is_not_parked(site: Site, replay: ReplayServer) -> None:
    """The whole worker dies with its eight threads, three times, as a container does that runs out of memory."""
    replay.state.latency = 0.1
    poison = open_domains(replay.state.data)[3]
    path = f"/edits/aggregate/{poison}/"
    replay.fault("hang", match=path, value=20)
    site.manage("sync_projects")
    site.query(SWEEP_OFTEN)
    site.beat()
    for attempt in range(1, 4):
        worker = site.worker(f"worker-{attempt}", concurrency=8)
        wait_until(seen(replay, path, attempt), what=f"attempt {attempt}")
        kill(worker, signal.SIGKILL)
    site.worker("the-last")
    wait_until(lambda: site.query(PARKED), what="the poison parked")
    wait_until(lambda: site.value("SELECT SUM(answered_at IS NULL) FROM fetch_targets") == 1, what="the others")
    assert site.query(PARKED) == [(poison, "edits")]


def seen(replay: ReplayServer, path: str, times: int) -> Callable[[], bool]:
    return lambda: sum(path in asked for asked in replay.paths) >= times
