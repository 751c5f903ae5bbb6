"""The life of a run: opened for what is due, kept alive by its workers, closed by whoever finishes last."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError
from django.db.models import Q

from database.transactions import retried_transaction
from edits.fetching.claims import ensure_targets, park_poison, release_claims, take_back
from edits.fetching.plan import due_targets, frontier
from edits.metrics import fetched_metrics
from edits.models import FetchOutcome, FetchRun, FetchTarget
from edits.selectors import forget_definitions
from edits.signals import run_finished

if TYPE_CHECKING:
    from accounts.models import User

SWEEP = "sweep"
MAX_EQUAL_FAILURES = 20  # of the same kind in a row, after which a run stops
CHUNK = 10  # targets at most in one task and one transaction
# The list of wikis and recorded data are taken over in one step, which may take its time.
MAX_STEP = dt.timedelta(minutes=5)
# While Wikimedia is away, one series is asked for so often; when it is answered, all that is due follows.
PROBE_EVERY = dt.timedelta(minutes=1)
State = FetchOutcome.State
Clock = Callable[[], dt.datetime]
FAILURES = (State.UNAVAILABLE, State.BAD_PAYLOAD, State.TIMED_OUT, State.ERROR, State.INCONSISTENT)


def open_sweep(*, now: dt.datetime) -> tuple[FetchRun, list[list[int]]] | None:
    """A run for everything that is due, and its chunks of target ids; None when nothing is, or a sweep is under way.

    Two beats, or a beat and a person, may call this at the same moment: the slot lets one of them through. After a run in
    which everything failed, one series is asked for first.
    """
    close_orphans(now=now)
    park_poison(now=now)
    ensure_targets(now=now)
    targets = list(due_targets(now=now))
    last = _last_run()
    if last is not None and last.state == FetchRun.State.ALL_FAILED:
        targets = targets[:1] if last.finished_at is None or now - last.finished_at >= PROBE_EVERY else []
    if not targets:
        return None
    try:
        run = open_run(targets=targets, now=now, slot=SWEEP)
    except IntegrityError:
        return None
    return run, chunked(targets)


@retried_transaction
def open_run(
    *,
    targets: Sequence[FetchTarget],
    now: dt.datetime,
    slot: str | None = None,
    note: str = "",
    requested_by: User | None = None,
) -> FetchRun:
    """A run that is to deal with `targets`, also with those that another run has planned and not begun.

    What counts as published is fixed here, for all its workers alike.
    """
    months = {metric: frontier(metric=metric) for metric in fetched_metrics()}
    frontiers = {metric: month.isoformat() for metric, month in months.items() if month}
    last = _last_run()
    if slot and last is not None and last.state == FetchRun.State.ALL_FAILED:
        run = last
        _reopen(run, len(targets), frontiers, now)
    else:
        run = FetchRun.objects.create(
            source=FetchRun.Source.WIKIMEDIA,
            planned=len(targets),
            heartbeat_at=now,
            slot=slot,
            note=note,
            requested_by=requested_by,
            frontiers=frontiers,
        )
    FetchTarget.objects.filter(pk__in=[target.pk for target in targets]).update(planned_by=run)
    return run


def _last_run() -> FetchRun | None:
    return FetchRun.objects.filter(source=FetchRun.Source.WIKIMEDIA).first()


def left_by_the_dead(*, now: dt.datetime) -> list[tuple[FetchRun, list[int]]]:
    """What workers that died had claimed of sweeps that are under way, to be handed out once more: in one chunk for each run,
    since it is asked one by one (claims.claim_batches)."""
    under_way = FetchRun.objects.filter(slot=SWEEP, finished_at=None)
    taken_back = [(run, take_back(run=run, now=now)) for run in under_way]
    return [(run, ids) for run, ids in taken_back if ids]


def chunked(targets: Sequence[FetchTarget]) -> list[list[int]]:
    """The ids in chunks, smaller towards the end, so that all workers finish at about the same time.

    What did not come back before goes into one chunk, whoever is at work on it: it is asked one by one (claims.claim_batches).
    """
    fresh = [target.pk for target in targets if target.attempts == 0]
    suspects = [target.pk for target in targets if target.attempts]
    chunks = []
    while fresh:
        size = min(CHUNK, len(fresh) // CHUNK + 1)
        chunks.append(fresh[:size])
        fresh = fresh[size:]
    return [*chunks, suspects] if suspects else chunks


def touch_heartbeat(*, run: FetchRun, now: dt.datetime) -> None:
    """A worker of `run` is alive."""
    FetchRun.objects.filter(pk=run.pk, heartbeat_at__lt=now).update(heartbeat_at=now)


def finish_if_done(*, run: FetchRun, now: dt.datetime) -> bool:
    """Close `run` when nothing is left that it planned; return whether this call closed it."""
    if FetchTarget.objects.filter(planned_by=run).exists():
        return False
    states = set(FetchOutcome.objects.filter(run=run).values_list("state", flat=True).distinct())
    return close(run=run, state=_state_of(states), now=now)


def _state_of(states: set[str]) -> FetchRun.State:
    """How a run ended whose outcomes have these states."""
    if State.RATE_LIMITED in states:
        return FetchRun.State.RATE_LIMITED
    if states and states <= set(FAILURES):
        return FetchRun.State.ALL_FAILED
    return FetchRun.State.FAILED if states.intersection(FAILURES) else FetchRun.State.SUCCEEDED


def stop_if_hopeless(*, run: FetchRun, now: dt.datetime) -> bool:
    """Close `run` when its last MAX_EQUAL_FAILURES outcomes are the same failure: asking on would only be told the same.

    What was not asked stays due, and is no longer counted as planned. The note says why, in the words of the last failure.
    """
    newest = list(run.outcomes.order_by("-updated_at", "-pk").values_list("state", "error")[:MAX_EQUAL_FAILURES])
    states = {state for state, _error in newest}
    if len(newest) < MAX_EQUAL_FAILURES or len(states) != 1 or not states <= set(FAILURES):
        return False
    every = set(run.outcomes.order_by().values_list("state", flat=True).distinct())
    FetchRun.objects.filter(pk=run.pk, finished_at=None).update(note=newest[0][1], planned=run.outcomes.count())
    FetchTarget.objects.filter(planned_by=run, claimed_until=None).update(planned_by=None)
    return close(run=run, state=_state_of(every), now=now)


def _reopen(run: FetchRun, planned: int, frontiers: dict[str, str], now: dt.datetime) -> None:
    """Go on with a run in which everything failed: an outage is one run, however often Wikimedia is asked meanwhile."""
    run.outcomes.all().delete()
    run.state, run.planned, run.heartbeat_at, run.finished_at, run.slot = FetchRun.State.RUNNING, planned, now, None, SWEEP
    run.frontiers = frontiers
    run.save(update_fields=["state", "planned", "heartbeat_at", "finished_at", "slot", "frontiers"])


@retried_transaction
def close(*, run: FetchRun, state: str, now: dt.datetime) -> bool:
    """Close `run` and announce it; False when another worker has done so before."""
    won = FetchRun.objects.filter(pk=run.pk, finished_at=None).update(
        state=state, finished_at=now, heartbeat_at=now, slot=None
    )
    if won:
        run.refresh_from_db()
        forget_definitions()
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
    """Close the runs of any source that have not shown a sign of life for too long; what they left undone is due as before."""
    silent = dt.timedelta(seconds=settings.FETCH_ORPHAN_SECONDS)
    chunked_source = FetchRun.Source.WIKIMEDIA
    orphans = FetchRun.objects.filter(
        Q(source=chunked_source, heartbeat_at__lt=now - silent) | Q(heartbeat_at__lt=now - max(silent, MAX_STEP)),
        state=FetchRun.State.RUNNING,
    )
    closed = 0
    for run in orphans:
        closed += close(run=run, state=FetchRun.State.INTERRUPTED, now=now)
        release_claims(run=run)
    return closed
