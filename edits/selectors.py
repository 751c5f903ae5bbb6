"""Reads of facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from database.functions import MonthIndex
from edits.metrics import METRICS, Metric, Slice
from edits.models import Project
from edits.months import from_index, month_range

MONTH_BITS = 20  # room for a month's index beside a project's number in one integer
# Each statement stays short whatever the size of the site.
PROJECTS_AT_ONCE = 200
ROWS_AT_ONCE = 200_000
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Series:
    """One metric of one project, one definition throughout: months without a count are absent."""

    metric: Metric
    slices: tuple[Slice, ...]
    months: tuple[dt.date, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CountsPanel:
    """One metric of many projects. `values[i, j]` is the count of `projects[j]` in `months[i]`; NaN where it is missing."""

    metric: Metric
    months: tuple[dt.date, ...]
    projects: tuple[int, ...]
    values: FloatArray


def _slices_filter(metric: Metric, slices: tuple[Slice, ...]) -> Q:
    condition = Q()
    for values in slices:
        condition |= Q(**dict(zip(metric.slice_fields, values, strict=True)))
    return condition


def _monthly_totals(metric: Metric, slices: tuple[Slice, ...], **filters: object) -> QuerySet[Any, tuple[int, dt.date, int]]:
    """(project id, month, count) where every one of `slices` is stored."""
    rows = metric.model._default_manager.filter(_slices_filter(metric, slices), **filters)
    if len(slices) == 1:
        return rows.values_list("project_id", "month", metric.count_field)
    totals = rows.values("project_id", "month").annotate(total=Sum(metric.count_field), stored=Count("pk"))
    return totals.filter(stored=len(slices)).values_list("project_id", "month", "total")


def series(*, project: Project, metric: Metric) -> Series:
    """The metric's series of `project`, by the first definition of which anything is stored."""
    for slices in metric.series:
        totals = {month: count for _, month, count in _monthly_totals(metric, slices, project=project)}
        if totals:
            months = sorted(totals)
            return Series(metric, slices, tuple(months), tuple(totals[month] for month in months))
    return Series(metric, metric.series[0], (), ())


def counts_panel(
    *, metric: Metric, project_ids: Collection[int] | None = None, between: tuple[dt.date, dt.date] | None = None
) -> CountsPanel:
    """All stored months of the metric (or those from the first to the second of `between`), of `project_ids` or of all
    projects that have any count.

    For each project the first definition of which anything is stored is used alone.
    """
    limits: dict[str, object] = {} if between is None else {"month__range": between}
    everyone = project_ids is None
    missing = set(Project.objects.order_by().values_list("pk", flat=True) if project_ids is None else project_ids)
    found: list[tuple[IntArray, IntArray, FloatArray]] = []
    for slices in metric.series:
        pages = _pages_of_table(metric) if everyone else _pages_of_projects(missing)
        found.append(_complete_months(metric, slices, [{**limits, **page} for page in pages]))
        missing.difference_update(found[-1][0].tolist())
        everyone = False  # few are left, if any
    projects, months, totals = (np.concatenate(parts) for parts in zip(*found, strict=True))
    if not projects.size:
        return CountsPanel(metric, (), (), np.empty((0, 0)))
    done = np.unique(projects)
    first, last = int(months.min()), int(months.max())
    values = np.full((last - first + 1, done.size), np.nan)
    values[months - first, np.searchsorted(done, projects)] = totals
    return CountsPanel(metric, tuple(month_range(from_index(first), from_index(last))), tuple(done.tolist()), values)


def _pages_of_table(metric: Metric) -> list[dict[str, object]]:
    """Conditions that lead through the whole table in the order in which it is stored, which no index is as fast as."""
    newest = metric.model._default_manager.aggregate(newest=Max("pk"))["newest"] or 0
    return [{"pk__range": (start + 1, start + ROWS_AT_ONCE)} for start in range(0, newest, ROWS_AT_ONCE)]


def _pages_of_projects(project_ids: Collection[int]) -> list[dict[str, object]]:
    """Conditions that find the rows of some projects by the unique key, which begins with the project."""
    wanted = sorted(project_ids)
    return [{"project__in": wanted[start : start + PROJECTS_AT_ONCE]} for start in range(0, len(wanted), PROJECTS_AT_ONCE)]


def _complete_months(
    metric: Metric, slices: tuple[Slice, ...], pages: list[dict[str, object]]
) -> tuple[IntArray, IntArray, FloatArray]:
    """(project ids, month indices, totals) where every one of `slices` is stored.

    Added up here: letting MariaDB group a million rows costs more than reading them.
    """
    places, counts = [np.empty(0, dtype=np.int64)], [np.empty(0)]
    columns = ("project_id", MonthIndex("month"), metric.count_field)
    for page in pages:
        rows = metric.model._default_manager.filter(_slices_filter(metric, slices), **page).order_by().values_list(*columns)
        table = np.array(list(rows), dtype=np.int64).reshape(-1, 3)
        places.append(table[:, 0] << MONTH_BITS | table[:, 1])
        counts.append(table[:, 2].astype(float))
    place, inverse, stored = np.unique(np.concatenate(places), return_inverse=True, return_counts=True)
    totals = np.bincount(inverse, weights=np.concatenate(counts), minlength=place.size)
    complete = stored == len(slices)
    place = place[complete]
    return place >> MONTH_BITS, place & ((1 << MONTH_BITS) - 1), totals[complete]


def newest_month(*, metric: Metric) -> dt.date | None:
    """The newest month of which any count is stored."""
    return metric.model._default_manager.aggregate(newest=Max("month"))["newest"]  # type: ignore[no-any-return]


def counted_at(*, metric: Metric, month: dt.date) -> dt.datetime | None:
    """When the newest count of `month` was stored."""
    return metric.model._default_manager.filter(month=month).aggregate(newest=Max("updated_at"))["newest"]  # type: ignore[no-any-return]


def any_above_zero(*, project: Project, metric: Metric, slice_: Slice, first: dt.date, last: dt.date) -> bool:
    """Whether a count above zero is stored for `slice_` in any month from `first` to `last`."""
    values = dict(zip(metric.slice_fields, slice_, strict=True)) | {f"{metric.count_field}__gt": 0}
    return metric.model._default_manager.filter(project=project, month__range=(first, last), **values).exists()


def span_of(*, project: Project, metric: Metric) -> tuple[dt.date, dt.date] | None:
    """The first and the last month of which a count is stored."""
    ends = metric.model._default_manager.filter(project=project).aggregate(first=Min("month"), last=Max("month"))
    return (ends["first"], ends["last"]) if ends["first"] else None


def stored_counts() -> int:
    """How many month counts are stored, of all metrics and slices."""
    return sum(metric.model._default_manager.count() for metric in METRICS.values())
