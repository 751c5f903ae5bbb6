"""The list of alerts with its filter, the same as files, and the page of one alert."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from alerts.models import Alert
from dashboards.exports import Cell, csv_response, json_response
from dashboards.filters import SORT_LABELS, AlertFilter, categories
from dashboards.history import public_history
from dashboards.selectors import alerts_to_show, coverage, headlines
from dashboards.views.card import card_context
from dashboards.views.lines import lines
from dashboards.views.overview import choices
from dashboards.views.pages import chart_page, page
from database.paging import ShortKeysFirstPaginator
from edits.fetching.completeness import SHARE_OF_MOST
from edits.metrics import METRICS

MOST_EXPORTED = 100_000
BATCH = 2_000
COLUMNS = (
    "id", "project", "dbname", "metric", "month", "direction", "count", "rolling_mean", "threshold", "percentage_difference",
    "expected", "lower", "upper", "excess", "score", "severity", "status", "category", "label", "note", "detector",
    "detector_version", "data_as_of", "url",
)  # fmt: skip


@page
def alerts(request: HttpRequest) -> HttpResponse:
    """Some alerts a page; state in the address."""
    chosen = AlertFilter.read(request.GET)
    paginator = ShortKeysFirstPaginator(chosen.apply(alerts_to_show()), chosen.per_page)
    shown = paginator.get_page(chosen.page)
    context: dict[str, Any] = {
        "filter": chosen,
        "page": shown,
        "lines": lines(shown.object_list),
        "before": chosen.query(page=shown.number - 1) if shown.has_previous() else None,
        "after": chosen.query(page=shown.number + 1) if shown.has_next() else None,
        "export": chosen.query(page=1, per_page=AlertFilter().per_page),
        "reset": reverse("alerts"),
        "sorts": SORT_LABELS.items(),
        **choices(chosen),
        "category_list": categories(),
    }
    return render(request, "dashboards/alerts.html", context)


def _rows(request: HttpRequest) -> Iterator[tuple[Cell, ...]]:
    """The filtered set, in batches, so that a long file needs little memory."""
    chosen = AlertFilter.read(request.GET)
    found = chosen.apply(alerts_to_show())[:MOST_EXPORTED]

    def rows() -> Iterator[tuple[Cell, ...]]:
        batch: list[Alert] = []
        for alert in found.iterator(BATCH):
            batch.append(alert)
            if len(batch) == BATCH:
                yield from _cells(request, batch)
                batch = []
        yield from _cells(request, batch)

    return rows()


def _cells(request: HttpRequest, batch: list[Alert]) -> Iterator[tuple[Cell, ...]]:
    notes = headlines(batch)
    for alert in batch:
        yield (
            alert.pk, alert.project.domain, alert.project.dbname, alert.metric, alert.month, alert.direction, alert.count,
            alert.rolling_mean, alert.threshold, alert.percentage_difference, alert.expected, alert.lower, alert.upper,
            alert.excess, alert.score, alert.severity, alert.status, alert.category.slug if alert.category else "",
            alert.label, notes[alert.pk].text if alert.pk in notes else "", alert.detector, alert.detector_version,
            alert.data_as_of, request.build_absolute_uri(alert.get_absolute_url()),
        )  # fmt: skip


@page
def alerts_csv(request: HttpRequest) -> HttpResponse:
    """The filtered set as CSV."""
    return csv_response("alerts", COLUMNS, _rows(request))  # type: ignore[return-value]


@page
def alerts_json(request: HttpRequest) -> HttpResponse:
    """The filtered set as JSON."""
    return json_response("alerts", COLUMNS, _rows(request), filter=AlertFilter.read(request.GET).query())


@chart_page
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """Why this alert was raised, what became of it, and what else happened in that month."""
    found = get_object_or_404(Alert.objects.select_related("project", "category"), pk=pk)
    same_month = replace(AlertFilter(), month=found.month, metric=found.metric, direction=found.direction)
    others = same_month.apply(alerts_to_show(), sort="worst").exclude(pk=found.pk)
    card = card_context(request, found, next_url=found.get_absolute_url())
    completeness = coverage(METRICS[found.metric]).of(found.month)
    context = {
        **card,
        "completeness": completeness,
        "mostly_reported": completeness.share >= SHARE_OF_MOST,
        "in_family": card["others"]["family"] + 1,
        "elsewhere": card["others"]["all"] - card["others"]["family"],
        "project": found.project,
        "neighbours": lines(others[:6]),
        "neighbours_query": same_month.query(sort="worst"),
        "history": public_history(found),
        "in_explorer": f"{reverse('explorer', args=[found.project.domain])}?metric={found.metric}&alert={found.pk}",
    }
    return render(request, "dashboards/alert.html", context)


@page
def alert_json(request: HttpRequest, pk: int) -> HttpResponse:
    """The alert with the evidence it was raised on: enough to compute it again."""
    found = get_object_or_404(Alert.objects.select_related("project", "category"), pk=pk)
    rows = _cells(request, [found])
    return json_response(f"alert-{pk}", COLUMNS, rows, evidence=found.evidence)
