"""Who kills its worker, and what a killed worker leaves behind (F17)."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connections

from edits.fetching import services
from edits.fetching.claims import ask_again, claim_batches
from edits.fetching.plan import MAX_ATTEMPTS
from edits.fetching.runs import MAX_STEP, close_orphans, open_sweep
from edits.models import FetchRun, FetchTarget
from edits.wikimedia.config import ClientConfig
from edits.wikimedia.session import Session
from tests.faults.facts import ICELANDIC, expected, stored, work_on
from tests.replay.fixtures import NOW
from tests.replay.server import ReplayServer


class Killed(BaseException):
    """Stands for SIGKILL: nothing after it runs. The end-to-end test sends the real one."""


SECOND = dt.timedelta(seconds=1)
SILENT = dt.timedelta(seconds=settings.FETCH_ORPHAN_SECONDS)  # a run without a sign of life for longer has no process


def killed_by(session: Session, poison: str) -> Session:
    class Deadly(Session):
        def get_json(self, url: str, params: object = None) -> object:
            if poison in url:
                raise Killed
            return super().get_json(url)

    return Deadly(session.config)


def sweep_with(session: Session, *, now: dt.datetime) -> None:
    run, chunks = open_sweep(now=now) or (None, [])
    for chunk in chunks:
        assert run is not None
        with contextlib.suppress(Killed):
            work_on(run, chunk, session, now)


def test_f17_a_project_that_kills_its_worker_is_parked_after_three_attempts(wikis: None, session: Session) -> None:
    deadly = killed_by(session, "edits/aggregate/is.wikipedia")
    for hour in range(MAX_ATTEMPTS + 1):  # after an hour the claim and the run of the killed worker have run out
        sweep_with(deadly, now=NOW + dt.timedelta(hours=hour))
    poison = FetchTarget.objects.get(parked_at__isnull=False)
    assert (poison.project.domain, poison.metric) == (ICELANDIC, "edits")
    assert "3 attempts" in poison.last_error
    assert all(target.answered_at for target in FetchTarget.objects.exclude(pk=poison.pk))
    assert stored(ICELANDIC) == {}
    assert stored("uz.wikipedia.org") == expected("uz.wikipedia.org", dt.date(2022, 11, 1))
    assert not FetchRun.objects.filter(state=FetchRun.State.RUNNING).exists()
    # A person lets it go again.
    ask_again(projects=[poison.project], now=NOW)
    sweep_with(session, now=NOW + dt.timedelta(hours=5))
    assert stored(ICELANDIC) == expected(ICELANDIC, dt.date(2022, 11, 1))


def test_f17_what_did_not_come_back_goes_to_one_worker_which_claims_one_after_the_other(wikis: None) -> None:
    services.ensure_targets(now=NOW)
    ids = list(FetchTarget.objects.order_by("pk").values_list("pk", flat=True))
    FetchTarget.objects.filter(pk__in=ids[1:4]).update(attempts=1)
    FetchTarget.objects.filter(pk=ids[2]).update(attempts=2)
    _run, chunks = open_sweep(now=NOW) or pytest.fail("nothing is due")
    assert sorted(chunks[-1]) == ids[1:4]
    assert sorted(pk for chunk in chunks for pk in chunk) == ids
    assert claim_batches(ids) == [[ids[0], *ids[4:]], [ids[1]], [ids[3]], [ids[2]]]


class Dying(Session):
    """What the threads of one process share: when one of them asks for the poison, the process dies with all of them."""

    poison = "edits/aggregate/is.wikipedia"

    def __init__(self, config: ClientConfig) -> None:
        super().__init__(config)
        self.dead = threading.Event()

    def get_json(self, url: str, params: Mapping[str, str] | None = None) -> object:
        if self.poison in url:
            time.sleep(0.2)  # the others are at work on theirs by now
            self.dead.set()
        if self.dead.wait(0.3):
            raise Killed
        return super().get_json(url, params)


@pytest.mark.django_db(transaction=True)
def test_f17_who_is_at_work_beside_the_poison_is_not_parked(session: Session) -> None:
    services.sync_project_list(session=session, now=NOW)
    for hour in range(MAX_ATTEMPTS + 1):
        now, process = NOW + dt.timedelta(hours=hour), Dying(session.config)
        run, chunks = open_sweep(now=now) or (None, [])

        def thread(chunk: list[int], run: FetchRun | None = run, now: dt.datetime = now, process: Dying = process) -> None:
            assert run is not None
            try:
                with contextlib.suppress(Killed):
                    work_on(run, chunk, process, now)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(thread, chunks))
    parked = FetchTarget.objects.exclude(parked_at=None).values_list("project__domain", "metric")
    assert list(parked) == [(ICELANDIC, "edits")]
    assert FetchTarget.objects.filter(answered_at=None).count() == 1


def test_f17_being_told_to_wait_clears_nobody(wikis: None, session: Session, replay: ReplayServer) -> None:
    """What was only put off is as suspect as before; what was told to wait itself has come back."""
    ids = list(FetchTarget.objects.order_by("pk").values_list("pk", flat=True))
    FetchTarget.objects.filter(pk__in=ids[2:4]).update(attempts=1)
    replay.fault("rate_limited", value="120", times=1)
    run, _chunks = open_sweep(now=NOW) or pytest.fail("nothing is due")
    work_on(run, ids, session)
    attempts = dict(FetchTarget.objects.values_list("pk", "attempts"))
    assert attempts == dict.fromkeys(ids, 0) | dict.fromkeys(ids[2:4], 1)
    run.refresh_from_db()
    assert (run.state, run.outcomes.count()) == (FetchRun.State.RATE_LIMITED, len(ids))


def test_f17_a_run_without_a_sign_of_life_is_closed(wikis: None) -> None:
    opened = open_sweep(now=NOW)
    assert opened is not None
    assert open_sweep(now=NOW + SILENT - SECOND) is None  # it may be alive
    assert close_orphans(now=NOW + SILENT + SECOND) == 1
    run = FetchRun.objects.get(source=FetchRun.Source.WIKIMEDIA)
    assert (run.state, run.slot) == (FetchRun.State.INTERRUPTED, None)


@pytest.mark.django_db
@pytest.mark.parametrize("source", FetchRun.Source.values)
def test_c06_a_run_of_any_source_whose_process_was_killed_does_not_run_for_ever(source: str) -> None:
    run = FetchRun.objects.create(source=source, heartbeat_at=NOW)
    silent = SILENT if source == FetchRun.Source.WIKIMEDIA else MAX_STEP
    assert close_orphans(now=NOW + silent - SECOND) == 0
    assert close_orphans(now=NOW + silent + SECOND) == 1
    run.refresh_from_db()
    assert run.state == FetchRun.State.INTERRUPTED
    assert run.finished_at is not None
