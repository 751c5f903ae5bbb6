"""Which projects reported which month. One definition, by which every page and the banner count."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Max, Min

from edits.metrics import Metric
from edits.models import Project
from edits.selectors import chosen_definitions

SHARE_OF_MOST = 0.5  # "most projects reported" when at least this share of those expected did


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the projects that are expected in the month had a count in it."""

    month: dt.date
    reported: int
    expected: int

    @property
    def share(self) -> float:
        return self.reported / self.expected if self.expected else 0.0

    @property
    def outstanding(self) -> int:
        return self.expected - self.reported


@dataclass(frozen=True, slots=True)
class ReportingByMonth:
    """Of one metric: how many projects reported each month, how many began in it, and of how many it was the last ever."""

    reported: dict[dt.date, int]
    begun: dict[dt.date, int]
    ended: dict[dt.date, int]

    @property
    def months(self) -> list[dt.date]:
        return sorted(self.reported)

    def coverage(self, month: dt.date) -> Coverage:
        """How complete `month` is: expected is who had begun by then and, where no more is to come, had not ended before."""
        begun = sum(number for first, number in self.begun.items() if first <= month)
        ended = sum(number for last, number in self.ended.items() if last < month)
        return Coverage(month, self.reported.get(month, 0), begun - ended)

    def newest_full(self) -> dt.date | None:
        """The newest month that most of the projects expected in it reported; else the best covered one."""
        if not self.reported:
            return None
        for month in reversed(self.months):
            if self.coverage(month).share >= SHARE_OF_MOST:
                return month
        return max(self.months, key=lambda month: (self.reported[month], month))


def reporting_by_month(metric: Metric, projects: Collection[int] | None = None) -> ReportingByMonth:
    """Who reported when, among `projects` or all. A project counts with the definition that its series uses."""
    reported: Counter[dt.date] = Counter()
    spans: dict[int, tuple[dt.date, dt.date]] = {}
    chosen = chosen_definitions(metric=metric, project_ids=projects)
    for definition in metric.definitions:
        # Any one slice of a definition stands for the definition: all are stored together. Conditions by equality let
        # an index answer in its own order, without a look at the table and without sorting (docs/adr/0021).
        rows = metric.rows(definition.slices[0])
        rows = rows if projects is None else rows.filter(project__in=projects)
        found = rows.values_list("project").annotate(first=Min("month"), last=Max("month")).order_by()
        stored = {project: (first, last) for project, first, last in found}
        mine = {project for project in stored if chosen.get(project) is definition}
        if mine:
            counted = rows if len(mine) == len(stored) else rows.filter(project__in=mine)
            reported.update(dict(counted.values_list("month").annotate(n=Count("pk")).order_by()))
        spans |= {project: stored[project] for project in mine}
    going_on = set(Project.objects.open().values_list("pk", flat=True))
    begun = Counter(first for first, _last in spans.values())
    ended = Counter(last for project, (_first, last) in spans.items() if project not in going_on)
    return ReportingByMonth(dict(reported), dict(begun), dict(ended))
