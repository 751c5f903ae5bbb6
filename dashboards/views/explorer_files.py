"""What the explorer shows, as files."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from alerts.spreadsheet import Cell, csv_response
from dashboards.charts.chart_data import ChartData, read_chart_data
from dashboards.charts.state import PARAMETERS, ChartState
from dashboards.charts.table import MonthRow, month_rows
from dashboards.exports import json_response
from dashboards.views.pages import document, project_at
from edits.models import Project

# Called as in the API. A month without a count is an empty cell, not a zero.
COLUMNS: dict[str, Callable[[MonthRow], Cell]] = {
    "month": lambda row: row.month,
    "count": lambda row: row.count,
    "expected": lambda row: row.expected,
    "lower": lambda row: row.lower,
    "upper": lambda row: row.upper,
    "rolling_mean": lambda row: row.rolling_mean,
    "classic_threshold": lambda row: row.classic_threshold,
    "alert": lambda row: row.alert.pk if row.alert else None,
    "direction": lambda row: row.alert.direction if row.alert else None,
    "severity": lambda row: row.alert.severity if row.alert else None,
    "status": lambda row: row.alert.status if row.alert else None,
    "category": lambda row: row.alert.category.slug if row.alert and row.alert.category else None,
    "label": lambda row: row.alert.label if row.alert else None,
    "note": lambda row: row.note or None,
    "part_of_alert_since": lambda row: row.part_of.month if row.part_of else None,
}
ADJUSTED = "per_30_days"


def _table(project: Project, chart: ChartData | None) -> tuple[list[str], list[tuple[Cell, ...]]]:
    """The names of the columns, and one row for each month in view."""
    header = ["project", *COLUMNS]
    if chart is None:
        return header, []
    editors = [f"{chart.state.metric}_{name.replace('-', '_')}" for name in chart.editors]
    adjusted = [ADJUSTED] if chart.per_30_days else []
    rows: list[tuple[Cell, ...]] = [
        (project.domain, *(read(row) for read in COLUMNS.values()), *[row.per_30_days for _once in adjusted], *row.editors)
        for row in month_rows(chart)
    ]
    return [*header, *adjusted, *editors], rows


def _parts(request: HttpRequest, route: str, domain: str) -> tuple[Project, ChartState, list[str], list[tuple[Cell, ...]]]:
    project = project_at(route, domain)
    state = ChartState.read(request.GET)
    return project, state, *_table(project, read_chart_data(project, state))


@document(*PARAMETERS)
def explorer_csv(request: HttpRequest, domain: str) -> HttpResponseBase:
    """The months in view as CSV."""
    project, state, header, rows = _parts(request, "explorer-csv", domain)
    return csv_response(f"{project.domain}-{state.metric}", header, rows)


@document(*PARAMETERS)
def explorer_json(request: HttpRequest, domain: str) -> HttpResponse:
    """The months in view as JSON."""
    project, state, header, rows = _parts(request, "explorer-json", domain)
    return json_response(
        f"{project.domain}-{state.metric}", header, rows, project=project.domain, metric=state.metric, licence="CC0-1.0"
    )
