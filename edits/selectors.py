"""Reads of facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.core.cache import cache
from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from database.functions import MonthIndex
from edits.metrics import METRICS, Definition, Metric, Slice, count_models
from edits.metrics.types import Text
from edits.models import Project
from edits.months import add_months, from_index, month_range, to_index

Between = tuple[dt.date, dt.date] | None  # the first month and the last; None for all months
MONTH_BITS = 20  # room for a month's index beside a project's number in one integer
# Each statement stays short whatever the size of the site.
PROJECTS_AT_ONCE = 200
ROWS_AT_ONCE = 200_000
DEFINITIONS_SECONDS = 600
MAX_SILENCE = 12  # months by which a definition may end before another and still be the one that is used
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Series:
    """One metric of one project, one definition throughout: months without a count are absent."""

    metric: Metric
    definition: Definition
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
    rows = metric.model.objects.filter(_slices_filter(metric, slices), **filters)
    if len(slices) == 1:
        return rows.values_list("project_id", "month", metric.count_field)
    totals: QuerySet[Any, Any] = rows.values("project_id", "month").annotate(total=Sum(metric.count_field), stored=Count("pk"))
    return totals.filter(stored=len(slices)).values_list("project_id", "month", "total")


def chosen_definitions(*, metric: Metric, project_ids: Collection[int] | None = None) -> dict[int, Definition]:
    """By project (of `project_ids`, or all that have a count), the definition of its series: the best one that is alive.

    A definition whose counts end more than MAX_SILENCE months before those of another has died out: the other is used.
    """
    return {project: definition for project, (definition, _end) in _newest_by_definition(metric, project_ids).items()}


def _newest_by_definition(metric: Metric, project_ids: Collection[int] | None) -> dict[int, tuple[Definition, dt.date]]:
    found: dict[int, tuple[Definition, dt.date]] = {}
    for definition in metric.definitions:
        # Any one slice of a definition stands for the definition: all are stored together.
        rows = metric.rows(definition.slices[0])
        rows = rows if project_ids is None else rows.filter(project__in=project_ids)
        for project, end in rows.values_list("project").annotate(end=Max("month")).order_by():
            if project not in found or end > add_months(found[project][1], MAX_SILENCE):
                found[project] = definition, end
    return found


def exceptional_definitions(metric: Metric) -> dict[int, Definition]:
    """The definition of each project that uses another than the best. Without a query: it is looked up once, and again when a
    run has ended (`forget_definitions`)."""
    if len(metric.definitions) == 1:
        return {}

    def look_up() -> dict[int, str]:
        chosen = chosen_definitions(metric=metric)
        return {project: each.name for project, each in chosen.items() if each is not metric.definitions[0]}

    found = cache.get_or_set(f"definitions:{metric.name}", look_up, DEFINITIONS_SECONDS) or {}
    return {project: metric.definition(name) for project, name in found.items()}


def other_measures(metric: Metric) -> dict[int, Text]:
    """What is counted of each project whose series counts something else than those of most: lists of both name it."""
    best = metric.definitions[0]
    others = exceptional_definitions(metric).items()
    return {project: each.measure for project, each in others if str(each.measure) != str(best.measure)}


def forget_definitions() -> None:
    """New counts are stored: which definition is alive is looked up anew."""
    cache.delete_many([f"definitions:{name}" for name in METRICS])


def stored_definitions(*, project: Project, metric: Metric, among: Sequence[Definition]) -> list[Definition]:
    """Those of `among` of which counts of `project` are stored; a query for each."""
    return [each for each in among if metric.rows(each.slices[0]).filter(project=project).exists()]


def series(*, project: Project, metric: Metric, definition: Definition | None = None) -> Series:
    """The metric's series of `project`, by `definition`, else by its usual one."""
    return all_series(projects=[project], metric=metric, definition=definition)[0]


def all_series(*, projects: Sequence[Project], metric: Metric, definition: Definition | None = None) -> list[Series]:
    """The same of each of `projects`, in their order; a query for each definition that they use."""
    others = exceptional_definitions(metric) if definition is None else {}
    used = {project.pk: definition or others.get(project.pk, metric.definitions[0]) for project in projects}
    totals = _totals_of(metric, used)
    empty = [pk for pk in used if not totals[pk]]
    if empty and definition is None and len(metric.definitions) > 1:  # the first counts came after the look-up
        used |= chosen_definitions(metric=metric, project_ids=empty)
        totals |= _totals_of(metric, {pk: used[pk] for pk in empty})
    found = []
    for project in projects:
        months = sorted(totals[project.pk])
        counts = tuple(totals[project.pk][month] for month in months)
        found.append(Series(metric, used[project.pk], tuple(months), counts))
    return found


def _totals_of(metric: Metric, used: Mapping[int, Definition]) -> dict[int, dict[dt.date, int]]:
    """The counts by month of each project, by the definition that it uses."""
    found: dict[int, dict[dt.date, int]] = {project: {} for project in used}
    for definition in metric.definitions:
        mine = [project for project, each in used.items() if each is definition]
        if mine:
            for project, month, count in _monthly_totals(metric, definition.slices, project__in=mine):
                found[project][month] = count
    return found


