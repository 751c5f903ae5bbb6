"""Fetching as tasks, commands and the admin start it."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection, Sequence

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from edits.fetching.claims import ask_again, ensure_targets
from edits.fetching.runs import PROBE_EVERY, left_by_the_dead, open_sweep
from edits.models import FetchRun, Project
from edits.records import BadRecord
from edits.services import SyncResult, finish_run, start_run, sync_projects
from edits.wikimedia.errors import BadPayload, printable
from edits.wikimedia.session import Session
from edits.wikimedia.sitematrix import fetch_sitematrix

logger = logging.getLogger(__name__)


def sync_project_list(*, session: Session, now: dt.datetime) -> SyncResult:
    """Take over Wikimedia's list of wikis; new ones are due at once, with their whole history.

    Raises WikimediaError when the list cannot be had or makes no sense: the last good one is kept. Either way the runs tell.
    """
    run = start_run(source=FetchRun.Source.SITEMATRIX, planned=0)
    try:
        result = sync_projects(records=fetch_sitematrix(session), now=now)
    except BaseException as error:
        _finish_sync(run, FetchRun.State.ALL_FAILED, str(error) or type(error).__name__, now)
        if isinstance(error, BadRecord):
            raise BadPayload(str(error)) from error
        raise
    _finish_sync(run, FetchRun.State.SUCCEEDED, str(result), now)
    ensure_targets(now=now)
    return result


def _finish_sync(run: FetchRun, state: str, note: str, now: dt.datetime) -> None:
    """Close the run, and earlier ones that are still open: a worker that was killed, or lost its database, could not do it."""
    FetchRun.objects.filter(pk=run.pk).update(note=printable(note, 500))
    finish_run(run=run, state=state, now=now)
    for earlier in FetchRun.objects.filter(source=run.source, finished_at=None, pk__lt=run.pk):
        finish_run(run=earlier, state=FetchRun.State.INTERRUPTED, now=now)


def asks_for_the_list_again(*, now: dt.datetime) -> bool:
    """Whether the last attempts at the list of wikis failed, and they are over for as long as they took together.

    The schedule alone would try again after hours. So it is a minute, then two, then four.
    """
    attempts = FetchRun.objects.filter(source=FetchRun.Source.SITEMATRIX)
    last = attempts.first()
    if last is None or last.finished_at is None or last.state == FetchRun.State.SUCCEEDED:
        return False
    good = attempts.filter(state=FetchRun.State.SUCCEEDED).first()
    since = attempts.filter(started_at__gt=good.started_at) if good else attempts
    first = since.last()
    taken = last.finished_at - first.started_at if first else PROBE_EVERY
    return now - last.finished_at >= max(taken, PROBE_EVERY)


def request_fetch(*, projects: Sequence[Project], now: dt.datetime, metrics: Collection[str] = ()) -> tuple[int, bool]:
    """Ask again for `projects`, parked or not, as soon as a worker is free.

    Returns how many series that are, and whether the workers have been told. Where they have not (the broker does not
    answer), the request is saved all the same, and the next sweep of the schedule takes it up.
    """
    told: list[bool] = []
    with transaction.atomic():
        number = ask_again(projects=projects, now=now, metrics=metrics)
        transaction.on_commit(lambda: told.append(wake_sweep()))
    return number, told == [True]


def wake_sweep() -> bool:
    """Start a sweep now rather than at its hour; False when the broker does not take the message."""
    try:
        # Somebody waits for the page: a broker that says nothing is asked once.
        current_app.send_task("edits.tasks.sweep_missing", retry_policy={"max_retries": 0})
    except (OperationalError, OSError) as error:
        logger.warning("The broker took no message; the schedule will start the sweep: %s", error)
        return False
    return True


def sweep(*, now: dt.datetime, dispatch: Callable[[int, list[int]], object]) -> FetchRun | None:
    """Open a run for everything that is due and hand each chunk (run id, target ids) to `dispatch`; None when idle.

    Of a run that is under way, what dead workers left is handed over again. A chunk that cannot be handed over is lost for
    this run only: what it held stays due.
    """
    for run, ids in left_by_the_dead(now=now):
        dispatch(run.pk, ids)
    opened = open_sweep(now=now)
    if opened is None:
        return None
    run, chunks = opened
    for chunk in chunks:
        dispatch(run.pk, chunk)
    return run
