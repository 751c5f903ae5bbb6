"""Up to eight projects side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alerts.models import Alert
from alerts.spreadsheet import Cell, csv_response
from curation.language import listed
from dashboards import parameters, search
from dashboards.charts.compare import (
    ABSOLUTE,
    INDEXED,
    MAX_PROJECTS,
    Comparison,
    chosen_projects,
    comparison,
    figure,
    named_domains,
)
from dashboards.charts.state import ALL, LAYERS, PARAMETERS, RANGE_LABELS, RANGES, ChartState
from dashboards.charts.still import still
from dashboards.views.explorer_files import ADJUSTED
from dashboards.views.pages import chart_page, document
from edits.finding import UnknownProject, find, resolve_project
from edits.metrics import metric_choices
from edits.models import Project

LAYERS_HERE = ("zero", "log", "per30")
MAX_CHOICES = 6
INDEX = "index"


@chart_page
def compare(request: HttpRequest) -> HttpResponse:
    """The chart, and its figures as a table. `add` takes what people type: a name that is clear is added, another one is asked
    back."""
    projects, state = chosen_projects(request.GET), ChartState.read(request.GET, default_range=ALL)
    named = named_domains(request.GET)[:MAX_PROJECTS]
    if named != [project.domain for project in projects]:
        return redirect(request.path + _canonical(projects, request.GET))
    wanted, problem = parameters.text(request.GET, "add", longest=parameters.MAX_ADDRESS), ""
    found = find(wanted, limit=MAX_CHOICES) if wanted else []
    left_out = listed(named_domains(request.GET)[MAX_PROJECTS:]) or (wanted if len(projects) == MAX_PROJECTS else "")
    if left_out:
        words = {"most": MAX_PROJECTS, "left_out": left_out}
        problem, found = (
            ngettext(
                "At most %(most)s wiki can be compared; left out: %(left_out)s.",
                "At most %(most)s wikis can be compared; left out: %(left_out)s.",
                MAX_PROJECTS,
            )
            % words,
            [],
        )
    elif clear := _meant(wanted):
        return redirect(request.path + _with(clear.domain, request.GET))
    elif wanted and not found:
        problem = _("No wiki is called “%(name)s”, and no name is close to it.") % {"name": wanted}
    shown = comparison(projects, request.GET)
    drawn = shown.projects if shown else []
    context = {
        "projects": [(project, _without(project.domain, request.GET)) for project in projects],
        "state": state,
        "scale": parameters.choice(request.GET, "scale", [INDEXED, ABSOLUTE], ABSOLUTE),
        "scales": [(ABSOLUTE, gettext_lazy("Counts")), (INDEXED, gettext_lazy("Common year = 100"))],
        "metrics": metric_choices(),
        "ranges": [(key, RANGE_LABELS[key]) for key in [*RANGES, ALL]],
        "layers": [(name, LAYERS[name], name in state.layers) for name in LAYERS_HERE],
        "missing": [project for project in projects if project not in drawn],
        "here": f"?{request.GET.urlencode()}",
        "room": len(projects) < MAX_PROJECTS,
        "problem": problem,
        "wanted": wanted,
        "choices": [(entry, search.detail(entry), _with(entry.domain, request.GET)) for entry in found],
        "shown": shown,
        "still": still(figure(shown, hover=False)) if shown else "",
        "table": _table(shown) if shown else [],
        "caption": shown.series[0].counted.caption if shown else "",
        "measures": _measures(shown) if shown else [],
    }
    return render(request, "dashboards/compare.html", context)


def _meant(wanted: str) -> Project | None:
    """The one that is called so, if it is one alone: many special wikis are called just "Wikipedia"."""
    try:
        return resolve_project(wanted) if wanted else None
    except UnknownProject:
        return None


def _table(shown: Comparison) -> list[tuple[Any, list[tuple[str, float, Alert | None]]]]:
    """The figures that the chart draws with the names of their wikis and the alerts, newest month first."""
    names = [project.name for project in shown.projects]  # worded anew each time that they are asked for
    lines = list(zip(names, shown.shown, shown.alerts, strict=True))
    return [
        (each, [(name, float(values[at]), alerts.get(each)) for name, values, alerts in lines])
        for at, each in enumerate(shown.months)
    ][::-1]


@document("p", "scale", *PARAMETERS)
def compare_csv(request: HttpRequest) -> HttpResponseBase:
    """The months in view of each wiki, one after the other; a month without a count is an empty cell, not a zero."""
    shown = comparison(chosen_projects(request.GET), request.GET)
    more = [name for name, wanted in ((ADJUSTED, shown and shown.per_30_days), (INDEX, shown and shown.base)) if wanted]
    header = ["project", "month", "count", *more, "alert", "severity", "status"]
    return csv_response("compare", header, _csv_rows(shown, more) if shown else [])


def _csv_rows(shown: Comparison, more: list[str]) -> Iterator[tuple[Cell, ...]]:
    for line, project in enumerate(shown.projects):
        columns = {ADJUSTED: shown.scaled[line], INDEX: shown.shown[line]}
        for at, month in enumerate(shown.months):
            count, alert = shown.raw[line][at], shown.alerts[line].get(month)
            added = (float(columns[name][at]) if np.isfinite(columns[name][at]) else None for name in more)
            told = (alert.direction, alert.severity, alert.status) if alert else (None, None, None)
            yield project.domain, month, int(count) if np.isfinite(count) else None, *added, *told


def _measures(shown: Comparison) -> list[tuple[Any, list[Project]]]:
    """What is counted, and of which of the projects; one entry when it is the same of all."""
    found: dict[str, tuple[Any, list[Project]]] = {}
    for project, series in zip(shown.projects, shown.series, strict=True):
        found.setdefault(str(series.counted.measure), (series.counted.measure, []))[1].append(project)
    return list(found.values())


def _canonical(projects: list[Project], query: QueryDict) -> str:
    """The same page with the wikis by their domains."""
    changed = query.copy()
    changed.setlist("p", [*(project.domain for project in projects), *named_domains(query)[MAX_PROJECTS:]])
    return f"?{changed.urlencode()}"


def _with(domain: str, query: QueryDict) -> str:
    """The same page with one more project, and nothing left to add."""
    changed = query.copy()
    changed.pop("add", None)
    changed.appendlist("p", domain)
    return f"?{changed.urlencode()}"


def _without(domain: str, query: QueryDict) -> str:
    """The same page without one of its projects."""
    changed = query.copy()
    changed.pop("add", None)
    changed.setlist("p", [name for name in named_domains(query) if name != domain])
    return f"?{changed.urlencode()}"
