"""Faults of Celery, its broker and the clock. What needs processes of its own is in tests/end_to_end/test_fetching.py."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache

import pytest
import redis
from celery import Celery
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from kombu.exceptions import ContentDisallowed
from kombu.serialization import dumps, loads

from accounts.models import User
from edits.fetching import services
from edits.fetching.claims import ask_again, claim, ensure_targets
from edits.fetching.runs import CHUNK, close_orphans, left_by_the_dead, open_run, open_sweep
from edits.fetching.work import fetch_chunk
from edits.metrics import METRICS
from edits.models import EditCount, EditorCount, FetchOutcome, FetchRun, FetchTarget, Project
from edits.tasks import fetch_chunk as fetch_chunk_task
from edits.wikimedia.budget import SharedBudget
from edits.wikimedia.factory import client_config
from edits.wikimedia.session import Session
from tests.end_to_end.processes import ROOT
from tests.replay.fixtures import METRICS_ASKED, NOW
from tests.replay.server import ReplayServer

State = FetchOutcome.State
Fetch = Callable[..., FetchRun | None]
MINUTE = dt.timedelta(minutes=1)
ALL_EDITS = 4 * 35 * len(METRICS["edits"].fetched)  # wikis, months, and each slice that is asked for


def facts() -> list[object]:
    """All stored counts, without their row numbers and times."""
    return [
        sorted(EditCount.objects.values_list("project__domain", "month", "edit_count")),
        sorted(EditorCount.objects.values_list("project__domain", "activity_level", "month", "editor_count")),
    ]


def work(run: FetchRun, ids: list[int], session: Session, now: dt.datetime = NOW) -> list[FetchOutcome]:
    return fetch_chunk(run_id=run.pk, target_ids=ids, session=session, today=NOW.date(), clock=lambda: now)


def sweep(now: dt.datetime = NOW) -> tuple[FetchRun, list[list[int]]]:
    opened = open_sweep(now=now)
    assert opened is not None
    return opened


def sweep_in_one_chunk(now: dt.datetime = NOW) -> tuple[FetchRun, list[int]]:
    """As if there were so much to do that all of this went to one worker."""
    run, chunks = sweep(now)
    return run, [pk for chunk in chunks for pk in chunk]


# --- C01, C02: everything twice -------------------------------------------------------------------------------------


def test_c01_a_message_that_comes_twice_or_late_changes_nothing(wikis: None, session: Session, replay: ReplayServer) -> None:
    run, chunks = sweep()
    for chunk in chunks:
        work(run, chunk, session)
    stored, asked = facts(), len(replay.paths)
    assert len(stored[0]) == ALL_EDITS  # type: ignore[arg-type]
    for chunk in reversed(chunks):
        assert work(run, chunk, session) == []
    assert (facts(), len(replay.paths)) == (stored, asked)
    assert run.outcomes.count() == run.planned


def test_c01_a_message_that_comes_twice_while_the_first_is_at_work(wikis: None, session: Session) -> None:
    run, chunk = sweep_in_one_chunk()
    first = claim(run=run, target_ids=chunk, now=NOW)
    almost = NOW + dt.timedelta(seconds=settings.FETCH_LEASE_SECONDS - 1)
    assert claim(run=run, target_ids=chunk, now=almost) == []
    assert len(first) == len(chunk)
    run.refresh_from_db()
    assert run.planned == len(chunk)  # they are this run's own: still to be waited for


def test_c01_what_another_run_works_on_is_not_waited_for(wikis: None, session: Session) -> None:
    run, chunk = sweep_in_one_chunk()
    claim(run=run, target_ids=chunk[:3], now=NOW)
    other = open_run(targets=list(FetchTarget.objects.filter(pk__in=chunk)), now=NOW)
    for _delivery in range(3):
        work(other, chunk[:5], session)
        other.refresh_from_db()
        assert (other.state, other.outcomes.count()) == (FetchRun.State.RUNNING, 2)
    work(other, chunk[5:], session)
    other.refresh_from_db()
    assert (other.state, other.planned) == (FetchRun.State.SUCCEEDED, len(chunk))
    assert other.outcomes.count() == len(chunk) - 3


def test_c01_what_a_later_run_has_planned_is_left_to_it(wikis: None, session: Session) -> None:
    run, chunk = sweep_in_one_chunk()
    other = open_run(targets=list(FetchTarget.objects.filter(pk__in=chunk[:3])), now=NOW)
    assert len(work(run, chunk, session)) == len(chunk) - 3
    assert len(work(other, chunk[:3], session)) == 3
    for each in (run, other):
        each.refresh_from_db()
        assert each.state == FetchRun.State.SUCCEEDED


def test_c01_fetch_again_is_not_lost_when_it_is_pressed_during_the_request(
    wikis: None, session: Session, replay: ReplayServer
) -> None:
    target = FetchTarget.objects.get(project__domain="is.wikipedia.org", metric="edits")
    pressed = NOW + dt.timedelta(seconds=5)

    class Slow(Session):
        def get_json(self, url: str, params: Mapping[str, str] | None = None) -> object:
            ask_again(projects=[target.project], now=pressed)
            return super().get_json(url, params)

    run, _chunks = sweep()
    work(run, [target.pk], Slow(session.config), NOW + dt.timedelta(seconds=6))
    target.refresh_from_db()
    assert target.answered_at is not None
    assert target.due_at == pressed


def test_c01_a_run_whose_project_is_deleted_comes_to_its_end(wikis: None, session: Session) -> None:
    run, chunk = sweep_in_one_chunk()
    Project.objects.get(domain="af.wikipedia.org").delete()
    work(run, chunk, session)
    run.refresh_from_db()
    assert (run.state, run.slot) == (FetchRun.State.SUCCEEDED, None)


@pytest.mark.django_db(transaction=True)
def test_c01_four_workers_with_the_same_message_at_once(session_for: Callable[..., Session]) -> None:
    session = session_for(patience=10)
    services.sync_project_list(session=session, now=NOW)
    run, chunk = sweep_in_one_chunk()
    barrier = threading.Barrier(4)

    def worker(_number: int) -> int:
        try:
            barrier.wait()
            return len(work(run, chunk, session))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(worker, range(4))) == [0, 0, 0, len(chunk)]
    assert EditCount.objects.count() == ALL_EDITS
    run.refresh_from_db()
    assert run.state == FetchRun.State.SUCCEEDED


@pytest.mark.django_db(transaction=True)
def test_c01_workers_of_one_run_do_not_wait_for_each_other(
    session_for: Callable[..., Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six workers store their chunks at once; a deadlock shows as an error, since nothing is tried again here."""
    monkeypatch.setattr("database.transactions.ATTEMPTS", 1)
    monkeypatch.setattr("edits.fetching.runs.CHUNK", 1)
    session = session_for(patience=20, max_in_flight=6)
    services.sync_project_list(session=session, now=NOW)
    for day in range(5):
        now = NOW + day * dt.timedelta(days=1)
        run, chunks = sweep(now)
        barrier = threading.Barrier(len(chunks))

        def worker(
            chunk: list[int], run: FetchRun = run, now: dt.datetime = now, together: threading.Barrier = barrier
        ) -> int:
            try:
                together.wait()
                return len(work(run, chunk, session, now))
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(chunks)) as pool:
            assert list(pool.map(worker, chunks)) == [1] * len(chunks)
        run.refresh_from_db()
        assert run.state == FetchRun.State.SUCCEEDED


