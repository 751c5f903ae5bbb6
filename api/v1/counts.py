"""The counts of one wiki, with what was expected of them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from alerts.models import Status
from api.parameters import MetricName, Month
from api.schemas import CountsOfProject, HistoryOfProject
from api.v1.alerts import alert_items
from api.v1.operations import get
from api.v1.projects import find_project
from dashboards.charts.editors import editor_counts
from dashboards.charts.series import Floats, JudgedSeries, judged_series
from dashboards.selectors import alerts_to_show
from edits.metrics import DEFAULT_METRIC, METRICS
from edits.models import Project

LICENCE = "CC0-1.0"
router = Router(tags=["counts"])


class CountParameters(Schema):
    """Which counts to give. Months without a count inside the series are listed with nulls."""

    metric: MetricName = Field(DEFAULT_METRIC, description="What is counted.")
    first: Month | None = Field(None, alias="from", description="The first month.")
    last: Month | None = Field(None, alias="to", description="The last month.")


@get(router, "/projects/{project}/counts", CountsOfProject, can_miss=True)
def counts(request: HttpRequest, project: str, query: Query[CountParameters]) -> Any:
    """One metric of one wiki, month by month, oldest first."""
    found = find_project(project)
    return _counts_of(found, query.metric, _alerts_by_month(found), query.first, query.last)


@get(router, "/projects/{project}/history", HistoryOfProject, can_miss=True)
def history(request: HttpRequest, project: str) -> Any:
    """All that is stored of one wiki, in one answer: every metric, every month, every alert."""
    found = find_project(project)
    alerts = list(alerts_to_show().filter(project=found).order_by("-month", "pk"))
    by_month = _alerts_by_month(found)
    return {
        "project": found.domain,
        "licence": LICENCE,
        "metrics": [_counts_of(found, name, by_month) for name in METRICS],
        "alerts": list(alert_items(request, alerts)),
    }


def _alerts_by_month(project: Project) -> dict[tuple[str, dt.date], int]:
    """The id of the standing alert of each metric and month; one query."""
    rows = project.alerts.exclude(status=Status.WITHDRAWN).order_by().values_list("metric", "month", "pk")
    return {(metric, month): pk for metric, month, pk in rows}


def _counts_of(
    project: Project,
    metric: str,
    alerts: dict[tuple[str, dt.date], int],
    first: dt.date | None = None,
    last: dt.date | None = None,
) -> dict[str, Any]:
    series = judged_series(project, metric)
    parts = editor_counts(project, series) if series.months else {}
    return {
        "project": project.domain,
        "metric": metric,
        "definition": str(series.counted.measure),
        "licence": LICENCE,
        "items": [
            item
            for item in _items(series, parts, alerts)
            if (first is None or item["month"] >= first) and (last is None or item["month"] <= last)
        ],
    }


def _items(series: JudgedSeries, parts: dict[str, Floats], alerts: dict[tuple[str, dt.date], int]) -> Iterable[dict[str, Any]]:
    for position, month in enumerate(series.months):
        yield {
            "month": month,
            "count": _whole(series.counts[position]),
            "expected": _known(series.expected[position]),
            "lower": _known(series.lower[position]),
            "upper": _known(series.upper[position]),
            "rolling_mean": _known(series.rolling_mean[position]),
            "classic_threshold": _known(series.classic_threshold[position]),
            "alert": alerts.get((series.metric, month)),
            "by_editor_type": {name: _whole(counts[position]) for name, counts in parts.items()},
        }


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _whole(value: float) -> int | None:
    return int(value) if math.isfinite(value) else None
