"""All wikis of one language at a glance."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from alerts.models import Alert, Direction, Status
from alerts.sparkline import sparkline
from dashboards import parameters, search
from dashboards.filters import OPEN_STATUSES, AlertFilter
from dashboards.selectors import alerts_to_show, counts_of, coverage
from dashboards.templatetags.figures import short_month
from dashboards.views.lines import in_words, lines
from dashboards.views.pages import page
from edits.metrics import METRIC_CHOICES, METRICS
from edits.months import add_months, month_range

MOST_YEARS = 25
MOST_LINES = 10


@page
def language_projects(request: HttpRequest, code: str) -> HttpResponse:
    """Small multiples on one time axis, each with its newest count and its alerts, and the newest alerts of them all."""
    entries = list(search.siblings(code))
    if not entries:
        raise Http404
    metric = METRICS[parameters.choice(request.GET, "metric", METRICS, "edits")]
    months = coverage(metric).months
    ids = [entry.pk for entry in entries]
    alerts = AlertFilter(language=code, metric=metric.name).apply(alerts_to_show())
    context: dict[str, Any] = {
        "code": code,
        "own_name": entries[0].own_name,
        "name": entries[0].language,
        "metric": metric,
        "metrics": METRIC_CHOICES,
        "lines": lines(alerts[:MOST_LINES]),
        "list_query": AlertFilter(language=code).query(),
    }
    if months:
        counts = counts_of(ids, metric=metric, first=months[0], last=months[-1])
        stored = [month for points in counts.values() for month, _count in points] or months
        first, newest = max(min(stored), add_months(max(stored), 1 - 12 * MOST_YEARS)), max(stored)
        standing = _standing(ids, metric.name)
        context["cells"] = [
            _cell(entry, dict(counts.get(entry.pk, [])), first, newest, standing.get(entry.pk, [])) for entry in entries
        ]
        context |= {"first": first, "newest": newest}
    return render(request, "dashboards/language_projects.html", context)


def _standing(ids: list[int], metric: str) -> dict[int, list[tuple[dt.date, str, str]]]:
    """(month, direction, status) of each alert that stands, by project."""
    found = Alert.objects.filter(project__in=ids, metric=metric).exclude(status=Status.WITHDRAWN)
    by_project: dict[int, list[tuple[dt.date, str, str]]] = {}
    for project, month, direction, status in found.values_list("project", "month", "direction", "status"):
        by_project.setdefault(project, []).append((month, direction, status))
    return by_project


def _cell(
    entry: search.Entry, counts: dict[dt.date, int], first: dt.date, last: dt.date, alerts: list[tuple[dt.date, str, str]]
) -> dict[str, Any]:
    months = list(month_range(first, last))
    values = [counts.get(month) for month in months]
    span = _("%(first)s to %(last)s") % {"first": short_month(first), "last": short_month(last)}
    marks = {months.index(month): direction == Direction.DROP for month, direction, _status in alerts if month in months}
    drawn = sparkline(values, marks=marks, label=in_words(span, values), width=260, height=60) if counts else ""
    return {
        "entry": entry,
        "picture": mark_safe(drawn),  # noqa: S308 - made of numbers and an escaped label
        "count": counts.get(max(counts)) if counts else None,
        "month": max(counts) if counts else None,
        "alerts": len(alerts),
        "open": sum(status in OPEN_STATUSES for _month, _direction, status in alerts),
        "newest": max((month for month, _direction, _status in alerts), default=None),
    }
