"""Ask, store and record one chunk of targets."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from celery.exceptions import SoftTimeLimitExceeded
from django.db.models import BigIntegerField, Case, F, Value, When
from django.db.models.functions import NullIf
from django.utils import timezone

from database.transactions import retried_transaction
from edits.fetching.claims import apart, claim, give_back
from edits.fetching.plan import back_off, months_to_ask, next_check
from edits.fetching.published import Settled, settle
from edits.fetching.runs import beat, finish_if_done
from edits.metrics import get_metric
from edits.models import FetchOutcome, FetchRun, FetchTarget
from edits.months import FIRST_MONTH, add_months
from edits.records import CountsRecord
from edits.selectors import any_above_zero
from edits.services import record_outcomes, write_counts
from edits.wikimedia.analytics import Answer, fetch_counts
from edits.wikimedia.errors import BadPayload, RateLimited, WikimediaError, printable
from edits.wikimedia.session import Session

logger = logging.getLogger(__name__)
State = FetchOutcome.State
Clock = Callable[[], dt.datetime]
TARGET_FIELDS = (
    "history_asked_at", "answered_at", "first_month", "newest_month", "failures", "last_error", "attempts", "claim",
    "claimed_until",
)  # fmt: skip


@dataclass(slots=True)
class Learnt:
    """What asking about one target gave: answers, or the state and the message of a failure."""

    target: FetchTarget
    first: dt.date
    last: dt.date
    settled: Settled = field(default_factory=Settled)
    state: str = ""
    error: str = ""
    seconds: float = 0.0
    wait: float = 0.0  # seconds for which nobody may ask
    begun: bool = True
    done: bool = False


def fetch_chunk(
    *,
    run_id: int,
    target_ids: Sequence[int],
    session: Session,
    today: dt.date,
    since: dt.date | None = None,
    backfill: bool = False,
    clock: Clock = timezone.now,
) -> list[FetchOutcome]:
    """Ask Wikimedia about the targets that can be claimed, store what it said and note an outcome for each.

    Safe to call twice, at once or later, with the same arguments. What is claimed together is stored in one transaction. A
    run that is closed or gone is left alone. When the time limit of the task strikes, or Ctrl-C is pressed, what was learnt
    until then is stored.
    """
    run = FetchRun.objects.filter(pk=run_id, finished_at=None).first()
    if run is None:
        return []
    outcomes: list[FetchOutcome] = []
    cause: Learnt | None = None
    for ids in apart(target_ids):
        targets = claim(run=run, target_ids=ids, now=clock())
        plan = [Learnt(target, *months_to_ask(target, today=today, since=since, backfill=backfill)) for target in targets]
        try:
            cause = _ask_all(run, plan, session, cause)
        except KeyboardInterrupt:
            give_back([item.target for item in plan if not item.done])
            store_learnt(run=run, learnt=[item for item in plan if item.done], now=clock())
            raise
        outcomes += store_learnt(run=run, learnt=plan, now=clock())
        # Not in that transaction: its outcomes lock the run's row for reading, so two workers would wait for each other.
        beat(run=run, now=clock())
    finish_if_done(run=run, now=clock())
    return outcomes


def _ask_all(run: FetchRun, plan: Sequence[Learnt], session: Session, cause: Learnt | None) -> Learnt | None:
    """Ask about each of `plan`, until one says why there is no use in going on; return that one.

    Told to wait, asking for the others would only be told the same. When the time limit has struck, no time is left.
    """
    for item in plan:
        if cause is None:
            session.pulse()
            try:
                _ask(run, item, session)
            except SoftTimeLimitExceeded:
                item.state, item.error = State.TIMED_OUT, "The task ran past its time limit"
            cause = item if item.wait or item.state == State.TIMED_OUT else None
        else:
            item.state, item.error, item.wait, item.begun = cause.state, cause.error, cause.wait, False
        item.done = True
    return cause


def _ask(run: FetchRun, item: Learnt, session: Session) -> None:
    target, started = item.target, time.monotonic()
    month = run.frontiers.get(target.metric)
    try:
        answers = _answers(item, session)
        item.settled = settle(
            answers,
            known_from=target.first_month,
            frontier=dt.date.fromisoformat(month) if month else None,
            doubted=_doubted(item, answers),
        )
    except RateLimited as error:
        item.state, item.error, item.wait = State.RATE_LIMITED, str(error), error.seconds
    except BadPayload as error:
        item.state = State.BAD_PAYLOAD
        item.error = f"{error} | {error.excerpt}" if error.excerpt else str(error)
        logger.info("%s: %s", target, item.error)
    except WikimediaError as error:
        item.state, item.error = State.UNAVAILABLE, str(error)
        logger.info("%s: %s", target, error)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # a fault of ours, which the others of the chunk have nothing to do with
        item.state, item.error = State.ERROR, printable(f"{type(error).__name__}: {error}", 400)
        logger.exception("%s: unexpected", target)
    item.seconds = time.monotonic() - started


def _answers(item: Learnt, session: Session) -> list[Answer]:
    """One answer for each slice of the metric.

    404 for one slice beside months that another names means that the slice is zero, if it is true: it is believed when it is
    said twice, since the zeros that follow from it would stand until the next backfill.
    """
    slices = get_metric(item.target.metric).fetched
    answers = [_answer(item, session, slice_) for slice_ in slices]
    if any(answer.loaded for answer in answers):
        answers = [answer if answer.loaded else _answer(item, session, answer.slice) for answer in answers]
    return answers


def _doubted(item: Learnt, answers: Sequence[Answer]) -> list[tuple[str, ...]]:
    """The slices that were a 404 beside others that were not, although counts above zero are stored for the same months.

    That many revisions to nothing at once are less likely than one part of Wikimedia that is not loaded.
    """
    if not any(answer.loaded for answer in answers):
        return []
    target, metric = item.target, get_metric(item.target.metric)
    return [
        answer.slice
        for answer in answers
        if not answer.loaded
        and any_above_zero(project=target.project, metric=metric, slice_=answer.slice, first=item.first, last=item.last)
    ]


def _answer(item: Learnt, session: Session, slice_: tuple[str, ...]) -> Answer:
    domain, metric = item.target.project.domain, item.target.metric
    return fetch_counts(session, domain=domain, metric=metric, slice_=slice_, first=item.first, last=item.last)


@retried_transaction
def store_learnt(*, run: FetchRun, learnt: Sequence[Learnt], now: dt.datetime) -> list[FetchOutcome]:
    """Counts, outcomes and the targets' next dates, all or nothing; in the same order in every worker."""
    outcomes: list[FetchOutcome] = []
    for metric in sorted({item.target.metric for item in learnt}):
        outcomes += _store_metric(run, metric, [item for item in learnt if item.target.metric == metric], now)
    return outcomes


