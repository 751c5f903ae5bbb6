"""Fetching in this process, for the commands: in threads, and with an end at Ctrl-C."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor, as_completed

from django.db import connections
from django.utils import timezone

from edits.fetching.claims import ask_again, ensure_targets, park_poison, release_claims
from edits.fetching.plan import due_targets
from edits.fetching.runs import Clock, chunked, close, finish_if_done, open_run
from edits.fetching.work import fetch_chunk
from edits.finding import UnknownProject, resolve_project
from edits.models import FetchOutcome, FetchRun, Project
from edits.wikimedia.session import Session


class CannotFetch(Exception):
    """There is nothing to fetch from; the message says why, and what to do."""


def fetch_in_foreground(
    *,
    session: Session,
    today: dt.date,
    metrics: Collection[str] = (),
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
    domains = _open_domains(domains)
    now = clock()
    park_poison(now=now)
    ensure_targets(now=now)
    if domains or since or backfill:
        chosen = Project.objects.open().filter(domain__in=domains) if domains else Project.objects.open()
        ask_again(projects=list(chosen), now=now, metrics=list(metrics))
    targets = list(due_targets(now=now, metrics=metrics, domains=domains))
    if not targets:
        return None
    run = open_run(targets=targets, now=now)
    on_start(len(targets))
    stopped = threading.Event()

    def end_after_ctrl_c() -> None:
        if stopped.is_set():
            raise KeyboardInterrupt

    def work(chunk: list[int]) -> list[FetchOutcome]:
        return fetch_chunk(
            run_id=run.pk,
            target_ids=chunk,
            session=session.watched(end_after_ctrl_c),
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
            _in_threads(work, chunked(targets), jobs, on_outcomes, stopped)
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
    stopped: threading.Event,
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
            stopped.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _open_domains(names: Collection[str]) -> list[str]:
    """The domains of the open projects that `names` mean; CannotFetch, with what is known of each, where one is none."""
    if not names and not Project.objects.open().exists():
        raise CannotFetch("No wiki is known: run sync_projects first")
    found: list[str] = []
    wrong: list[str] = []
    for name in names:
        try:
            project = resolve_project(name)
        except UnknownProject as error:
            meant = ", ".join(entry.domain for entry in error.suggestions)
            wrong.append(f"{name} is not in the list of wikis (run sync_projects){f'; similar: {meant}' if meant else ''}")
            continue
        found.append(project.domain)
        if not project.is_open:
            wrong.append(f"{project.domain} is closed, private or gone")
    if wrong:
        raise CannotFetch("; ".join(sorted(wrong)))
    return found
