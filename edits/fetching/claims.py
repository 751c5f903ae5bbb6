"""One worker at a time for each target, by compare-and-set in the database: it holds on every database and without
Redis."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

from django.conf import settings
from django.db.models import F, Q
from django.utils.translation import ngettext

from database.transactions import retried_transaction
from edits.fetching.plan import MAX_ATTEMPTS
from edits.metrics import fetched_metrics
from edits.models import FetchRun, FetchTarget, Project


def ensure_targets(*, now: dt.datetime) -> int:
    """Give each open project a target for each metric that is fetched, due at once; return how many were made."""
    existing = set(FetchTarget.objects.values_list("project_id", "metric"))
    missing = [
        FetchTarget(project_id=project, metric=metric, due_at=now)
        for project in Project.objects.open().values_list("pk", flat=True)
        for metric in fetched_metrics()
        if (project, metric) not in existing
    ]
    FetchTarget.objects.bulk_create(missing, batch_size=500, ignore_conflicts=True)
    return len(missing)


def claim(*, run: FetchRun, target_ids: Sequence[int], now: dt.datetime) -> list[FetchTarget]:
    """The targets that are now this worker's, and nobody else's.

    1. Take those that nobody works on, and count the attempt before the work starts. What the run has dealt with already (a
       message that came twice), what a later run has planned and what is parked is left alone.
    2. Give up waiting for the others, unless another worker of the same run has them.
    3. Read what was taken, with the projects.
    """
    token = uuid.uuid4().hex
    _take(run, sorted(target_ids), token, now)
    _leave_to_others(run, target_ids, token, now)
    return list(FetchTarget.objects.filter(claim=token).select_related("project").order_by("pk"))


@retried_transaction
def _take(run: FetchRun, ids: Sequence[int], token: str, now: dt.datetime) -> None:
    free = FetchTarget.objects.filter(_free(now), pk__in=ids, planned_by=run, parked_at=None, attempts__lt=MAX_ATTEMPTS)
    free.update(
        claim=token,
        claimed_by=run,
        claimed_until=now + dt.timedelta(seconds=settings.FETCH_LEASE_SECONDS),
        attempts=F("attempts") + 1,
    )


@retried_transaction
def _leave_to_others(run: FetchRun, ids: Sequence[int], token: str, now: dt.datetime) -> None:
    """What could not be taken is not this run's to wait for, unless another message of the same run has it at work."""
    left = FetchTarget.objects.filter(pk__in=ids, planned_by=run).exclude(claim=token)
    left.exclude(claimed_by=run, claimed_until__gt=now).update(planned_by=None)


def claim_batches(target_ids: Sequence[int]) -> list[list[int]]:
    """The targets as they are to be claimed: all at once, and then those that did not come back before, one after the other.

    A worker that dies has then claimed one suspect at most, and the next time it is clear who is to blame.
    """
    counted = FetchTarget.objects.filter(pk__in=target_ids, attempts__gt=0).order_by("attempts", "pk")
    suspects = list(counted.values_list("pk", flat=True))
    fresh = [pk for pk in target_ids if pk not in suspects]
    return [ids for ids in (fresh, *([pk] for pk in suspects)) if ids]


def give_back(targets: Collection[FetchTarget]) -> None:
    """Free what was claimed and not begun; the attempt does not count."""
    FetchTarget.objects.filter(
        pk__in=[target.pk for target in targets], claim__in={target.claim for target in targets}
    ).update(claim="", claimed_until=None, attempts=F("attempts") - 1)


def renew(*, targets: Collection[FetchTarget], now: dt.datetime) -> None:
    """The worker that claimed `targets` is still at work on them."""
    until = now + dt.timedelta(seconds=settings.FETCH_LEASE_SECONDS)
    FetchTarget.objects.filter(claim__in={target.claim for target in targets}).update(claimed_until=until)


def _free(now: dt.datetime) -> Q:
    return Q(claimed_until=None) | Q(claimed_until__lte=now)


@retried_transaction
def take_back(*, run: FetchRun, now: dt.datetime) -> list[int]:
    """Free what `run` has planned and a dead worker had claimed, to be handed out once more; the attempts stay counted."""
    lost = FetchTarget.objects.filter(planned_by=run, claimed_until__lte=now, parked_at=None, attempts__lt=MAX_ATTEMPTS)
    ids = list(lost.order_by("attempts", "pk").values_list("pk", flat=True))
    FetchTarget.objects.filter(pk__in=ids, claimed_until__lte=now).update(claim="", claimed_until=None)
    return ids


def park_poison(*, now: dt.datetime) -> int:
    """Park the targets that have killed their worker, or run out of its time, three times in a row; return how many."""
    lost = FetchTarget.objects.filter(_free(now), parked_at=None, attempts__gte=MAX_ATTEMPTS)
    error = ngettext("The %(count)d attempt did not finish", "None of %(count)d attempts in a row finished", MAX_ATTEMPTS) % {
        "count": MAX_ATTEMPTS
    }
    return lost.update(parked_at=now, last_error=error, claim="", claimed_until=None)


def release_claims(*, run: FetchRun) -> None:
    """Free what a run had claimed when it is known that nobody works on it any more; the attempts stay counted."""
    FetchTarget.objects.filter(claimed_by=run).exclude(claimed_until=None).update(claim="", claimed_until=None)


def ask_again(*, projects: Sequence[Project], now: dt.datetime, metrics: Collection[str] = ()) -> int:
    """Make all targets of `projects` due now, parked ones included; the next sweep asks for them. Return how many."""
    ensure_targets(now=now)
    targets = FetchTarget.objects.filter(project__in=projects, metric__in=metrics or fetched_metrics())
    return targets.update(due_at=now, attempts=0, failures=0, parked_at=None)
