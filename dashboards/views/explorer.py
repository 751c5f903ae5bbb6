"""One project: its chart, its peaks, and the card of the one that was chosen."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from alerts.models import Alert, Direction, Status
from dashboards import search
from dashboards.charts.editors import LOOKS, editor_label
from dashboards.charts.scene import Scene, scene_of
from dashboards.charts.series import judged_series
from dashboards.charts.state import ALL, LAYERS, RANGE_LABELS, RANGES, ChartState
from dashboards.charts.table import month_rows
from dashboards.selectors import headlines
from dashboards.sentences import episode_words
from dashboards.views.card import card_context
from dashboards.views.pages import chart_page, page
from edits.metrics import METRICS
from edits.models import EditCount, PageType, Project, ProjectAlias

MOST_SIBLINGS = 12


@chart_page
def explorer(request: HttpRequest, domain: str) -> HttpResponse:
    """The page of a project; a former domain leads to the present one."""
    project = Project.objects.filter(domain=domain).first()
    if project is None:
        alias = get_object_or_404(ProjectAlias.objects.select_related("project"), domain=domain)
        query = request.META.get("QUERY_STRING", "")
        return redirect(f"{alias.project.get_absolute_url()}{f'?{query}' if query else ''}", permanent=True)
    state = ChartState.read(request.GET)
    series = judged_series(project, state.metric)
    found = project.alerts.filter(metric=state.metric).select_related("category").defer("evidence").order_by("-month")
    alerts = list(found)
    for alert in alerts:  # the same project object, so that no line asks for it again
        alert.project = project
    chosen = next((alert for alert in alerts if alert.pk == state.alert), None)
    if state.alert and chosen is None:
        raise Http404
    notes = headlines(alerts)
    scene = scene_of(project, state, series, alerts, notes)
    standing = [alert for alert in alerts if alert.status != Status.WITHDRAWN]
    context = {
        "project": project,
        "state": state,
        "metric": METRICS[state.metric],
        "metrics": [(name, entry.label, state.query(metric=name, alert=0)) for name, entry in METRICS.items()],
        "ranges": [(key, RANGE_LABELS[key]) for key in [*RANGES, ALL]],
        "layers": [(name, label, name in state.layers) for name, label in LAYERS.items() if _offered(name, project, state)],
        "scene": scene,
        "stored": series.span,
        "editors": [editor_label(name) for name in scene.editors] if scene else [],
        "rows": month_rows(scene)[::-1] if scene else [],
        "all_pages": bool(series.months) and series.page_type == PageType.ALL,
        "alerts": [(alert, notes.get(alert.pk), _lasted(scene, alert), state.query(alert=alert.pk)) for alert in alerts],
        "peaks": sum(alert.direction == Direction.PEAK for alert in standing),
        "drops": sum(alert.direction == Direction.DROP for alert in standing),
        "siblings": _siblings(project),
        "here": state.query(alert=0),
    }
    if chosen:
        here = reverse("explorer", args=[domain])
        context |= card_context(request, chosen, next_url=here + state.query(), close_url=here + state.query(alert=0))
    return render(request, "dashboards/explorer.html", context)


def _lasted(scene: Scene | None, alert: Alert) -> str:
    """Until when the alert's episode lasted; the chart has its counts already."""
    episode = scene.episode(alert) if scene else None
    return episode_words(alert, episode) if episode else ""


def _siblings(project: Project) -> list[search.Entry]:
    """Other wikis of the language."""
    if not project.language_code:
        return []
    return [entry for entry in search.siblings(project.language_code) if entry.pk != project.pk][:MOST_SIBLINGS]


def _offered(layer: str, project: Project, state: ChartState) -> bool:
    """Whether the project has what the layer draws."""
    if layer != "editors":
        return True
    return state.metric == "edits" and EditCount.objects.filter(project=project, editor_type__in=LOOKS).exists()


@page
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """The card of one alert, to be put beside the chart without leaving the page."""
    alert = get_object_or_404(Alert.objects.select_related("project", "category"), pk=pk)
    closed = f"{reverse('explorer', args=[alert.project.domain])}?metric={alert.metric}"
    context: dict[str, Any] = card_context(request, alert, next_url=f"{closed}&alert={alert.pk}", close_url=closed)
    return render(request, "dashboards/card.html", context)
