"""One project: its chart, its peaks, and the card of the one that was chosen."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from alerts.models import Alert, Direction, Status
from dashboards import search
from dashboards.charts.bands import marks_of
from dashboards.charts.chart_data import ChartData, alerts_of, chart_data_of
from dashboards.charts.editors import editor_label, has_editor_counts
from dashboards.charts.project import drawn
from dashboards.charts.series import JudgedSeries, judged_series
from dashboards.charts.state import ALL, LAYERS, RANGE_LABELS, RANGES, ChartState
from dashboards.charts.still import still
from dashboards.charts.table import month_rows
from dashboards.charts.words import name_of, newest_words
from dashboards.filters import AlertFilter
from dashboards.selectors import headlines
from dashboards.sentences import episode_words
from dashboards.structured import dataset
from dashboards.views.card import card_context
from dashboards.views.pages import chart_page, page, project_at
from edits.finding import Entry
from edits.metrics import METRICS
from edits.models import Project
from edits.selectors import stored_definitions

MAX_SIBLINGS = 12


@chart_page
def explorer(request: HttpRequest, domain: str) -> HttpResponse:
    """The page of a project; any other name of it leads there."""
    project = project_at("explorer", domain)
    state = ChartState.read(request.GET)
    series = judged_series(project, state.metric, state.definition)
    found = alerts_of(project, state, series).select_related("category").defer("evidence").order_by("-month")
    alerts = list(found)
    for alert in alerts:  # the same project object, so that no line asks for it again
        alert.project = project
    chosen = next((alert for alert in alerts if alert.pk == state.alert), None)
    if state.alert and chosen is None:
        raise Http404
    notes = headlines(alerts)
    chart = chart_data_of(project, state, series, alerts, notes)
    standing = [alert for alert in alerts if alert.status != Status.WITHDRAWN]
    context = {
        "project": project,
        "state": state,
        "defaults": {"range": ChartState().range, "layers": sorted(ChartState().layers)},
        "metric": METRICS[state.metric],
        "metrics": [(name, entry.label, state.query(metric=name, definition="", alert=0)) for name, entry in METRICS.items()],
        "ranges": [(key, RANGE_LABELS[key]) for key in [*RANGES, ALL]],
        "layers": [
            (name, label, name in state.layers)
            for name, label in LAYERS.items()
            if name != "editors" or has_editor_counts(project, series)
        ],
        "chart": chart,
        "still": still(drawn(chart, hover=False)) if chart else "",
        "log_query": state.query(layers=state.layers | {"log"}) if chart and chart.wants_log and _is_even(state) else "",
        "stored": series.span,
        "months": _months_table(chart) if chart else {},
        "definitions": _others(project, state, series),
        "caption": series.counted.caption if series.months else "",
        "alerts": [(alert, notes.get(alert.pk), _lasted(chart, alert), state.query(alert=alert.pk)) for alert in alerts],
        "peaks": sum(alert.direction == Direction.PEAK for alert in standing),
        "drops": sum(alert.direction == Direction.DROP for alert in standing),
        "siblings": _siblings(project),
        "picture_title": name_of(project, state.metric),
        "picture_query": ChartState(metric=state.metric).query(),
        "picture_line": newest_words(series),
        "dataset": dataset(request, project, series),
        "marks": marks_of(project, chart) if chart and _has_events(state) else None,
        "here": state.query(alert=0),
        "feed_query": AlertFilter(project=project.domain).query(),
    }
    newest = standing[0] if standing else None
    if shown := chosen or newest:
        here = reverse("explorer", args=[domain])
        close_url = here + state.query(alert=0) if chosen else ""
        context |= card_context(request, shown, next_url=here + state.query(), close_url=close_url)
    context |= {"chosen": chosen, "newest": newest}
    return render(request, "dashboards/explorer.html", context)


def _others(project: Project, state: ChartState, series: JudgedSeries) -> list[tuple[Any, str]]:
    """(what it counts, query) of each other definition of which counts are stored."""
    metric = METRICS[state.metric]
    if len(metric.definitions) == 1:
        return []
    others = [each for each in metric.definitions if each.name != series.definition]
    stored = stored_definitions(project=project, metric=metric, among=others)
    return [(each.measure, state.query(definition=each.name, alert=0)) for each in stored]


def _months_table(chart: ChartData) -> dict[str, Any]:
    """What the chart shows, newest month first, with the headings of columns that not every chart has."""
    return {
        "rows": month_rows(chart)[::-1],
        "label": METRICS[chart.state.metric].label,
        "editors": [editor_label(name) for name in chart.editors],
        "scaled": chart.per_30_days,
        "classic": chart.classic_label,
    }


def _lasted(chart: ChartData | None, alert: Alert) -> str:
    """Until when the alert's episode lasted; the chart has its counts already."""
    episode = chart.episode(alert) if chart else None
    return episode_words(alert, episode) if episode else ""


def _has_events(state: ChartState) -> bool:
    """Years one over the other have no place for events."""
    return "events" in state.layers and "years" not in state.layers


def _is_even(state: ChartState) -> bool:
    """Whether the upright axis is not logarithmic."""
    return "log" not in state.layers


def _siblings(project: Project) -> list[Entry]:
    """Other wikis of the language."""
    if not project.language_code:
        return []
    return [entry for entry in search.siblings(project.language_code) if entry.pk != project.pk][:MAX_SIBLINGS]


@page
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """The card of one alert, to be put beside the chart without leaving the page."""
    alert = get_object_or_404(Alert.objects.filter(metric__in=METRICS).select_related("project", "category"), pk=pk)
    closed = f"{reverse('explorer', args=[alert.project.domain])}?metric={alert.metric}"
    context: dict[str, Any] = card_context(request, alert, next_url=f"{closed}&alert={alert.pk}", close_url=closed)
    return render(request, "dashboards/card.html", context)
