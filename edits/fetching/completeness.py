"""Which projects reported which month. One definition, by which every page and the banner count."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Max, Min

from edits.fetching.plan import open_projects
from edits.metrics import Metric

SHARE_OF_MOST = 0.5  # "most projects reported" when at least this share of those expected did


@dataclass(frozen=True, slots=True)
class Completeness:
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
class Reports:
    """Of one metric: how many projects reported each month, how many began in it, and of how many it was the last ever."""

    reported: dict[dt.date, int]
    begun: dict[dt.date, int]
    ended: dict[dt.date, int]

    @property
    def months(self) -> list[dt.date]:
        return sorted(self.reported)

    def of(self, month: dt.date) -> Completeness:
        """How complete `month` is: expected is who had begun by then and, where no more is to come, had not ended before."""
        begun = sum(number for first, number in self.begun.items() if first <= month)
        ended = sum(number for last, number in self.ended.items() if last < month)
        return Completeness(month, self.reported.get(month, 0), begun - ended)

    def newest_full(self) -> dt.date | None:
        """The newest month that most of the projects expected in it reported; else the best covered one."""
        if not self.reported:
            return None
        for month in reversed(self.months):
            if self.of(month).share >= SHARE_OF_MOST:
                return month
        return max(self.months, key=lambda month: (self.reported[month], month))


def reports(metric: Metric, projects: Collection[int] | None = None) -> Reports:
    """Who reported when, among `projects` or all. A project counts with the definition that its series uses."""
    reported: Counter[dt.date] = Counter()
    spans: dict[int, tuple[dt.date, dt.date]] = {}
    for definition in metric.series:
        # Any one slice of a definition stands for the definition: all are stored together. Conditions by equality let
        # an index answer in its own order, without a look at the table and without sorting (docs/adr/0056).
        rows = metric.model._default_manager.filter(**dict(zip(metric.slice_fields, definition[0], strict=True)))
        rows = rows if projects is None else rows.filter(project__in=projects)
        found = rows.values_list("project").annotate(first=Min("month"), last=Max("month")).order_by()
        stored = {project: (first, last) for project, first, last in found}
        new = stored.keys() - spans.keys()
        if new:
            counted = rows if len(new) == len(stored) else rows.filter(project__in=new)
            reported.update(dict(counted.values_list("month").annotate(n=Count("pk")).order_by()))
        spans |= {project: stored[project] for project in new}
    going_on = set(open_projects().values_list("pk", flat=True))
    begun = Counter(first for first, _last in spans.values())
    ended = Counter(last for project, (_first, last) in spans.items() if project not in going_on)
    return Reports(dict(reported), dict(begun), dict(ended))
