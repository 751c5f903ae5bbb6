"""Fetching in this process, for the commands: in threads, with signs of life while it waits, and an end at Ctrl-C."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress

from django.conf import settings
from django.db import OperationalError, connections
from django.utils import timezone

from edits.fetching.claims import ask_again, ensure_targets, park_poison, release_claims, renew_claims
from edits.fetching.plan import FETCHED_METRICS, due_targets, open_projects
from edits.fetching.runs import beat, chunked, close, finish_if_done, open_run
from edits.fetching.work import Clock, fetch_chunk
from edits.models import FetchOutcome, FetchRun, Project
from edits.wikimedia.session import Session

BEATS = 5  # signs of life within the time after which a run without one is closed


class CannotFetch(Exception):
    """There is nothing to fetch from; the message says why, and what to do."""


class Pulse:
    """Called again and again by all threads: keeps the run alive, and ends them once Ctrl-C was pressed."""

    def __init__(self, run: FetchRun, clock: Clock) -> None:
        self.run, self.clock = run, clock
        self.stopped = threading.Event()
        self._next = 0.0

    def __call__(self) -> None:
        if self.stopped.is_set():
            raise KeyboardInterrupt
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + settings.FETCH_ORPHAN_SECONDS / BEATS
            with suppress(OperationalError):  # the database is away for a moment: the next one may be heard
                beat(run=self.run, now=self.clock())
                renew_claims(run=self.run, now=self.clock())


def fetch_in_foreground(
    *,
    session: Session,
    today: dt.date,
    metrics: Collection[str] = FETCHED_METRICS,
    domains: Collection[str] = (),
    since: dt.date | None = None,
    backfill: bool = False,
    jobs: int = 1,
    clock: Clock = timezone.now,
    on_start: Callable[[int], object] = lambda planned: None,
    on_outcomes: Callable[[list[FetchOutcome]], object] = lambda outcomes: None,
) -> FetchRun | None:
    """Fetch in this process, in `jobs` threads, and return the run as it ended; None when nothing was due and free.

    Projects that are named, and a `since` or `backfill`, are asked at once whether they are due or not. When
    interrupted, the run is closed as such, what is stored stays, and the rest is due as before. Raises CannotFetch for a
    domain that is not an open project, and when there is no project at all.
    """
    _refuse_unknown(domains)
    now = clock()
    park_poison(now=now)
    ensure_targets(now=now)
    if domains or since or backfill:
        chosen = open_projects().filter(domain__in=domains) if domains else open_projects()
        ask_again(projects=list(chosen), now=now, metrics=list(metrics))
    targets = list(due_targets(now=now, metrics=metrics, domains=domains))
    if not targets:
        return None
    run = open_run(targets=targets, now=now)
    on_start(len(targets))
    pulse = Pulse(run, clock)

    def work(chunk: list[int]) -> list[FetchOutcome]:
        return fetch_chunk(
            run_id=run.pk,
            target_ids=chunk,
            session=session.watched(pulse),
            today=today,
            since=since,
            backfill=backfill,
            clock=clock,
        )

    try:
        if jobs == 1:
            for chunk in chunked(targets):
                on_outcomes(work(chunk))
        else:
            _in_threads(work, chunked(targets), jobs, on_outcomes, pulse)
    except BaseException:
        close(run=run, state=FetchRun.State.INTERRUPTED, now=clock())
        release_claims(run=run)
        raise
    finish_if_done(run=run, now=clock())
    run.refresh_from_db()
    return run


def _in_threads(
    work: Callable[[list[int]], list[FetchOutcome]],
    chunks: list[list[int]],
    jobs: int,
    on_outcomes: Callable[[list[FetchOutcome]], object],
    pulse: Pulse,
) -> None:
    def one(chunk: list[int]) -> list[FetchOutcome]:
        try:
            return work(chunk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(jobs, thread_name_prefix="fetch") as pool:
        futures = [pool.submit(one, chunk) for chunk in chunks]
        try:
            for future in as_completed(futures):
                on_outcomes(future.result())
        except BaseException:
            pulse.stopped.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _refuse_unknown(domains: Collection[str]) -> None:
    """CannotFetch for the domains that are not open projects, with what is known of each."""
    if not domains and not open_projects().exists():
        raise CannotFetch("No wiki is known: run sync_projects first")
    known = Project.objects.in_bulk(domains, field_name="domain")
    wrong = [f"{domain} is not in the list of wikis (run sync_projects)" for domain in domains if domain not in known]
    wrong += [f"{domain} is closed, private or gone" for domain, project in known.items() if not project.is_open]
    if wrong:
        raise CannotFetch("; ".join(sorted(wrong)))
