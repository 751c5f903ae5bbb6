"""The largest rises and falls of a month, by the month's own counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import NamedTuple

from alerts.models import Alert, Direction
from dashboards.filters import AlertFilter
from dashboards.selectors import alerts_to_show, counts_of
from edits.metrics import METRICS


class _Row(NamedTuple):
    pk: int
    project: int
    direction: str
    month: dt.date
    worst_month: dt.date | None
    expected: float | None
    excess: float | None

    @property
    def figures_month(self) -> dt.date:
        return self.worst_month or self.month


def largest_changes(chosen: AlertFilter, month: dt.date, *, limit: int) -> tuple[list[Alert], list[Alert]]:
    """Rises and falls within the filter that `month` belongs to, at most `limit` of each, those first whose count in it is
    furthest from what was expected.

    An episode's stored figures are of its worst month. In its other months the excess is their count beyond what was expected
    in that one. Three queries, and one for the wikis.
    """
    found = replace(chosen, month=month).apply(Alert.objects.all()).order_by()
    alerts = [
        _Row(*row) for row in found.values_list("pk", "project_id", "direction", "month", "worst_month", "expected", "excess")
    ]
    elsewhere = {row.project for row in alerts if row.figures_month != month}
    stored = counts_of(elsewhere, metric=METRICS[chosen.metric], first=month, last=month) if elsewhere else {}
    counts = {project: points[0][1] for project, points in stored.items() if points}

    def size(row: _Row) -> float:
        excess = row.excess
        if row.figures_month != month:
            excess = counts[row.project] - (row.expected or 0) if row.project in counts else None
        return abs(excess or 0)

    alerts.sort(key=lambda row: (-size(row), row.pk))
    rises, falls = ([row.pk for row in alerts if row.direction == way][:limit] for way in (Direction.PEAK, Direction.DROP))
    by_id = {alert.pk: alert for alert in alerts_to_show().filter(pk__in=[*rises, *falls])}
    return [by_id[pk] for pk in rises], [by_id[pk] for pk in falls]
