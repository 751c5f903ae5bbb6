"""Reads that pages share."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection
from itertools import groupby
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import get_language

from alerts.models import Alert, AlertQuerySet
from annotations.models import Annotation
from dashboards.caching import cached_until_data_changes
from edits.fetching import reporting
from edits.fetching import selectors as fetching
from edits.fetching.selectors import Freshness
from edits.finding import fold
from edits.languages import language_name
from edits.metrics import METRICS, Definition, Metric, together
from edits.models import Project
from edits.months import add_months
from edits.selectors import exceptional_definitions


def scope(*, family: str = "", language: str = "", project: str = "") -> list[int] | None:
    """Ids of the projects that a filter leaves; None for all of them, when it leaves none out."""
    wanted = {"family": family, "language_code": language, "domain": project}
    chosen = {name: value for name, value in wanted.items() if value}
    return list(Project.objects.filter(**chosen).order_by("pk").values_list("pk", flat=True)) if chosen else None


def scope_key(projects: Collection[int] | None) -> str:
    """A short name of some projects, the same in every process."""
    return "all" if projects is None else hashlib.sha256(repr(projects).encode()).hexdigest()[:16]


def reporting_by_month(metric: Metric, projects: Collection[int] | None = None) -> reporting.ReportingByMonth:
    """Who reported when, among `projects` (of a `scope`) or all."""
    return cached_until_data_changes(
        f"reporting:{metric.name}:{scope_key(projects)}", lambda: reporting.reporting_by_month(metric, projects)
    )


def freshness(metric: Metric, today: dt.date) -> Freshness:
    """How recent the counts of `metric` are on `today`."""

    def build() -> Freshness:
        return fetching.freshness(metric=metric.name, today=today, known=reporting_by_month(metric))

    return cached_until_data_changes(f"freshness:{metric.name}:{today}", build)


def alerts_to_show() -> AlertQuerySet:
    """Alerts with what their line on a page needs.

    Not joined: MariaDB would begin with the projects and sort all alerts, instead of reading some in the order of an index.
    """
    return Alert.objects.prefetch_related("project", "category").defer("evidence")


def judged_apart(alert: Alert) -> list[Alert]:
    """The other standing alerts of the wiki in the months of `alert`, of the whole or the parts that are shown with it."""
    last = alert.episode_end or alert.month
    same = alerts_to_show().standing().filter(project=alert.project_id, metric__in=together(alert.metric), month__lte=last)
    found = same.filter(Q(month__gte=alert.month) | Q(episode_end__gte=alert.month)).exclude(pk=alert.pk)
    return sorted(found, key=lambda each: (together(each.metric).index(each.metric), each.month))


def headlines(alerts: Collection[Alert]) -> dict[int, Annotation]:
    """The published headline of each of `alerts`, by alert."""
    found = Annotation.objects.filter(alert__in=[alert.pk for alert in alerts], headline=True)
    return {annotation.alert_id: annotation for annotation in found.filter(status=Annotation.Status.PUBLISHED)}


def recent_counts(
    alerts: Collection[Alert], *, months: int = 24, month: dt.date | None = None
) -> dict[int, list[tuple[dt.date, int]]]:
    """For each alert the counts of the `months` months up to `month`, or up to that of its figures; one query per metric."""
    result: dict[int, list[tuple[dt.date, int]]] = {}
    for metric in METRICS.values():
        mine = [alert for alert in alerts if alert.metric == metric.name]
        if not mine:
            continue
        first = add_months(month or min(alert.figures_month for alert in mine), 1 - months)
        last = month or max(alert.figures_month for alert in mine)
        stored = _slices_of({alert.project_id for alert in mine}, metric, first, last)
        usual = exceptional_definitions(metric)
        for alert in mine:
            end = month or alert.figures_month
            start = add_months(end, 1 - months)
            slices = stored.get(alert.project_id, {})
            points = _totals(slices, metric, usual.get(alert.project_id), holding=alert.figures_month)
            result[alert.pk] = [point for point in points if start <= point[0] <= end]
    return result


def counts_of(
    projects: Collection[int], *, metric: Metric, first: dt.date, last: dt.date
) -> dict[int, list[tuple[dt.date, int]]]:
    """(month, count) of each project from `first` to `last`, by the definition that its series uses; one query."""
    others = exceptional_definitions(metric)
    stored = _slices_of(projects, metric, first, last)
    return {project: _totals(slices, metric, others.get(project)) for project, slices in stored.items()}


Slices = dict[tuple[str, ...], dict[dt.date, int]]


def _slices_of(projects: Collection[int], metric: Metric, first: dt.date, last: dt.date) -> dict[int, Slices]:
    """The counts of each project by slice and month; one query."""
    columns = ["project_id", "month", metric.count_field, *metric.slice_fields]
    every = metric.model.objects.filter(project__in=projects, month__range=(first, last))
    wanted = metric.filter_of(part for definition in metric.definitions for part in definition.slices)
    stored: dict[int, Slices] = {}
    for project, month, count, *key in every.filter(**wanted).values_list(*columns):
        stored.setdefault(project, {}).setdefault(tuple(key), {})[month] = count
    return stored


def _totals(
    slices: Slices, metric: Metric, other: Definition | None, *, holding: dt.date | None = None
) -> list[tuple[dt.date, int]]:
    """The months in which every slice of a definition is stored, and their sums; of the `other` one, else of the best.

    Where it is known which month must be among them (`holding`), a definition that has it goes before all others: an alert is
    drawn with the counts that it was raised on, also where its project is counted otherwise by now.
    """
    usual = (other,) if other else metric.definitions
    found = [months for definition in usual if (months := _sums(slices, definition))]
    if holding is not None and not any(holding in months for months in found):
        every = [_sums(slices, definition) for definition in metric.definitions]
        found = [months for months in every if holding in months] + found
    return sorted(found[0].items()) if found else []


def _sums(slices: Slices, definition: Definition) -> dict[dt.date, int]:
    parts = [slices.get(part, {}) for part in definition.slices]
    return {month: sum(part[month] for part in parts) for month in set(parts[0]).intersection(*parts[1:])}


class Language(NamedTuple):
    """A language that has a wiki: what the reader calls it, what it calls itself, and how many wikis it has."""

    code: str
    name: str
    own_name: str
    wikis: int


def all_languages() -> list[Language]:
    """Each language that has a wiki, by name."""

    def build() -> list[Language]:
        columns = ("language_code", "language_name", "language_name_en")
        names: dict[str, tuple[str, str, int]] = {}
        for code, own, english in Project.objects.exclude(language_code="").values_list(*columns):
            known = names.get(code, ("", "", 0))
            names[code] = known[0] or own, known[1] or english, known[2] + 1
        found = names.items()
        named = [Language(code, language_name(code, own, english), own, wikis) for code, (own, english, wikis) in found]
        return sorted(named, key=lambda language: fold(language.name))

    return cached_until_data_changes(f"languages:{get_language()}", build)


def languages() -> list[tuple[str, str]]:
    """(code, name for the reader) of each language that has a wiki, by name."""
    return [(language.code, language.name) for language in all_languages()]


def languages_by_letter() -> list[tuple[str, list[Language]]]:
    """The languages under the first letter of their names, without its accents."""
    return [
        (letter, list(under))
        for letter, under in groupby(all_languages(), key=lambda language: fold(language.name)[:1].upper())
    ]