def _store_metric(run: FetchRun, metric: str, learnt: Sequence[Learnt], now: dt.datetime) -> list[FetchOutcome]:
    records = [
        CountsRecord(domain=item.target.project.domain, metric=metric, slice=slice_, counts=counts)
        for item in learnt
        for slice_, counts in item.settled.counts.items()
    ]
    results = write_counts(metric=metric, records=records) if records else {}
    outcomes = []
    for item in learnt:
        result = results.get(item.target.project.domain)
        outcomes.append(
            FetchOutcome(
                run=run,
                project=item.target.project,
                metric=metric,
                state=item.state or _state(run, item, changed=bool(result and result.changed_months)),
                first_month=item.settled.first,
                last_month=item.settled.newest,
                new_count=result.new if result else 0,
                revised_count=result.revised if result else 0,
                unchanged_count=result.unchanged if result else 0,
                seconds=item.seconds,
                error=item.error[:500],
            )
        )
    record_outcomes(outcomes=outcomes)
    for item in sorted(learnt, key=lambda item: item.target.pk):
        _advance(run, item, now)
    return outcomes


def _state(run: FetchRun, item: Learnt, *, changed: bool) -> str:
    """The state of a target that was answered."""
    if changed:
        return State.STORED
    month = run.frontiers.get(item.target.metric)
    published_until = dt.date.fromisoformat(month) if month else None
    proven_until = item.settled.proven_until
    if proven_until is not None and proven_until >= item.last:
        return State.UNCHANGED
    silent_from = item.first if proven_until is None else add_months(proven_until, 1)
    only_newest = silent_from == item.last and published_until is None
    unpublished = published_until is not None and silent_from > published_until
    return State.NOT_PUBLISHED if unpublished or only_newest else State.MISSING


def _advance(run: FetchRun, item: Learnt, now: dt.datetime) -> None:
    """Write down on the target how it went and when it is due again.

    Unless somebody has asked for it meanwhile: then it stays due. What another run has planned meanwhile stays planned. A
    target that was deleted stays deleted; ten small statements take less time than one of ten cases.
    """
    target, asked_at = item.target, item.target.due_at
    due_at = _go_on(item, now)
    FetchTarget.objects.filter(pk=target.pk).update(
        due_at=Case(When(due_at=asked_at, then=Value(due_at)), default=F("due_at")),
        planned_by=NullIf("planned_by", Value(run.pk), output_field=BigIntegerField()),
        **{name: getattr(target, name) for name in TARGET_FIELDS},
    )


def _go_on(item: Learnt, now: dt.datetime) -> dt.datetime:
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
        return back_off(target.failures, now)
    target.failures = 0
    _remember(item, now)
    return next_check(now)


def _remember(item: Learnt, now: dt.datetime) -> None:
    target, settled = item.target, item.settled
    target.answered_at = now
    if item.first == FIRST_MONTH:
        target.history_asked_at = now
    # Nothing named, not even the newest month that had been: the whole history, asked next, tells what is left of it.
    target.newest_month = settled.newest
    if settled.first is not None:
        target.first_month = min(settled.first, target.first_month or settled.first)