def test_c02_two_beats_open_one_run(wikis: None) -> None:
    run, _chunks = sweep()
    assert open_sweep(now=NOW) is None
    assert FetchRun.objects.get(source=FetchRun.Source.WIKIMEDIA) == run


@pytest.mark.django_db(transaction=True)
def test_c02_two_beats_at_the_same_moment(session: Session) -> None:
    services.sync_project_list(session=session, now=NOW)
    barrier = threading.Barrier(4)

    def beat(_number: int) -> bool:
        try:
            barrier.wait()
            return open_sweep(now=NOW) is not None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(beat, range(4))) == [False, False, False, True]
    assert FetchRun.objects.filter(source=FetchRun.Source.WIKIMEDIA).count() == 1


# --- C03, C04: the broker refuses, or says nothing ---------------------------------------------------------------------


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that accepts connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(16)
        yield server.getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@cache
def redis_settings() -> dict[str, dict[str, object]]:
    """What the settings say of a broker in Redis, also in the run that has none."""
    code = (
        "import json; from alerts_site import settings as s; "
        "print(json.dumps([s.CELERY_BROKER_TRANSPORT_OPTIONS, s.CELERY_TASK_PUBLISH_RETRY_POLICY]))"
    )
    environment = os.environ | {"REDIS_URL": "redis://127.0.0.1:6379/0"}
    said = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    options, policy = json.loads(said.stdout.splitlines()[-1])
    return {"broker_transport_options": options, "task_publish_retry_policy": policy}


