"""What changed: the alerts of one month, worst first."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.db.models import Count, Q, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from alerts.detection.episodes import LONGEST
from alerts.models import Alert, Direction, Severity, Status
from dashboards.filters import PAGE_SIZE, SIZES, AlertFilter, categories, status_choices
from dashboards.heat import judged
from dashboards.selectors import coverage, languages, scope
from dashboards.views.lines import lines
from dashboards.views.pages import page
from edits.families import FAMILIES
from edits.metrics import METRIC_CHOICES, METRICS
from edits.months import add_months

DEFAULT_METRIC = "edits"
MOST_GOING_ON = 50


@page
def overview(request: HttpRequest) -> HttpResponse:
    """The newest month that most projects have reported, or the month in the address."""
    chosen = AlertFilter.read(request.GET)
    chosen = replace(chosen, metric=chosen.metric or DEFAULT_METRIC)
    metric = METRICS[chosen.metric]
    reports = coverage(metric)
    month = chosen.month or reports.newest_full()
    if month is None or not reports.reported:
        return render(request, "dashboards/no_data.html")
    chosen = replace(chosen, month=month)
    projects = scope(family=chosen.family, language=chosen.language, project=chosen.project)
    completeness = (reports if projects is None else coverage(metric, projects)).of(month)
    began = list(chosen.apply(Alert.objects.defer("evidence"), sort="worst")[: PAGE_SIZE + 1])
    going_on = list(still_going_on(chosen, month)[: MOST_GOING_ON + 1])
    prefetch_related_objects([*began, *going_on], "project", "category")
    shown = lines([*began, *going_on], month=month)
    before, after = add_months(month, -1), add_months(month, 1)
    figures = tallies([before, month], chosen)
    context = {
        "month": month,
        "is_default": month == reports.newest_full(),
        "before": chosen.query(month=before, page=1) if before in reports.reported else None,
        "after": chosen.query(month=after, page=1) if after in reports.reported else None,
        "before_month": before,
        "after_month": after,
        "newest": reports.months[-1],
        "metric": metric,
        "completeness": completeness,
        "in_part": projects is not None,
        "judged": judged(metric, month, projects) if completeness.reported and not figures[month]["total"] else None,
        "now": figures[month],
        "then": figures[before],
        "alerts": shown[: len(began)][:PAGE_SIZE],
        "has_more": len(began) > PAGE_SIZE,
        "going_on": shown[len(began) :][:MOST_GOING_ON],
        "more_going_on": len(going_on) > MOST_GOING_ON,
        "filter": chosen,
        "one_metric": True,
        "list_query": chosen.query(sort="worst"),
        "reset": AlertFilter(month=month).query(),
        **choices(chosen),
    }
    return render(request, "dashboards/overview.html", context)


def still_going_on(chosen: AlertFilter, month: dt.date) -> QuerySet[Alert]:
    """Alerts within the filter that began before `month` and last into it: a peak is often largest after its first month."""
    earlier = Alert.objects.filter(month__gte=add_months(month, -LONGEST), month__lt=month, episode_end__gte=month)
    return replace(chosen, month=None).apply(earlier.defer("evidence"), sort="worst")


def choices(chosen: AlertFilter) -> dict[str, Any]:
    """What the filter row offers. The causes are looked up only where one is chosen: the list of alerts adds them anyway."""
    return {
        "severities": Severity.choices,
        "category_list": categories() if chosen.category else [],
        "languages": languages(),
        "families": FAMILIES.items(),
        "metrics": METRIC_CHOICES,
        "statuses": status_choices(),
        "directions": Direction.choices,
        "sizes": SIZES.items(),
    }


def tallies(months: list[dt.date], chosen: AlertFilter) -> dict[dt.date, dict[str, Any]]:
    """Peaks, drops and how many of both are explained, by month, within the filter but for the month; one query."""
    anything = replace(chosen, month=None, status="", direction="").apply(Alert.objects.all()).order_by()
    rows: Any = (
        anything.filter(month__in=months)
        .values("month")
        .annotate(
            peaks=Count("pk", filter=Q(direction=Direction.PEAK)),
            drops=Count("pk", filter=Q(direction=Direction.DROP)),
            explained=Count("pk", filter=Q(status=Status.EXPLAINED)),
            open=Count("pk", filter=Q(status__in=[Status.NEW, Status.ACKNOWLEDGED])),
            total=Count("pk"),
        )
    )
    nothing: dict[str, Any] = {"peaks": 0, "drops": 0, "explained": 0, "open": 0, "total": 0}
    found: dict[dt.date, dict[str, Any]] = {month: {**nothing} for month in months} | {row.pop("month"): row for row in rows}
    for row in found.values():
        row["explained_share"] = row["explained"] / row["total"] if row["total"] else None
    return found
