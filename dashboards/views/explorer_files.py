"""What the explorer shows, as files."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from dashboards.charts.scene import Scene, read_scene
from dashboards.charts.state import ChartState
from dashboards.charts.table import MonthRow, month_rows
from dashboards.exports import Cell, csv_response, json_response
from dashboards.views.pages import page
from edits.models import Project

# A month without a count is an empty cell, not a zero.
COLUMNS: dict[str, Callable[[MonthRow], Cell]] = {
    "month": lambda row: row.month,
    "count": lambda row: row.count,
    "expected": lambda row: row.expected,
    "normal_from": lambda row: row.lower,
    "normal_up_to": lambda row: row.upper,
    "rolling_mean": lambda row: row.rolling_mean,
    "classic_threshold": lambda row: row.classic_threshold,
    "alert": lambda row: row.alert.direction if row.alert else None,
    "severity": lambda row: row.alert.severity if row.alert else None,
    "status": lambda row: row.alert.status if row.alert else None,
    "category": lambda row: row.alert.category.slug if row.alert and row.alert.category else None,
    "label": lambda row: row.alert.label if row.alert else None,
    "note": lambda row: row.note or None,
    "part_of_alert_since": lambda row: row.part_of.month if row.part_of else None,
}
ADJUSTED = "per_30_days"


def _table(project: Project, scene: Scene | None) -> tuple[list[str], list[tuple[Cell, ...]]]:
    """The names of the columns, and one row for each month in view."""
    header = ["project", *COLUMNS]
    if scene is None:
        return header, []
    editors = [f"edits_{name.replace('-', '_')}" for name in scene.editors]
    adjusted = [ADJUSTED] if scene.per_30_days else []
    rows: list[tuple[Cell, ...]] = [
        (project.domain, *(read(row) for read in COLUMNS.values()), *[row.per_30_days for _once in adjusted], *row.editors)
        for row in month_rows(scene)
    ]
    return [*header, *adjusted, *editors], rows


def _parts(request: HttpRequest, domain: str) -> tuple[Project, ChartState, list[str], list[tuple[Cell, ...]]]:
    project = get_object_or_404(Project, domain=domain)
    state = ChartState.read(request.GET)
    return project, state, *_table(project, read_scene(project, state))


@page
def explorer_csv(request: HttpRequest, domain: str) -> HttpResponse:
    """The months in view as CSV."""
    project, state, header, rows = _parts(request, domain)
    return csv_response(f"{project.domain}-{state.metric}", header, rows)  # type: ignore[return-value]


@page
def explorer_json(request: HttpRequest, domain: str) -> HttpResponse:
    """The months in view as JSON."""
    project, state, header, rows = _parts(request, domain)
    return json_response(
        f"{project.domain}-{state.metric}", header, rows, project=project.domain, metric=state.metric, licence="CC0-1.0"
    )
