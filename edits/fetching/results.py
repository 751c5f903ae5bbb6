"""What asking gave, and how it is stored: counts, outcomes and the targets' next dates in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import BigIntegerField, Case, F, Value, When
from django.db.models.functions import NullIf

from database.transactions import retried_transaction
from edits.fetching.plan import back_off, next_check
from edits.fetching.published import ResolvedCounts
from edits.models import FetchOutcome, FetchRun, FetchTarget
from edits.months import FIRST_MONTH, add_months
from edits.records import CountsRecord
from edits.services import record_outcomes, write_counts

State = FetchOutcome.State
TARGET_FIELDS = (
    "history_asked_at", "answered_at", "first_month", "newest_month", "failures", "last_error", "attempts", "claim",
    "claimed_until",
)  # fmt: skip


@dataclass(slots=True)
class TargetResult:
    """What asking about one target, for the months `first` to `last`, gave: counts, or the state and message of a failure."""

    target: FetchTarget
    first: dt.date
    last: dt.date
    resolved: ResolvedCounts = field(default_factory=ResolvedCounts)
    state: str = ""
    error: str = ""
    seconds: float = 0.0
    wait: float = 0.0  # seconds for which nobody may ask
    begun: bool = True
    done: bool = False


@retried_transaction
def store_results(*, run: FetchRun, results: Sequence[TargetResult], now: dt.datetime) -> list[FetchOutcome]:
    """Counts, outcomes and the targets' next dates, all or nothing; in the same order in every worker."""
    outcomes: list[FetchOutcome] = []
    for metric in sorted({item.target.metric for item in results}):
        outcomes += _store_metric(run, metric, [item for item in results if item.target.metric == metric], now)
    return outcomes


def _store_metric(run: FetchRun, metric: str, results: Sequence[TargetResult], now: dt.datetime) -> list[FetchOutcome]:
    records = [
        CountsRecord(domain=item.target.project.domain, metric=metric, slice=slice_, counts=counts)
        for item in results
        for slice_, counts in item.resolved.counts.items()
    ]
    stored = write_counts(metric=metric, records=records) if records else {}
    outcomes = []
    for item in results:
        result = stored.get(item.target.project.domain)
        outcomes.append(
            FetchOutcome(
                run=run,
                project=item.target.project,
                metric=metric,
                state=item.state or _state(run, item, changed=bool(result and result.changed_months)),
                first_month=item.resolved.first,
                last_month=item.resolved.newest,
                new_count=result.new if result else 0,
                revised_count=result.revised if result else 0,
                unchanged_count=result.unchanged if result else 0,
                seconds=item.seconds,
                error=item.error[:500],
            )
        )
    record_outcomes(outcomes=outcomes)
    for item in sorted(results, key=lambda item: item.target.pk):
        _save_target(run, item, now)
    return outcomes


def _state(run: FetchRun, item: TargetResult, *, changed: bool) -> str:
    """The state of a target that was answered."""
    if changed:
        return State.STORED
    month = run.frontiers.get(item.target.metric)
    published_until = dt.date.fromisoformat(month) if month else None
    proven_until = item.resolved.proven_until
    if proven_until is not None and proven_until >= item.last:
        return State.UNCHANGED
    silent_from = item.first if proven_until is None else add_months(proven_until, 1)
    only_newest = silent_from == item.last and published_until is None
    unpublished = published_until is not None and silent_from > published_until
    return State.NOT_PUBLISHED if unpublished or only_newest else State.MISSING


def _save_target(run: FetchRun, item: TargetResult, now: dt.datetime) -> None:
    """Write down on the target how it went and when it is due again.

    Unless somebody has asked for it meanwhile: then it stays due. What another run has planned meanwhile stays planned. A
    target that was deleted stays deleted; ten small statements take less time than one of ten cases.
    """
    target, asked_at = item.target, item.target.due_at
    due_at = _next_due(item, now)
    FetchTarget.objects.filter(pk=target.pk).update(
        due_at=Case(When(due_at=asked_at, then=Value(due_at)), default=F("due_at")),
        planned_by=NullIf("planned_by", Value(run.pk), output_field=BigIntegerField()),
        **{name: getattr(target, name) for name in TARGET_FIELDS},
    )


def _next_due(item: TargetResult, now: dt.datetime) -> dt.datetime:
    """Take what was learnt over into the target; when it is due again."""
    target = item.target
    target.claim, target.claimed_until = "", None
    target.last_error = item.error[:500]
    if not item.begun:
        target.attempts -= 1
    elif item.state != State.TIMED_OUT:  # else the attempt stays counted: the third time parks it
        target.attempts = 0
    if item.state == State.RATE_LIMITED:
        return now + dt.timedelta(seconds=item.wait)
    if item.state == State.TIMED_OUT:
        return back_off(1, now)
    if item.state:
        target.failures += 1
        if item.state == State.INCONSISTENT:  # the whole was stored; its parts are asked for again before the next day
            _record_success(item, now)
        return back_off(target.failures, now)
    target.failures = 0
    _record_success(item, now)
    return next_check(now)


def _record_success(item: TargetResult, now: dt.datetime) -> None:
    target, resolved = item.target, item.resolved
    target.answered_at = now
    if item.first == FIRST_MONTH:
        target.history_asked_at = now
    # Nothing named, not even the newest month that had been: the whole history, asked next, tells what is left of it.
    target.newest_month = resolved.newest
    if resolved.first is not None:
        target.first_month = min(resolved.first, target.first_month or resolved.first)
