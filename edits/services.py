"""Writes of facts. Every source, live or recorded, goes through these."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.utils import timezone

from database.transactions import retried_transaction
from database.upsert import upsert, upsert_values
from edits.metrics import Metric, get_metric
from edits.models import CountRevision, FetchOutcome, FetchRun, Project, ProjectAlias
from edits.records import BadRecord, CountsRecord, ProjectRecord
from edits.selectors import forget_definitions
from edits.signals import counts_changed

if TYPE_CHECKING:
    from accounts.models import User

PROJECT_FIELDS = tuple(item.name for item in fields(ProjectRecord))
# A list of wikis that lost this share of the known ones at once is a fault of the source, not a wave of closures.
PLAUSIBLE_SHARE = 0.5


@dataclass(slots=True)
class SyncResult:
    """What a new list of wikis changed; each list holds domains."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        gone = f"{len(self.left)} left the list"
        return f"{len(self.created)} new, {len(self.changed)} changed, {len(self.renamed)} renamed, {gone}"


@retried_transaction
def sync_projects(*, records: Sequence[ProjectRecord], complete: bool = True, now: dt.datetime | None = None) -> SyncResult:
    """Make the projects match `records`; a wiki that gets another domain, or another database name, stays one project.

    With `complete`, a known wiki that is not in `records` is marked as having left the list; it is kept for ever. Raises
    BadRecord, and changes nothing, when the list is empty, when a name appears twice or when half of the known wikis would
    leave at once.
    """
    now = now or timezone.now()
    if not records:
        raise BadRecord("the list of wikis is empty: it is not taken over")
    _refuse_twice([record.domain for record in records], "domain")
    _refuse_twice([record.dbname for record in records], "dbname")
    known = list(Project.objects.all())
    matched = _match(known, records)
    listed = {project.pk for project in matched.values()}
    present = [project for project in known if project.removed_from_sitematrix_at is None]
    left = [project for project in present if project.pk not in listed] if complete else []
    if len(left) > max(10, len(present) * PLAUSIBLE_SHARE):
        raise BadRecord(f"{len(left)} of {len(present)} known wikis are missing from the list: it is not taken over")

    result = SyncResult(left=[project.domain for project in left])
    _rename(known, matched, result)
    new = []
    for record in records:
        project = matched.get(record.domain)
        values = {name: getattr(record, name) for name in PROJECT_FIELDS}
        if project is None:
            new.append(Project(**values))
            result.created.append(record.domain)
        elif project.removed_from_sitematrix_at or any(getattr(project, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(project, name, value)
            project.removed_from_sitematrix_at = None
            project.save()
            result.changed.append(record.domain)
    Project.objects.bulk_create(new)
    ProjectAlias.objects.filter(domain__in=[record.domain for record in records]).delete()  # no longer a former domain
    for project in left:
        project.removed_from_sitematrix_at = now
        project.save(update_fields=["removed_from_sitematrix_at", "updated_at"])
    return result


def _match(known: Sequence[Project], records: Sequence[ProjectRecord]) -> dict[str, Project]:
    """The known project of each record, by the record's domain: recognised by the name of the database; by the domain
    where no project has that name, and the list no longer has the name of the one that has that domain."""
    by_dbname = {project.dbname: project for project in known}
    names = {record.dbname for record in records}
    by_domain = {project.domain: project for project in known if project.dbname not in names}
    found = {record.domain: by_dbname.get(record.dbname) or by_domain.get(record.domain) for record in records}
    return {domain: project for domain, project in found.items() if project is not None}


def _refuse_twice(names: Iterable[str], what: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise BadRecord(f"{what}: {name!r} appears twice in the list of wikis")
        seen.add(name)


def _rename(known: Sequence[Project], matched: dict[str, Project], result: SyncResult) -> None:
    """Give renamed wikis their new domain and keep the old one as an alias, in two steps so that two may swap.

    A wiki that has left the list makes room for one that moves to its domain.
    """
    moved = [(project, domain) for domain, project in matched.items() if project.domain != domain]
    wanted, moving = {domain for _project, domain in moved}, {project.pk for project, _domain in moved}
    for project in known:
        if project.domain in wanted and project.pk not in moving:
            project.domain = f"{project.dbname}.invalid"  # a top-level domain that is nobody's (RFC 2606)
            project.save(update_fields=["domain", "updated_at"])
    for project, domain in moved:
        result.renamed.append((project.domain, domain))
        ProjectAlias.objects.get_or_create(domain=project.domain, defaults={"project": project})
        project.domain = f"renaming.{project.dbname}"
        project.save(update_fields=["domain"])
    for project, domain in moved:
        project.domain = domain
        project.save(update_fields=["domain", "updated_at"])


@dataclass(slots=True)
class StoreResult:
    """How many months of one project were new, revised or as before, and the months that changed."""

    new: int = 0
    revised: int = 0
    unchanged: int = 0
    months: set[dt.date] = field(default_factory=set)
    changed_months: set[dt.date] = field(default_factory=set)


@retried_transaction
def store_counts(
    *, run: FetchRun, metric: str, records: Sequence[CountsRecord], seconds: float = 0.0
) -> dict[str, StoreResult]:
    """Store `records` of one metric and note the outcome of each project under `run`, all in one transaction.

    `seconds` is what getting them took, for all records together. Else as `write_counts`.
    """
    results = write_counts(metric=metric, records=records)
    projects = _ids_of(results)
    record_outcomes(outcomes=[_outcome(run, projects[d], metric, r, seconds / len(results)) for d, r in results.items()])
    return results


@retried_transaction
def write_counts(*, metric: str, records: Sequence[CountsRecord]) -> dict[str, StoreResult]:
    """Store `records` of one metric, all in one transaction; the result by domain.

    Only new and changed months are written; a changed one leaves its old value in the table of revisions. Raises BadRecord
    for a project that is not known and for a slice that the metric does not have.
    """
    definition = get_metric(metric)
    projects = _projects_of(records, definition)
    stored = _stored(definition, set(projects.values()), records)
    results = {domain: StoreResult() for domain in projects}
    changed: list[tuple[Any, ...]] = []
    revisions: list[CountRevision] = []
    for record in records:
        project, result = projects[record.domain], results[record.domain]
        for month, count in record.counts.items():
            old = stored.get((project, record.slice, month))
            result.months.add(month)
            if old == count:
                result.unchanged += 1
                continue
            result.changed_months.add(month)
            if old is None:
                result.new += 1
            else:
                result.revised += 1
                revisions.append(_revision(project, record, month, old, count))
            changed.append((project, *record.slice, month, count))
    key, count_field = ("project_id", *definition.slice_fields, "month"), definition.count_field
    upsert_values(definition.model, (*key, count_field), changed, key=key, update=(count_field,))
    CountRevision.objects.bulk_create(revisions, batch_size=500)
    changes = {projects[domain]: result.changed_months for domain, result in results.items() if result.changed_months}
    if changes:
        counts_changed.send(sender=definition.model, metric=metric, changes=changes)
    return results


def _ids_of(domains: Iterable[str]) -> dict[str, int]:
    return dict(Project.objects.filter(domain__in=set(domains)).values_list("domain", "pk"))


def _projects_of(records: Sequence[CountsRecord], metric: Metric) -> dict[str, int]:
    """The id of each project by its domain; BadRecord for a record that cannot be stored."""
    known = _ids_of(record.domain for record in records)
    for record in records:
        if record.domain not in known:
            raise BadRecord(f"project: {record.domain!r} is not in the list of wikis")
        if record.metric != metric.name or len(record.slice) != len(metric.slice_fields):
            raise BadRecord(f"{record.domain}: {record.metric} {record.slice} is no slice of {metric.name}")
    return known


def _stored(
    metric: Metric, project_ids: set[int], records: Sequence[CountsRecord]
) -> dict[tuple[int, tuple[str, ...], dt.date], int]:
    """The counts that are stored for the projects, the slices and the span of months of `records`."""
    months = [month for record in records for month in record.counts]
    if not months:
        return {}
    # By all columns of the unique key. Without the slices MariaDB reads what everybody has in these months, for each chunk.
    slices = metric.filter_of(record.slice for record in records)
    rows = metric.model.objects.filter(project__in=project_ids, month__range=(min(months), max(months)), **slices)
    values = rows.values_list("project_id", "month", metric.count_field, *metric.slice_fields)
    return {(project_id, tuple(slices), month): count for project_id, month, count, *slices in values.iterator(10_000)}


def _revision(project: int, record: CountsRecord, month: dt.date, old: int, new: int) -> CountRevision:
    return CountRevision(
        project_id=project, metric=record.metric, slice="/".join(record.slice), month=month, old_count=old, new_count=new
    )


def _outcome(run: FetchRun, project: int, metric: str, result: StoreResult, seconds: float) -> FetchOutcome:
    states = FetchOutcome.State
    state = states.STORED if result.changed_months else states.UNCHANGED if result.months else states.NOT_PUBLISHED
    return FetchOutcome(
        run=run,
        project_id=project,
        metric=metric,
        state=state,
        first_month=min(result.months, default=None),
        last_month=max(result.months, default=None),
        new_count=result.new,
        revised_count=result.revised,
        unchanged_count=result.unchanged,
        seconds=seconds,
    )


def record_outcomes(*, outcomes: Sequence[FetchOutcome]) -> None:
    """Write what a run learnt; a later word on the same project and metric replaces the earlier one."""
    upsert(
        outcomes,
        key=("run_id", "project_id", "metric"),
        update=(
            "state", "first_month", "last_month", "new_count", "revised_count", "unchanged_count", "seconds", "error",
        ),
    )  # fmt: skip


def start_run(*, source: str, planned: int, note: str = "", requested_by: User | None = None) -> FetchRun:
    """Open a run that is to fetch `planned` series."""
    return FetchRun.objects.create(source=source, planned=planned, note=note, requested_by=requested_by)


def finish_run(*, run: FetchRun, state: str, now: dt.datetime | None = None) -> None:
    """Close `run` as `state`; a run that is closed already stays as it is."""
    moment = now or timezone.now()
    FetchRun.objects.filter(pk=run.pk, finished_at=None).update(state=state, finished_at=moment, heartbeat_at=moment)
    forget_definitions()
    run.refresh_from_db()


def forget_runs(*, before: dt.datetime) -> int:
    """Delete the runs that finished before then, with their outcomes; return how many. The newest of each source stays."""
    newest = FetchRun.objects.order_by().values("source").annotate(newest=Max("pk")).values_list("newest", flat=True)
    old = FetchRun.objects.filter(finished_at__lt=before).exclude(pk__in=list(newest))
    for run in old:  # one by one: each has thousands of outcomes
        run.delete()
    return len(old)
