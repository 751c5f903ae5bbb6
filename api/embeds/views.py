"""The addresses of what stands on other sites."""

from __future__ import annotations

from collections.abc import Callable

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from alerts.models import Alert
from api.embeds.badge import badge
from api.embeds.edge import embedded
from api.embeds.palette import AUTO, LIGHT, THEMES
from api.embeds.picture import Words, document
from api.embeds.png import SIZES, png
from dashboards import parameters
from dashboards.caching import cached_until_data_changes
from dashboards.charts.chart_data import read_chart_data
from dashboards.charts.project import drawn, nothing_to_show, only_alert
from dashboards.charts.series import judged_series
from dashboards.charts.state import ALL, RANGES, ChartState
from dashboards.charts.still import still
from dashboards.charts.words import alert_line, described, name_of, newest_words
from dashboards.views.pages import CHART_POLICY, project_at
from edits.metrics import DEFAULT_METRIC, METRICS
from edits.models import Project

SVG, PNG = "image/svg+xml; charset=utf-8", "image/png"
# What a picture may be told. Closed choices: a picture is kept for each.
OF_A_WIKI, OF_AN_ALERT = ("metric", "range", "theme", "lang"), ("theme", "lang")


def _state(request: HttpRequest) -> ChartState:
    """What the chart shows: without notes, and without events, whose numbers are explained in the explorer alone."""
    return ChartState(
        metric=parameters.choice(request.GET, "metric", METRICS, DEFAULT_METRIC),
        range=parameters.choice(request.GET, "range", [*RANGES, ALL], ChartState().range),
        layers=frozenset({"band", "zero"}),
    )


def _source(request: HttpRequest) -> str:
    return _("Source: Wikimedia Analytics API, CC0. Chart: %(site)s") % {"site": request.get_host()}


def _wiki_svg(request: HttpRequest, project: Project, theme: str) -> str:
    state = _state(request)

    def draw() -> str:
        chart = read_chart_data(project, state)
        series = judged_series(project, state.metric)
        told = described(project, chart) if chart else newest_words(series)
        words = Words(name_of(project, state.metric), newest_words(series), told, _source(request))
        return document(drawn(chart, hover=False) if chart else nothing_to_show(""), words, theme=theme)

    key = f"picture:{project.pk}:{state.metric}:{state.range}:{theme}:{get_language()}:{request.get_host()}"
    return cached_until_data_changes(key, draw)


def _alert_svg(request: HttpRequest, alert: Alert, theme: str) -> str:
    def draw() -> str:
        line = alert_line(alert)
        words = Words(name_of(alert.project, alert.metric), line, line + ".", _source(request))
        figure, _breaks = only_alert(alert)
        return document(figure, words, theme=theme)

    key = f"picture:alert:{alert.pk}:{alert.updated_at:%Y%m%d%H%M%S%f}:{theme}:{get_language()}:{request.get_host()}"
    return cached_until_data_changes(key, draw)


def _svg(request: HttpRequest, allowed: tuple[str, ...], draw: Callable[[str], str]) -> HttpResponse:
    parameters.only(request.GET, allowed)
    return HttpResponse(draw(parameters.choice(request.GET, "theme", THEMES, LIGHT)), content_type=SVG)


def _png(request: HttpRequest, name: str, allowed: tuple[str, ...], draw: Callable[[str], str]) -> HttpResponse:
    """`name` tells the picture from all others of this site and changes with what it shows."""
    parameters.only(request.GET, (*allowed, "size"))
    theme = parameters.choice(request.GET, "theme", [theme for theme in THEMES if theme != AUTO], LIGHT)
    size = parameters.choice(request.GET, "size", SIZES, "medium")
    key = f"{name}:{theme}:{size}:{get_language()}:{request.get_host()}"
    return HttpResponse(cached_until_data_changes(key, lambda: png(draw(theme), size)), content_type=PNG)


@embedded
def wiki_svg(request: HttpRequest, domain: str) -> HttpResponse:
    """A wiki's chart as SVG."""
    project = project_at("embed-wiki-svg", domain)
    return _svg(request, OF_A_WIKI, lambda theme: _wiki_svg(request, project, theme))


@embedded
def wiki_png(request: HttpRequest, domain: str) -> HttpResponse:
    """A wiki's chart as PNG."""
    project = project_at("embed-wiki-png", domain)
    state = _state(request)
    name = f"png:{project.pk}:{state.metric}:{state.range}"
    return _png(request, name, OF_A_WIKI, lambda theme: _wiki_svg(request, project, theme))


@embedded
def wiki_badge(request: HttpRequest, domain: str) -> HttpResponse:
    """The newest month of a wiki in one line."""
    project = project_at("embed-wiki-badge", domain)
    parameters.only(request.GET, ("metric", "lang"))
    metric = parameters.choice(request.GET, "metric", METRICS, DEFAULT_METRIC)
    return HttpResponse(badge(judged_series(project, metric), name_of(project, metric)), content_type=SVG)


def _alert(pk: int) -> Alert:
    return get_object_or_404(Alert.objects.select_related("project").defer("evidence"), pk=pk)


@embedded
def alert_svg(request: HttpRequest, pk: int) -> HttpResponse:
    """The years around an alert as SVG."""
    alert = _alert(pk)
    return _svg(request, OF_AN_ALERT, lambda theme: _alert_svg(request, alert, theme))


@embedded
def alert_png(request: HttpRequest, pk: int) -> HttpResponse:
    """The years around an alert as PNG."""
    alert = _alert(pk)
    name = f"png:alert:{pk}:{alert.updated_at:%Y%m%d%H%M%S%f}"
    return _png(request, name, OF_AN_ALERT, lambda theme: _alert_svg(request, alert, theme))


@embedded
@csp_update(CHART_POLICY)  # type: ignore[arg-type]  # its type knows views without arguments alone
def wiki_frame(request: HttpRequest, domain: str) -> HttpResponse:
    """A wiki's chart with nothing around it, for frames on other sites."""
    project = project_at("embed-wiki", domain)
    parameters.only(request.GET, ("metric", "range", "lang", "show"))
    state = ChartState.read(request.GET)
    chart = read_chart_data(project, state)
    context = {
        "project": project,
        "name": name_of(project, state.metric),
        "line": newest_words(judged_series(project, state.metric)),
        "described": described(project, chart) if chart else "",
        "chart": chart,
        "still": still(drawn(chart, hover=False)) if chart else "",
        "query": state.query(),
    }
    return render(request, "api/frame.html", context)
