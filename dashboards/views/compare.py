"""Up to eight projects side by side."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards import parameters, search
from dashboards.charts.compare import (
    ABSOLUTE,
    INDEXED,
    MOST_PROJECTS,
    Comparison,
    chosen_projects,
    comparison,
    named_domains,
)
from dashboards.charts.state import ALL, LAYERS, RANGE_LABELS, RANGES, ChartState
from dashboards.views.pages import chart_page
from edits.metrics import METRIC_CHOICES
from edits.models import PageType, Project

LAYERS_HERE = ("zero", "log", "per30")
MOST_CHOICES = 6


@chart_page
def compare(request: HttpRequest) -> HttpResponse:
    """The chart, and its figures as a table. `add` takes what people type: a name that is clear is added, another one is asked
    back."""
    projects, state = chosen_projects(request.GET), ChartState.read(request.GET, default_range=ALL)
    wanted, problem = parameters.text(request.GET, "add"), ""
    found = search.find(wanted, limit=MOST_CHOICES) if wanted else []
    left_out = ", ".join(named_domains(request.GET)[MOST_PROJECTS:]) or (wanted if len(projects) == MOST_PROJECTS else "")
    if left_out:
        words = {"most": MOST_PROJECTS, "left_out": left_out}
        problem, found = _("At most %(most)s wikis can be compared; left out: %(left_out)s.") % words, []
    elif clear := _meant(found, search.fold(wanted)):
        return redirect(request.path + _with(clear.domain, request.GET))
    elif wanted and not found:
        problem = _("No wiki is called “%(name)s”, nor nearly so.") % {"name": wanted}
    shown = comparison(projects, request.GET)
    drawn = shown.projects if shown else []
    context = {
        "projects": [(project, _without(project.domain, request.GET)) for project in projects],
        "state": state,
        "scale": parameters.choice(request.GET, "scale", [INDEXED, ABSOLUTE], ABSOLUTE),
        "scales": [(ABSOLUTE, gettext_lazy("Counts")), (INDEXED, gettext_lazy("Common year = 100"))],
        "metrics": METRIC_CHOICES,
        "ranges": [(key, RANGE_LABELS[key]) for key in [*RANGES, ALL]],
        "layers": [(name, LAYERS[name], name in state.layers) for name in LAYERS_HERE],
        "missing": [project for project in projects if project not in drawn],
        "room": len(projects) < MOST_PROJECTS,
        "problem": problem,
        "wanted": wanted,
        "choices": [(entry, search.detail(entry), _with(entry.domain, request.GET)) for entry in found],
        "shown": shown,
        "table": _table(shown) if shown else [],
        "all_pages": _all_pages(shown) if shown else [],
    }
    return render(request, "dashboards/compare.html", context)


def _meant(found: list[search.Entry], wanted: str) -> search.Entry | None:
    """The one that is called so to the letter, if it is one alone: many special wikis are called just "Wikipedia"."""
    keys = [entry for entry in found if wanted in (entry.domain, entry.dbname)]
    names = [entry for entry in found if wanted == search.fold(entry.name)]
    exact = keys or names
    return exact[0] if len(exact) == 1 else None


def _table(shown: Comparison) -> list[tuple[Any, list[float]]]:
    """The figures that the chart draws, newest month first."""
    return [(each, [float(values[at]) for values in shown.shown]) for at, each in enumerate(shown.months)][::-1]


def _all_pages(shown: Comparison) -> list[Project]:
    """The projects of which edits to all pages are counted, because edits to content pages alone are not stored."""
    return [project for project, series in zip(shown.projects, shown.series, strict=True) if series.page_type == PageType.ALL]


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
