"""What must hold of the stored data at any time, whoever was killed or cut off meanwhile.

An invariant is a function that yields what contradicts it, one sentence each. `manage.py verify` runs them all; they read
and never write. The constraints of the tables make some of them impossible to break: they are asked all the same, since a
restored backup, an imported database or a hand-written statement may have come around the constraints.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection
from django.db.models import Count, Exists, F, Model, OuterRef, Q, Subquery
from django.utils import timezone

from alerts.models import Alert, DetectionState, Status
from annotations.models import Annotation
from edits.metrics import METRICS
from edits.models import CountRevision, FetchOutcome, FetchRun, FetchTarget, MonthlyCount, Project
from edits.months import FIRST_MONTH, month_of
from edits.selectors import counts_panel

Problems = Iterator[str]
COUNT_MODELS: tuple[type[MonthlyCount], ...] = tuple({metric.model: None for metric in METRICS.values()})
MAX_SHOWN = 20  # of one kind


@dataclass(frozen=True, slots=True)
class Invariant:
    """One thing that must hold; `name` is a sentence that is true when it does."""

    name: str
    problems: Callable[[], Problems]


INVARIANTS: list[Invariant] = []


def invariant(name: str) -> Callable[[Callable[[], Problems]], Callable[[], Problems]]:
    def register(function: Callable[[], Problems]) -> Callable[[], Problems]:
        INVARIANTS.append(Invariant(name, function))
        return function

    return register


def _key(model: type[Model], name: str) -> Sequence[str]:
    return next(tuple(found.fields) for found in model._meta.total_unique_constraints if found.name == name)


@invariant("Nothing is stored twice")
def no_duplicates() -> Problems:
    models: tuple[type[Model], ...] = (*COUNT_MODELS, Alert, FetchOutcome, FetchTarget)
    for model in models:
        key = _key(model, f"{model._meta.db_table}_key")
        twice = model._default_manager.order_by().values(*key).annotate(rows=Count("pk")).filter(rows__gt=1)
        for row in twice[:MAX_SHOWN]:
            yield f"{model._meta.db_table}: {row['rows']} rows of {', '.join(f'{part} {row[part]}' for part in key)}"


@invariant("Every month is the first day of a month that has begun, and no older than Wikipedia")
def months_valid() -> Problems:
    newest = month_of(timezone.now().date())
    models: tuple[type[Model], ...] = (*COUNT_MODELS, Alert)
    for model in models:
        bad = model._default_manager.filter(~Q(month__day=1) | Q(month__lt=FIRST_MONTH) | Q(month__gt=newest))
        for project, month in bad.order_by().values_list("project__domain", "month")[:MAX_SHOWN]:
            yield f"{model._meta.db_table}: {project} has a row of {month}"


@invariant("No count is negative")
def counts_not_negative() -> Problems:
    for metric in METRICS.values():
        bad = metric.model._default_manager.filter(**{f"{metric.count_field}__lt": 0}).order_by()
        for project, month, count in bad.values_list("project__domain", "month", metric.count_field)[:MAX_SHOWN]:
            yield f"{metric.model._meta.db_table}: {project} {month:%Y-%m}: {count}"


@invariant("Every row belongs to a row that exists")
def no_orphans() -> Problems:
    try:
        connection.check_constraints()  # SQLite; MariaDB never lets one in, but for a dump loaded without checks
    except IntegrityError as error:
        yield str(error)
    models: tuple[type[Model], ...] = (*COUNT_MODELS, Alert, FetchOutcome)
    for model in models:
        lost = model._default_manager.filter(~Exists(Project.objects.filter(pk=OuterRef("project")))).order_by().count()
        if lost:
            yield f"{model._meta.db_table}: {lost} rows of projects that do not exist"


@invariant("Every alert that stands has the count that is stored, or the sweep that follows a revision is still to come")
def alerts_match_counts() -> Problems:
    standing = Alert.objects.standing().order_by("metric", "project_id")
    for metric in METRICS.values():
        alerts = list(standing.filter(metric=metric.name).select_related("project").defer("evidence"))
        panel = counts_panel(metric=metric, project_ids={alert.project_id for alert in alerts})
        row = {month: index for index, month in enumerate(panel.months)}
        column = {project: index for index, project in enumerate(panel.projects)}
        for alert in alerts:
            where = row.get(alert.figures_month), column.get(alert.project_id)
            stored = None if None in where else panel.values[where[0], where[1]]
            if stored != alert.count and not _revised_since(alert, alert.data_as_of):
                shown = "missing" if stored is None or stored != stored else f"{stored:.0f}"
                yield f"alert {alert.pk} ({alert}): its count is {alert.count}, stored is {shown}"


def _revised_since(alert: Alert, moment: dt.datetime) -> bool:
    rows = METRICS[alert.metric].model._default_manager.filter(project=alert.project_id, month=alert.month)
    return rows.filter(updated_at__gt=moment).exists()


@invariant("Every alert is in one of the states of its life, with what belongs to that state")
def alert_states() -> Problems:
    wrong = {
        "withdrawn without a moment": Q(status=Status.WITHDRAWN, withdrawn_at=None),
        "a moment of withdrawal but not withdrawn": ~Q(status=Status.WITHDRAWN) & Q(withdrawn_at__isnull=False),
        "dismissed without a reason": Q(status=Status.DISMISSED, dismissal_reason=""),
        "explained without a category": Q(status=Status.EXPLAINED, category=None),
        "in no known state": ~Q(status__in=Status.values),
        "an episode that ends before it begins": Q(episode_end__lt=F("month")),
    }
    for what, condition in wrong.items():
        for pk, project, month in Alert.objects.filter(condition).values_list("pk", "project__domain", "month")[:MAX_SHOWN]:
            yield f"alert {pk} ({project} {month:%Y-%m}): {what}"


@invariant("Every alert and every annotation has a history, and its last entry is the state of today")
def history_present() -> Problems:
    models: tuple[Any, ...] = (Alert, Annotation)
    for model in models:
        entries = model.history.filter(id=OuterRef("pk")).order_by("-history_date", "-history_id")
        rows = model._default_manager.annotate(written=Subquery(entries.values("status")[:1])).order_by("pk")
        for pk, status, written in rows.exclude(written=F("status")).values_list("pk", "status", "written")[:MAX_SHOWN]:
            yield f"{model._meta.verbose_name} {pk} is {status}, its history says {written}"
        for pk in rows.filter(written=None).values_list("pk", flat=True)[:MAX_SHOWN]:
            yield f"{model._meta.verbose_name} {pk} has no history"


@invariant("An alert has at most one headline, and that is published")
def headlines() -> Problems:
    heads = Annotation.objects.filter(headline=True).order_by()
    for alert, rows in heads.values_list("alert").annotate(rows=Count("pk")).filter(rows__gt=1)[:MAX_SHOWN]:
        yield f"alert {alert} has {rows} headlines"
    for pk in heads.exclude(status=Annotation.Status.PUBLISHED).values_list("pk", flat=True)[:MAX_SHOWN]:
        yield f"annotation {pk} is a headline but not published"


@invariant("A run is open or finished, never both; a finished one has dealt with all that it planned")
def runs() -> Problems:
    running = FetchRun.State.RUNNING
    for pk in FetchRun.objects.filter(Q(state=running, finished_at__isnull=False) | (~Q(state=running) & Q(finished_at=None))):
        yield f"run {pk.pk} is {pk.state}, finished at {pk.finished_at}"
    for run in FetchRun.objects.exclude(finished_at=None).exclude(slot=None)[:MAX_SHOWN]:
        yield f"run {run.pk} is finished but holds the place of the sweep"
    silent = timezone.now() - 2 * dt.timedelta(seconds=settings.FETCH_ORPHAN_SECONDS)
    for run in FetchRun.objects.filter(state=running, heartbeat_at__lt=silent)[:MAX_SHOWN]:
        yield f"run {run.pk} shows no sign of life since {run.heartbeat_at:%Y-%m-%d %H:%M}: is beat at work?"
    done = (FetchRun.State.SUCCEEDED, FetchRun.State.FAILED, FetchRun.State.RATE_LIMITED)
    counted = FetchRun.objects.filter(source=FetchRun.Source.WIKIMEDIA, state__in=done).annotate(known=Count("outcomes"))
    for run in counted.filter(known__lt=F("planned"))[:MAX_SHOWN]:
        yield f"run {run.pk} planned {run.planned}, and knows the outcome of {run.known}"


@invariant("What an outcome says was stored is stored")
def outcomes_are_true() -> Problems:
    said = FetchOutcome.objects.filter(new_count__gt=0, last_month__isnull=False).order_by()
    for metric in METRICS.values():
        rows = metric.model._default_manager.filter(project=OuterRef("project"), month=OuterRef("last_month"))
        lies = said.filter(~Exists(rows), metric=metric.name, state=FetchOutcome.State.STORED)
        for pk, project, month in lies.values_list("pk", "project__domain", "last_month")[:MAX_SHOWN]:
            yield f"outcome {pk}: {project} {metric.name} {month:%Y-%m} is not stored"


@invariant("The last revision of a month is the count that is stored")
def revisions_are_true() -> Problems:
    for metric in METRICS.values():
        seen: set[tuple[int, str, dt.date]] = set()
        revisions = CountRevision.objects.filter(metric=metric.name).order_by("-pk")
        for revision in revisions.iterator(2_000):
            key = (revision.project_id, revision.slice, revision.month)
            if key in seen:
                continue
            seen.add(key)
            slices = dict(zip(metric.slice_fields, revision.slice.split("/"), strict=True))
            rows = metric.model._default_manager.filter(project=revision.project_id, month=revision.month, **slices)
            stored = rows.values_list(metric.count_field, flat=True).first()
            if stored != revision.new_count:
                yield f"{revision}: stored is {stored}"


@invariant("Nothing is judged that does not exist any more, and no target is claimed for ever")
def states_and_claims() -> Problems:
    lost = DetectionState.objects.filter(~Exists(Project.objects.filter(pk=OuterRef("project")))).count()
    if lost:
        yield f"{lost} states of detection belong to no project"
    limit = timezone.now() + dt.timedelta(seconds=settings.FETCH_LEASE_SECONDS + 60)
    for target in FetchTarget.objects.filter(claimed_until__gt=limit).select_related("project")[:MAX_SHOWN]:
        yield f"{target} is claimed until {target.claimed_until:%Y-%m-%d %H:%M}"
