"""Reads that pages share."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Collection
from typing import TypeVar

from django.core.cache import cache
from django.db.models import QuerySet

from alerts.models import Alert
from annotations.models import Annotation
from edits.fetching import selectors as fetching
from edits.fetching.completeness import Reports, reports
from edits.fetching.selectors import Coverage
from edits.language_names import language_name
from edits.metrics import METRICS, Metric
from edits.models import FetchRun, Project
from edits.months import add_months

T = TypeVar("T")

RUNS_AT_ONCE = 5
REMEMBERED_SECONDS = 600
BUILDING_SECONDS = 30  # after which somebody else tries: who was building may have been killed
STALE_SECONDS = 3600


def data_version() -> str:
    """Changes when counts were stored, once a minute while they are: some rows read by their key. A list of wikis may be
    fetched while counts are, so that the newest run alone would not tell."""
    newest = FetchRun.objects.order_by("-pk").values_list("pk", "state", "heartbeat_at")[:RUNS_AT_ONCE]
    return " ".join(f"{pk}-{state}-{heartbeat_at:%Y%m%d%H%M}" for pk, state, heartbeat_at in newest)


def remembered(name: str, build: Callable[[], T]) -> T:
    """`build()`, kept in the cache until the data changes (or a few minutes, whichever is sooner).

    While one request builds it anew, the others get what was known before: ten readers do not wait for the same sum ten times.
    """
    version = data_version()
    key = f"dashboards:{name}".replace(" ", "_")
    now = time.time()
    known: tuple[str, float, T] | None = cache.get(key)
    if known and known[0] == version and now < known[1]:
        return known[2]
    if known and not cache.add(f"{key}:building", True, BUILDING_SECONDS):
        return known[2]
    try:
        found = build()
        cache.set(key, (version, now + REMEMBERED_SECONDS, found), STALE_SECONDS)
        return found
    finally:
        cache.delete(f"{key}:building")


def scope(*, family: str = "", language: str = "", project: str = "") -> list[int] | None:
    """Ids of the projects that a filter leaves; None for all of them, when it leaves none out."""
    wanted = {"family": family, "language_code": language, "domain": project}
    chosen = {name: value for name, value in wanted.items() if value}
    return list(Project.objects.filter(**chosen).order_by("pk").values_list("pk", flat=True)) if chosen else None


def scope_key(projects: Collection[int] | None) -> str:
    """A short name of some projects, the same in every process."""
    return "all" if projects is None else hashlib.sha256(repr(projects).encode()).hexdigest()[:16]


def coverage(metric: Metric, projects: Collection[int] | None = None) -> Reports:
    """Who reported when, among `projects` (of a `scope`) or all."""
    return remembered(f"reports:{metric.name}:{scope_key(projects)}", lambda: reports(metric, projects))


def reach(metric: Metric, today: dt.date) -> Coverage:
    """How far the counts of `metric` reach on `today`."""
    known = coverage(metric)
    return remembered(f"reach:{metric.name}:{today}", lambda: fetching.coverage(metric=metric.name, today=today, known=known))


def alerts_to_show() -> QuerySet[Alert]:
    """Alerts with what their line on a page needs.

    Not joined: MariaDB would begin with the projects and sort all alerts, instead of reading some in the order of an index.
    """
    return Alert.objects.prefetch_related("project", "category").defer("evidence")


def headlines(alerts: Collection[Alert]) -> dict[int, Annotation]:
    """The published headline of each of `alerts`, by alert."""
    found = Annotation.objects.filter(alert__in=[alert.pk for alert in alerts], headline=True)
    return {annotation.alert_id: annotation for annotation in found.filter(status=Annotation.Status.PUBLISHED)}


def recent_counts(
    alerts: Collection[Alert], *, months: int = 24, month: dt.date | None = None
) -> dict[int, list[tuple[dt.date, int]]]:
    """For each alert the counts of the `months` months that end with `month`, or with its own; one query per metric."""
    result: dict[int, list[tuple[dt.date, int]]] = {}
    for metric in METRICS.values():
        mine = [alert for alert in alerts if alert.metric == metric.name]
        if not mine:
            continue
        first = add_months(month or min(alert.month for alert in mine), 1 - months)
        last = month or max(alert.month for alert in mine)
        series = counts_of({alert.project_id for alert in mine}, metric=metric, first=first, last=last)
        for alert in mine:
            end = month or alert.month
            start = add_months(end, 1 - months)
            result[alert.pk] = [point for point in series.get(alert.project_id, []) if start <= point[0] <= end]
    return result


def counts_of(
    projects: Collection[int], *, metric: Metric, first: dt.date, last: dt.date
) -> dict[int, list[tuple[dt.date, int]]]:
    """(month, count) of each project from `first` to `last`, by the first definition that has any; one query."""
    columns = ["project_id", "month", metric.count_field, *metric.slice_fields]
    every = metric.model._default_manager.filter(project__in=projects, month__range=(first, last))
    wanted = metric.filter_of(part for definition in metric.series for part in definition)
    rows = every.filter(**wanted).values_list(*columns)
    stored: dict[int, dict[tuple[str, ...], dict[dt.date, int]]] = {}
    for project, month, count, *key in rows:
        stored.setdefault(project, {}).setdefault(tuple(key), {})[month] = count
    return {project: _first_definition(slices, metric) for project, slices in stored.items()}


def _first_definition(slices: dict[tuple[str, ...], dict[dt.date, int]], metric: Metric) -> list[tuple[dt.date, int]]:
    """The months in which every slice of the first definition with any such month is stored, and their sums."""
    for definition in metric.series:
        parts = [slices.get(part, {}) for part in definition]
        months = set(parts[0]).intersection(*parts[1:])
        if months:
            return [(month, sum(part[month] for part in parts)) for month in sorted(months)]
    return []


def languages() -> list[tuple[str, str]]:
    """(code, name for the reader) of each language that has a project, by name."""

    def build() -> dict[str, tuple[str, str]]:
        columns = ("language_code", "language_name", "language_name_en")
        names: dict[str, tuple[str, str]] = {}
        for code, own, english in Project.objects.exclude(language_code="").values_list(*columns).distinct():
            known = names.get(code, ("", ""))
            names[code] = known[0] or own, known[1] or english
        return names

    named = [(code, language_name(code, *names)) for code, names in remembered("languages", build).items()]
    return sorted(named, key=lambda pair: pair[1].casefold())
