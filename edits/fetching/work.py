"""Ask, store and record one chunk of targets."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Sequence
from dataclasses import replace

from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from edits.fetching.alive import kept_alive
from edits.fetching.claims import claim, claim_batches, give_back
from edits.fetching.consistency import check_parts, describe
from edits.fetching.plan import months_to_ask
from edits.fetching.published import ResolvedCounts, resolve_answers
from edits.fetching.results import TargetResult, store_results
from edits.fetching.runs import Clock, finish_if_done, stop_if_hopeless, touch_heartbeat
from edits.metrics import get_metric
from edits.models import FetchOutcome, FetchRun
from edits.months import FIRST_MONTH
from edits.selectors import any_above_zero
from edits.wikimedia.analytics import Answer, fetch_counts
from edits.wikimedia.errors import BadPayload, RateLimited, WikimediaError, printable
from edits.wikimedia.session import Session

logger = logging.getLogger(__name__)
State = FetchOutcome.State


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
    """Ask Wikimedia about some targets. For each batch of them:

    1. Claim those that nobody works on. 2. Work out which months to ask for. 3. Ask. 4. Store counts, outcomes and the next
    dates. 5. Say that the run is alive, and end it when everything fails alike.

    Safe to call twice, at once or later, with the same arguments. What is claimed together is stored in one transaction. A
    run that is closed or gone is left alone. When the time limit of the task strikes, or Ctrl-C is pressed, what was learnt
    until then is stored.
    """
    run = FetchRun.objects.filter(pk=run_id, finished_at=None).first()
    if run is None:
        return []
    outcomes: list[FetchOutcome] = []
    cause: TargetResult | None = None
    for ids in claim_batches(target_ids):
        targets = claim(run=run, target_ids=ids, now=clock())
        plan = [
            TargetResult(target, *months_to_ask(target, today=today, since=since, backfill=backfill)) for target in targets
        ]
        with kept_alive(session, run, targets, clock) as watched:
            try:
                cause = _ask_all(run, plan, watched, cause)
            except KeyboardInterrupt:
                give_back([item.target for item in plan if not item.done])
                store_results(run=run, results=[item for item in plan if item.done], now=clock())
                raise
            outcomes += store_results(run=run, results=plan, now=clock())
        # Not in that transaction: its outcomes lock the run's row for reading, so two workers would wait for each other.
        touch_heartbeat(run=run, now=clock())
        if stop_if_hopeless(run=run, now=clock()):
            return outcomes
    finish_if_done(run=run, now=clock())
    return outcomes


def _ask_all(run: FetchRun, plan: Sequence[TargetResult], session: Session, cause: TargetResult | None) -> TargetResult | None:
    """Ask about each of `plan`, until one says why there is no use in going on; return that one.

    Told to wait, asking for the others would only be told the same. When the time limit has struck, no time is left.
    """
    for item in plan:
        if cause is None:
            session.on_wait()
            try:
                _ask(run, item, session)
            except SoftTimeLimitExceeded:
                item.state, item.error = State.TIMED_OUT, "The task ran past its time limit"
            cause = item if item.wait or item.state == State.TIMED_OUT else None
        else:
            item.state, item.error, item.wait, item.begun = cause.state, cause.error, cause.wait, False
        item.done = True
    return cause


def _ask(run: FetchRun, item: TargetResult, session: Session) -> None:
    target, started = item.target, time.monotonic()
    try:
        item.resolved, wrong = _resolved(run, item, session)
        if wrong:  # published or revised between two of the answers: all are asked again, for they must be of one fetch
            item.resolved, wrong = _resolved(run, item, session)
        if wrong:
            item.state, item.error = State.INCONSISTENT, describe(wrong)
            logger.info("%s: %s", target, item.error)
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


def _resolved(run: FetchRun, item: TargetResult, session: Session) -> tuple[ResolvedCounts, dict[dt.date, tuple[int, int]]]:
    """What the answers prove, and the months in which parts and whole do not agree (see `check_parts`)."""
    month = run.frontiers.get(item.target.metric)
    answers = _answers(item, session)
    unsure = _doubted(item, answers)
    answers = [_whole_history(item, session, each) if each.slice in unsure else each for each in answers]
    resolved = resolve_answers(
        answers,
        known_from=item.target.first_month,
        frontier=dt.date.fromisoformat(month) if month else None,
        doubted=_doubted(item, answers),
    )
    return check_parts(get_metric(item.target.metric), resolved)


def _answers(item: TargetResult, session: Session) -> list[Answer]:
    """One answer for each slice of the metric.

    404 for one slice beside months that another names means that the slice is zero, if it is true: it is believed when it is
    said twice, since the zeros that follow from it would stand until the next backfill.
    """
    slices = get_metric(item.target.metric).fetched
    answers = [_answer(item, session, slice_) for slice_ in slices]
    if any(answer.loaded for answer in answers):
        answers = [answer if answer.loaded else _answer(item, session, answer.slice) for answer in answers]
    return answers


def _whole_history(item: TargetResult, session: Session, silent: Answer) -> Answer:
    """The answer about a slice that was `silent` in the months asked, from its whole history: it knows the slice, and then the
    months that it leaves out are zero; or it does not, and proves nothing.
    """
    whole = _answer(item, session, silent.slice, first=FIRST_MONTH)
    counts = {month: count for month, count in whole.counts.items() if month >= item.first}
    return replace(silent, counts=counts, loaded=whole.loaded)


def _doubted(item: TargetResult, answers: Sequence[Answer]) -> list[tuple[str, ...]]:
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


def _answer(item: TargetResult, session: Session, slice_: tuple[str, ...], first: dt.date | None = None) -> Answer:
    endpoint = get_metric(item.target.metric).endpoint
    if endpoint is None:
        raise BadPayload(f"{item.target.metric} is derived from other counts and not asked for")
    domain = item.target.project.domain
    return fetch_counts(session, endpoint=endpoint, domain=domain, slice_=slice_, first=first or item.first, last=item.last)