def broken_broker(port: int) -> Celery:
    """The project's Celery settings for Redis, with this port for a broker."""
    app = Celery("broken", broker=f"redis://127.0.0.1:{port}/0", set_as_current=False)
    app.conf.broker_transport_options = redis_settings()["broker_transport_options"]
    app.conf.task_publish_retry_policy = redis_settings()["task_publish_retry_policy"]
    return app


def fetch_again_is_saved(port: int, session: Session, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alice presses "fetch again": the page answers within 5 s and says so, and the sweep of the schedule takes it up."""
    services.sync_project_list(session=session, now=NOW)
    FetchTarget.objects.update(due_at=dt.datetime(2100, 1, 1, tzinfo=dt.UTC))
    monkeypatch.setattr(services, "current_app", broken_broker(port))
    target = FetchTarget.objects.get(project__domain="is.wikipedia.org", metric="edits")
    data = {"action": "fetch_again", "_selected_action": [target.pk]}
    started = time.monotonic()
    answer = client.post("/admin/edits/fetchtarget/", data)
    assert time.monotonic() - started < 5
    assert (
        f"{len(METRICS_ASKED)} series will be asked again later: that is saved"
        in client.get(answer["Location"]).content.decode()
    )
    _run, chunks = sweep(dt.datetime.now(dt.UTC) + MINUTE)
    assert target.pk in [pk for chunk in chunks for pk in chunk]


@pytest.mark.django_db(transaction=True)
def test_c03_fetch_again_is_saved_while_the_broker_refuses(
    closed_port: int,
    session: Session,
    alice: User,
    client_for: Callable[[User], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fetch_again_is_saved(closed_port, session, client_for(alice), monkeypatch)


@pytest.mark.django_db(transaction=True)
def test_c04_fetch_again_is_saved_while_the_broker_says_nothing(
    silent_port: int,
    session: Session,
    alice: User,
    client_for: Callable[[User], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fetch_again_is_saved(silent_port, session, client_for(alice), monkeypatch)


# --- C05, C06: what Redis forgets, what workers leave behind -----------------------------------------------------------


def test_c05_messages_that_were_lost_are_sent_again(wikis: None, session: Session) -> None:
    run, chunks = sweep()  # the broker is flushed: nobody ever gets them
    assert open_sweep(now=NOW + dt.timedelta(seconds=settings.FETCH_ORPHAN_SECONDS - 1)) is None
    again, chunks = sweep(NOW + 16 * MINUTE)
    run.refresh_from_db()
    assert run.state == FetchRun.State.INTERRUPTED
    for chunk in chunks:
        work(again, chunk, session, NOW + 16 * MINUTE)
    assert EditCount.objects.count() == ALL_EDITS


def test_c05_a_budget_that_is_forgotten_costs_nothing(
    redis_url: str, replay: ReplayServer, wikis: None, fetch: Fetch, session_for: Callable[..., Session]
) -> None:
    session = session_for(max_per_minute=1000)
    fetch(session=session, domains=["is.wikipedia.org"])
    with redis.Redis.from_url(redis_url) as client:
        for key in client.scan_iter(f"{session.config.key_prefix}*"):
            client.delete(key)
        client.script_flush()
    run = fetch()
    assert run is not None
    assert run.state == FetchRun.State.SUCCEEDED
    run = fetch(session=session, backfill=True)
    assert run is not None
    assert run.state == FetchRun.State.SUCCEEDED
    assert replay.state.most_in_flight <= 3


def test_c06_a_place_in_flight_comes_back_from_a_killed_worker(redis_url: str, session_for: Callable[..., Session]) -> None:
    """The lease of a place is as long as the longest request; here it is cut short to see it run out."""
    config = session_for(max_in_flight=1, patience=0.3, deadline=0.1, connect_timeout=0.1).config
    budget = session_for(max_in_flight=1, patience=0.3, deadline=0.1, connect_timeout=0.1).budget
    holder = budget.acquire()
    holder.__enter__()
    key = f"{config.key_prefix}-wikimedia:place:0"
    with redis.Redis.from_url(redis_url) as client:
        assert 0 < client.pttl(key) <= 6000
        client.pexpire(key, 50)  # the holder is dead, and time passes
        with budget.acquire(patience=1):
            assert client.exists(key)
        assert not client.exists(key)


def test_c06_claims_of_a_closed_run_are_free_at_once(wikis: None, session: Session) -> None:
    run, chunk = sweep_in_one_chunk()
    claim(run=run, target_ids=chunk, now=NOW)
    later = NOW + 16 * MINUTE
    again, chunks = sweep(later)
    assert sorted(pk for chunk in chunks for pk in chunk) == sorted(chunk)
    assert len(chunks) == 1  # one after the other, by one worker: who killed the first will show
    for ids in chunks:
        work(again, ids, session, later)
    again.refresh_from_db()
    assert again.state == FetchRun.State.SUCCEEDED
    assert not FetchTarget.objects.filter(attempts__gt=0).exists()
    # The message of the first run comes after all: its run is closed, nothing happens.
    assert work(run, chunk, session, later) == []


# --- C07: time limits --------------------------------------------------------------------------------------------------


def test_c07_a_task_past_its_limit_keeps_what_it_has(wikis: None, session: Session, replay: ReplayServer) -> None:
    def strike(*_args: object) -> None:
        raise SoftTimeLimitExceeded

    def wait_and_strike() -> None:
        while not any("/edits/aggregate/is.wikipedia" in path for path in replay.paths):
            time.sleep(0.01)
        signal.pthread_kill(main_thread, signal.SIGUSR1)

    replay.fault("hang", match="/edits/aggregate/is.wikipedia", value=4, times=1)
    run, chunk = sweep_in_one_chunk()
    main_thread = threading.main_thread().ident
    assert main_thread is not None
    previous = signal.signal(signal.SIGUSR1, strike)  # as Celery's worker does it
    striker = threading.Thread(target=wait_and_strike, daemon=True)
    striker.start()
    try:
        outcomes = work(run, chunk, session)
    finally:
        striker.join(10)
        signal.signal(signal.SIGUSR1, previous)
    states = {(outcome.project.domain, outcome.metric): outcome.state for outcome in outcomes}
    assert states["af.wikipedia.org", "edits"] == State.STORED
    assert states["is.wikipedia.org", "edits"] == State.TIMED_OUT
    assert states["uz.wikipedia.org", "edits"] == State.TIMED_OUT
    run.refresh_from_db()
    assert run.state == FetchRun.State.FAILED
    struck = FetchTarget.objects.get(project__domain="is.wikipedia.org", metric="edits")
    spared = FetchTarget.objects.get(project__domain="uz.wikipedia.org", metric="edits")
    assert (struck.attempts, spared.attempts) == (1, 0)
    # All is made good later.
    again, chunks = sweep(NOW + 16 * MINUTE)
    for ids in chunks:
        work(again, ids, session, NOW + 16 * MINUTE)
    assert EditCount.objects.count() == ALL_EDITS
    struck.refresh_from_db()
    assert struck.attempts == 0


# --- C08, C09: messages ------------------------------------------------------------------------------------------------


def test_c08_ids_of_rows_that_are_gone_are_dropped(wikis: None, session: Session, replay: ReplayServer) -> None:
    replay.state.log.clear()
    assert fetch_chunk_task(run_id=987654321, target_ids=[1, 2]) is None
    run, chunk = sweep_in_one_chunk()
    FetchTarget.objects.filter(pk=chunk[0]).delete()
    outcomes = work(run, [*chunk, 987654321], session)
    assert len(outcomes) == len(chunk) - 1


def test_c08_only_json_is_accepted() -> None:
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
    assert settings.CELERY_TASK_SERIALIZER == "json"
    content_type, encoding, payload = dumps({"x": 1}, serializer="pickle")
    with pytest.raises(ContentDisallowed):
        loads(payload, content_type, encoding, accept=settings.CELERY_ACCEPT_CONTENT)


@pytest.mark.django_db(transaction=True)
def test_c09_what_is_rolled_back_sends_no_message(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    services.sync_project_list(session=session, now=NOW)
    sent: list[str] = []
    monkeypatch.setattr(services.current_app, "send_task", lambda name, **kwargs: sent.append(name))
    projects = list(Project.objects.all())

    class Undo(Exception):
        pass

    @transaction.atomic
    def request_and_undo() -> None:
        services.request_fetch(projects=projects, now=NOW)
        raise Undo

    with pytest.raises(Undo):
        request_and_undo()
    assert sent == []
    services.request_fetch(projects=projects, now=NOW)
    assert sent == ["edits.tasks.sweep_missing"]


# --- C11: the clock ----------------------------------------------------------------------------------------------------


def test_c11_a_clock_that_jumps_back_skips_nothing(wikis: None, fetch: Fetch, session: Session) -> None:
    run, chunk = sweep_in_one_chunk(NOW)
    work(run, chunk[:4], session, NOW)
    back = NOW - dt.timedelta(hours=1)
    assert open_sweep(now=back) is None  # the run of an hour to come is still alive
    work(run, chunk[4:], session, back)
    run.refresh_from_db()
    assert run.state == FetchRun.State.SUCCEEDED
    stored = facts()
    assert fetch(back) is None
    assert fetch(NOW + dt.timedelta(days=1)) is not None
    assert facts() == stored
    assert len(stored[0]) == ALL_EDITS  # type: ignore[arg-type]


def test_a_chunk_notes_its_outcomes_once(wikis: None, session: Session) -> None:
    run, chunk = sweep_in_one_chunk()
    with CaptureQueriesContext(connection) as captured:
        work(run, chunk, session)
    written = [query["sql"] for query in captured if "INSERT" in query["sql"] and "fetch_outcomes" in query["sql"]]
    assert len(written) == len(METRICS_ASKED)


def test_chunks_cover_every_target_once(db: None) -> None:
    Project.objects.bulk_create(
        Project(domain=f"w{number}.wikipedia.org", dbname=f"w{number}wiki", family="wikipedia") for number in range(70)
    )
    ensure_targets(now=NOW)
    _run, chunks = sweep()
    ids = [pk for chunk in chunks for pk in chunk]
    assert sorted(ids) == sorted(FetchTarget.objects.values_list("pk", flat=True))
    assert max(map(len, chunks)) == CHUNK


# --- F7: how soon work goes on ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_f7_what_dead_workers_left_is_taken_up_within_a_minute_by_the_defaults() -> None:
    """Each way in which work may stand still: a claim, a run whose messages are lost, a place in the budget of requests."""
    schedule = PeriodicTask.objects.get(task="edits.tasks.sweep_missing")
    sweep_every = schedule.interval.schedule.run_every.total_seconds()
    assert settings.FETCH_LEASE_SECONDS + sweep_every <= 60
    assert settings.FETCH_ORPHAN_SECONDS + sweep_every <= 60
    assert SharedBudget(replace(client_config(), redis_url="redis://127.0.0.1/"))._request_lease <= 60
    assert settings.FETCH_LEASE_SECONDS < settings.FETCH_ORPHAN_SECONDS  # a run outlives what is claimed for it
    text = (ROOT / "docs" / "operations.md").read_text()
    for name in ("FETCH_LEASE_SECONDS", "FETCH_ORPHAN_SECONDS"):
        assert f"{name} {getattr(settings, name)}" in text
    assert f"the sweep every {sweep_every:.0f} seconds" in text


@pytest.mark.django_db
@pytest.mark.parametrize("task", ["alerts.tasks.detect", "causes.tasks.explain"])
def test_f7_what_a_lost_message_left_is_taken_up_within_a_minute_by_the_defaults(task: str) -> None:
    schedule = PeriodicTask.objects.get(task=task)
    assert schedule.interval.schedule.run_every.total_seconds() <= 60
    assert schedule.expire_seconds is not None, "messages that no worker takes would pile up"


def test_f7_what_a_dead_worker_had_claimed_is_handed_out_again_while_the_run_goes_on(
    wikis: None, session: Session, replay: ReplayServer
) -> None:
    run, chunk = sweep_in_one_chunk()
    claim(run=run, target_ids=chunk[:3], now=NOW)  # and dies
    handed: list[tuple[int, list[int]]] = []
    later = NOW + dt.timedelta(seconds=settings.FETCH_LEASE_SECONDS)
    services.sweep(now=later - dt.timedelta(seconds=1), dispatch=lambda run_id, ids: handed.append((run_id, ids)))
    assert handed == []
    for _beat in range(2):
        services.sweep(now=later, dispatch=lambda run_id, ids: handed.append((run_id, ids)))
    assert handed == [(run.pk, sorted(chunk[:3]))]
    work(run, chunk[3:], session, later)
    assert len(work(run, handed[0][1], session, later)) == 3
    run.refresh_from_db()
    assert (run.state, run.outcomes.count()) == (FetchRun.State.SUCCEEDED, len(chunk))


@pytest.mark.django_db(transaction=True)
def test_f7_a_request_that_takes_longer_than_a_lease_is_not_sent_twice(
    wikis: None, session: Session, replay: ReplayServer, settings: object
) -> None:
    settings.FETCH_LEASE_SECONDS = settings.FETCH_ORPHAN_SECONDS = 1  # type: ignore[attr-defined]
    replay.fault("hang", match="/edits/aggregate/is.wikipedia", value=3, times=1)
    run, chunks = open_sweep(now=timezone.now()) or pytest.fail("nothing is due")
    ids = [pk for chunk in chunks for pk in chunk]
    with ThreadPoolExecutor(1) as pool:

        def at_work() -> list[FetchOutcome]:
            try:
                return fetch_chunk(run_id=run.pk, target_ids=ids, session=session, today=NOW.date())
            finally:
                connections.close_all()

        working = pool.submit(at_work)
        while not working.done():
            time.sleep(0.3)
            assert left_by_the_dead(now=timezone.now()) == []
            assert close_orphans(now=timezone.now()) == 0
        assert len(working.result()) == run.planned