def counts_panel(*, metric: Metric, project_ids: Collection[int] | None = None, between: Between = None) -> CountsPanel:
    """All stored months of the metric (or those from the first to the second of `between`), of `project_ids` or of all
    projects that have any count.

    For each project the definition that `chosen_definitions` says is used alone.
    """
    everyone = project_ids is None
    chosen = chosen_definitions(metric=metric, project_ids=project_ids)
    found: list[tuple[IntArray, IntArray, FloatArray]] = []
    for definition in metric.definitions:
        mine = [project for project, each in chosen.items() if each is definition]
        pages = _pages_of_months(metric, definition, len(mine), between) if everyone else _pages_of_projects(mine, between)
        projects, months, totals = _complete_months(metric, definition.slices, pages)
        wanted = np.isin(projects, mine)
        found.append((projects[wanted], months[wanted], totals[wanted]))
        everyone = False  # few use another than the best definition, if any
    projects, months, totals = (np.concatenate(parts) for parts in zip(*found, strict=True))
    if not projects.size:
        return CountsPanel(metric, (), (), np.empty((0, 0)))
    done = np.unique(projects)
    first, last = int(months.min()), int(months.max())
    values = np.full((last - first + 1, done.size), np.nan)
    values[months - first, np.searchsorted(done, projects)] = totals
    return CountsPanel(metric, tuple(month_range(from_index(first), from_index(last))), tuple(done.tolist()), values)


def _pages_of_months(metric: Metric, definition: Definition, projects: int, between: Between) -> list[dict[str, object]]:
    """Conditions that lead through the index on slices, which has all that is asked for; about ROWS_AT_ONCE rows each."""
    # Any one slice of a definition stands for the definition: all are stored together.
    ends = metric.rows(definition.slices[0]).aggregate(first=Min("month"), last=Max("month"))
    if ends["first"] is None:
        return []
    first, last = between or (ends["first"], ends["last"])
    first, last = to_index(max(first, ends["first"])), to_index(min(last, ends["last"]))
    at_once = max(ROWS_AT_ONCE // max(projects * len(definition.slices), 1), 1)
    starts = range(first, last + 1, at_once)
    return [{"month__range": (from_index(start), from_index(min(start + at_once - 1, last)))} for start in starts]


def _pages_of_projects(project_ids: Collection[int], between: Between) -> list[dict[str, object]]:
    """Conditions that find the rows of some projects by the unique key, which begins with the project."""
    wanted = sorted(project_ids)
    limits: dict[str, object] = {} if between is None else {"month__range": between}
    starts = range(0, len(wanted), PROJECTS_AT_ONCE)
    return [{"project__in": wanted[start : start + PROJECTS_AT_ONCE], **limits} for start in starts]


def _complete_months(
    metric: Metric, slices: tuple[Slice, ...], pages: list[dict[str, object]]
) -> tuple[IntArray, IntArray, FloatArray]:
    """(project ids, month indices, totals) where every one of `slices` is stored.

    Added up here: letting MariaDB group a million rows costs more than reading them.
    """
    places, counts = [np.empty(0, dtype=np.int64)], [np.empty(0)]
    columns = ("project_id", MonthIndex("month"), metric.count_field)
    for page in pages:
        rows = metric.model.objects.filter(_slices_filter(metric, slices), **page).order_by().values_list(*columns)
        table = np.array(list(rows), dtype=np.int64).reshape(-1, 3)
        places.append(table[:, 0] << MONTH_BITS | table[:, 1])
        counts.append(table[:, 2].astype(float))
    place, inverse, stored = np.unique(np.concatenate(places), return_inverse=True, return_counts=True)
    totals = np.bincount(inverse, weights=np.concatenate(counts), minlength=place.size)
    complete = stored == len(slices)
    place = place[complete]
    return place >> MONTH_BITS, place & ((1 << MONTH_BITS) - 1), totals[complete]


def newest_month(*, metric: Metric) -> dt.date | None:
    """The newest month of which a count is stored, by any definition."""
    ends = (metric.rows(each.slices[0]).aggregate(newest=Max("month"))["newest"] for each in metric.definitions)
    return max((end for end in ends if end is not None), default=None)


def counted_at(*, metric: Metric, month: dt.date) -> dt.datetime | None:
    """When the newest count of `month` was stored."""
    newest: dt.datetime | None = metric.model.objects.filter(month=month).aggregate(newest=Max("updated_at"))["newest"]
    return newest


def any_above_zero(*, project: Project, metric: Metric, slice_: Slice, first: dt.date, last: dt.date) -> bool:
    """Whether a count above zero is stored for `slice_` in any month from `first` to `last`."""
    rows = metric.rows(slice_).filter(project=project, month__range=(first, last))
    return rows.filter(**{f"{metric.count_field}__gt": 0}).exists()


def stored_counts() -> int:
    """How many month counts are stored, of all metrics and slices."""
    return sum(model.objects.count() for model in count_models())
