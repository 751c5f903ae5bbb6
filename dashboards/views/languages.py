"""All wikis of one language at a glance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from alerts.choices import OPEN
from alerts.models import Alert, Direction
from alerts.sparkline import sparkline
from dashboards import parameters, search
from dashboards.filters import AlertFilter
from dashboards.selectors import alerts_to_show, counts_of, languages_by_letter, reporting_by_month
from dashboards.views.lines import in_words, lines
from dashboards.views.pages import Moved, page
from edits.figures import short_month
from edits.finding import Entry, UnknownLanguage, resolve_language
from edits.metrics import DEFAULT_METRIC, METRICS, metric_choices
from edits.months import add_months, month_range
from edits.selectors import other_measures

MAX_YEARS = 25
MAX_LINES = 10


@page
def all_languages(request: HttpRequest) -> HttpResponse:
    """Every language that has a wiki, by letter."""
    return render(request, "dashboards/languages.html", {"letters": languages_by_letter()})


@page
def language_projects(request: HttpRequest, code: str) -> HttpResponse:
    """Small multiples on one time axis, each with its newest count and its alerts, and the newest alerts of them all."""
    entries = list(search.siblings(code))
    if not entries:
        try:
            raise Moved(reverse("language-projects", args=[resolve_language(code)]))
        except UnknownLanguage as error:
            raise Http404(str(error)) from None
    context: dict[str, Any] = {
        "code": code,
        "total": len(entries),
        "own_name": entries[0].own_name,
        "name": entries[0].language,
        **multiples(request, entries, AlertFilter(language=code)),
    }
    return render(request, "dashboards/language_projects.html", context)


def multiples(request: HttpRequest, entries: Sequence[Entry], chosen: AlertFilter) -> dict[str, Any]:
    """What a page of several wikis shows: one cell for each of `entries`, their sum, and the newest alerts of `chosen`."""
    metric = METRICS[parameters.choice(request.GET, "metric", METRICS, DEFAULT_METRIC)]
    months = reporting_by_month(metric).months
    ids = [entry.pk for entry in entries]
    alerts = replace(chosen, metric=metric.name).apply(alerts_to_show())
    context: dict[str, Any] = {
        "metric": metric,
        "metrics": metric_choices(),
        "lines": lines(alerts[:MAX_LINES]),
        "list_query": chosen.query(),
    }
    if months and ids:
        counts = counts_of(ids, metric=metric, first=months[0], last=months[-1])
        stored = [month for points in counts.values() for month, _count in points] or months
        first, newest = max(min(stored), add_months(max(stored), 1 - 12 * MAX_YEARS)), max(stored)
        standing = _standing(ids, metric.name)
        measures = other_measures(metric)
        context["cells"] = [
            {"measure": measures.get(entry.pk, "")}
            | _cell(entry, dict(counts[entry.pk]), first, newest, standing.get(entry.pk, []))
            for entry in entries
            if counts.get(entry.pk)
        ]
        context["empty"] = [entry for entry in entries if not counts.get(entry.pk)]
        context |= {"first": first, "newest": newest, "sum": _sum(entries, counts, first, newest)}
    return context


def _sum(
    entries: Sequence[Entry], counts: dict[int, list[tuple[dt.date, int]]], first: dt.date, last: dt.date
) -> dict[str, Any]:
    """The wikis added up, month by month: a month is missing where one lacks it that had begun and was not closed."""
    closed = {entry.pk for entry in entries if entry.closed}
    spans = [(points[0][0], points[-1][0] if pk in closed else last) for pk, points in counts.items() if points]
    stored: dict[dt.date, list[int]] = {}
    for points in counts.values():
        for month, count in points:
            stored.setdefault(month, []).append(count)
    months = list(month_range(first, last))
    due = [sum(begin <= month <= end for begin, end in spans) for month in months]
    values = [
        sum(stored[month]) if month in stored and len(stored[month]) == number else None
        for month, number in zip(months, due, strict=True)
    ]
    span = _("%(first)s to %(last)s") % {"first": short_month(first), "last": short_month(last)}
    drawn = sparkline(values, label=in_words(span, values), width=560, height=80)
    newest = max((month for month, value in zip(months, values, strict=True) if value is not None), default=None)
    return {
        "picture": mark_safe(drawn),  # noqa: S308 - made of numbers and an escaped label
        "month": newest,
        "count": values[months.index(newest)] if newest else None,
    }


def _standing(ids: list[int], metric: str) -> dict[int, list[tuple[dt.date, str, str]]]:
    """(month, direction, status) of each alert that stands, by project."""
    found = Alert.objects.shown(metric).filter(project__in=ids).standing()
    by_project: dict[int, list[tuple[dt.date, str, str]]] = {}
    for project, month, direction, status in found.values_list("project", "month", "direction", "status"):
        by_project.setdefault(project, []).append((month, direction, status))
    return by_project


def _cell(
    entry: Entry, counts: dict[dt.date, int], first: dt.date, last: dt.date, alerts: list[tuple[dt.date, str, str]]
) -> dict[str, Any]:
    """`counts` has at least one month."""
    months = list(month_range(first, last))
    values = [counts.get(month) for month in months]
    span = _("%(first)s to %(last)s") % {"first": short_month(first), "last": short_month(last)}
    marks = {months.index(month): direction == Direction.DROP for month, direction, _status in alerts if month in months}
    drawn = sparkline(values, marks=marks, label=in_words(span, values), width=260, height=60)
    return {
        "entry": entry,
        "picture": mark_safe(drawn),  # noqa: S308 - made of numbers and an escaped label
        "count": counts[max(counts)],
        "month": max(counts),
        "alerts": len(alerts),
        "open": sum(status in OPEN for _month, _direction, status in alerts),
        "newest": max((month for month, _direction, _status in alerts), default=None),
    }
