"""The life of a run: opened for what is due, kept alive by its workers, closed by whoever finishes last."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from django.conf import settings
from django.db import IntegrityError

from database.transactions import retried_transaction
from edits.fetching.claims import ensure_targets, park_poison, release_claims
from edits.fetching.plan import FETCHED_METRICS, due_targets, frontier
from edits.models import FetchOutcome, FetchRun, FetchTarget
from edits.signals import run_finished

SWEEP = "sweep"
CHUNK = 10  # targets at most in one task and one transaction
State = FetchOutcome.State
FAILURES = (State.UNAVAILABLE, State.BAD_PAYLOAD, State.TIMED_OUT, State.ERROR)


def open_sweep(*, now: dt.datetime) -> tuple[FetchRun, list[list[int]]] | None:
    """A run for everything that is due, and its chunks of target ids; None when nothing is, or a sweep is under way.

    Two beats, or a beat and a person, may call this at the same moment: the slot lets one of them through.
    """
    close_orphans(now=now)
    park_poison(now=now)
    ensure_targets(now=now)
    targets = list(due_targets(now=now))
    if not targets:
        return None
    try:
        run = open_run(targets=targets, now=now, slot=SWEEP)
    except IntegrityError:
        return None
    return run, chunked(targets)


@retried_transaction
def open_run(
    *, targets: Sequence[FetchTarget], now: dt.datetime, slot: str | None = None, note: str = "", requested_by: object = None
) -> FetchRun:
    """A run that is to deal with `targets`, also with those that another run has planned and not begun.

    What counts as published is fixed here, for all its workers alike.
    """
    months = {metric: frontier(metric=metric) for metric in FETCHED_METRICS}
    run = FetchRun.objects.create(
        source=FetchRun.Source.WIKIMEDIA,
        planned=len(targets),
        heartbeat_at=now,
        slot=slot,
        note=note,
        requested_by=requested_by,  # type: ignore[misc]
        frontiers={metric: month.isoformat() for metric, month in months.items() if month},
    )
    FetchTarget.objects.filter(pk__in=[target.pk for target in targets]).update(planned_by=run)
    return run


def chunked(targets: Sequence[FetchTarget]) -> list[list[int]]:
    """The ids in chunks, smaller towards the end, so that all workers finish at about the same time.

    What did not come back before goes into one chunk, whoever is at work on it: it is asked one by one (claims.apart).
    """
    fresh = [target.pk for target in targets if target.attempts == 0]
    suspects = [target.pk for target in targets if target.attempts]
    chunks = []
    while fresh:
        size = min(CHUNK, len(fresh) // CHUNK + 1)
        chunks.append(fresh[:size])
        fresh = fresh[size:]
    return [*chunks, suspects] if suspects else chunks


def beat(*, run: FetchRun, now: dt.datetime) -> None:
    """A worker of `run` is alive."""
    FetchRun.objects.filter(pk=run.pk, heartbeat_at__lt=now).update(heartbeat_at=now)


def finish_if_done(*, run: FetchRun, now: dt.datetime) -> bool:
    """Close `run` when nothing is left that it planned; return whether this call closed it."""
    if FetchTarget.objects.filter(planned_by=run).exists():
        return False
    states = set(FetchOutcome.objects.filter(run=run).values_list("state", flat=True).distinct())
    if State.RATE_LIMITED in states:
        state = FetchRun.State.RATE_LIMITED
    else:
        state = FetchRun.State.FAILED if states.intersection(FAILURES) else FetchRun.State.SUCCEEDED
    return close(run=run, state=state, now=now)


@retried_transaction
def close(*, run: FetchRun, state: str, now: dt.datetime) -> bool:
    """Close `run` and announce it; False when another worker has done so before."""
    won = FetchRun.objects.filter(pk=run.pk, finished_at=None).update(
        state=state, finished_at=now, heartbeat_at=now, slot=None
    )
    if won:
        run.refresh_from_db()
        run_finished.send(sender=FetchRun, run=run, changes=changes_of(run))
    return bool(won)


def changes_of(run: FetchRun) -> dict[str, list[int]]:
    """By metric, the projects whose counts the run changed."""
    changes: dict[str, list[int]] = defaultdict(list)
    stored = FetchOutcome.objects.filter(run=run, state=State.STORED).order_by("project_id")
    for metric, project in stored.values_list("metric", "project_id"):
        changes[metric].append(project)
    return dict(changes)


def close_orphans(*, now: dt.datetime) -> int:
    """Close the runs that have not shown a sign of life for too long; what they left undone is due as before."""
    limit = now - dt.timedelta(seconds=settings.FETCH_ORPHAN_SECONDS)
    sources = (FetchRun.Source.WIKIMEDIA, FetchRun.Source.SITEMATRIX)
    orphans = FetchRun.objects.filter(source__in=sources, state=FetchRun.State.RUNNING, heartbeat_at__lt=limit)
    closed = 0
    for run in orphans:
        closed += close(run=run, state=FetchRun.State.INTERRUPTED, now=now)
        release_claims(run=run)
    return closed
