"""What changed: the alerts of one month, worst first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from alerts.choices import OPEN
from alerts.models import Alert, AlertQuerySet, Direction, Severity, Status, concerning
from causes.findings import Cause
from dashboards.episodes import carried_into
from dashboards.filters import ALL_EDITORS, PAGE_SIZE, SIZES, AlertFilter, category_choices, status_choices
from dashboards.heat import judged
from dashboards.selectors import languages, reporting_by_month, scope
from dashboards.views.lines import lines
from dashboards.views.pages import page
from edits.families import FAMILIES
from edits.metrics import DEFAULT_METRIC, FIRST_PART, METRICS, PARTS, metric_choices, together
from edits.months import add_months

MAX_GOING_ON = 50


@page
def overview(request: HttpRequest) -> HttpResponse:
    """The newest month that most projects have reported, or the month in the address."""
    chosen = AlertFilter.read(request.GET)
    chosen = replace(chosen, metric=chosen.metric or DEFAULT_METRIC)
    metric = METRICS[chosen.metric]
    reporting = reporting_by_month(metric)
    month = chosen.month or reporting.newest_full()
    if month is None or not reporting.reported:
        return render(request, "dashboards/no_data.html")
    chosen = replace(chosen, month=month)
    address, divided = chosen, len(together(metric.name)) > 1 and not metric.part_of
    chosen = replace(chosen, editors=(chosen.editors or FIRST_PART) if divided else "")
    projects = scope(family=chosen.family, language=chosen.language, project=chosen.project)
    completeness = (reporting if projects is None else reporting_by_month(metric, projects)).coverage(month)
    shown_sides = sides(address, month) if divided else []
    began = list(starting_in(chosen, month)[: PAGE_SIZE + 1])
    going_on = list(still_going_on(chosen, month)[: MAX_GOING_ON + 1])
    prefetch_related_objects([*began, *going_on], "project", "category")
    shown = lines([*began, *going_on], month=month)
    before, after = add_months(month, -1), add_months(month, 1)
    figures = tallies([before, month], chosen)
    context = {
        "month": month,
        "is_default": month == reporting.newest_full(),
        "sides": shown_sides,
        "elsewhere": [side for side in shown_sides if side.count and not side.here],
        "before": address.query(month=before, page=1) if before in reporting.reported else None,
        "after": address.query(month=after, page=1) if after in reporting.reported else None,
        "before_month": before,
        "after_month": after,
        "newest": reporting.months[-1],
        "metric": metric,
        "completeness": completeness,
        "in_part": projects is not None,
        "judged": judged(metric, month, projects) if completeness.reported and not figures[month]["total"] else None,
        "now": figures[month],
        "then": figures[before],
        "alerts": shown[: len(began)][:PAGE_SIZE],
        "has_more": len(began) > PAGE_SIZE,
        "going_on": shown[len(began) :][:MAX_GOING_ON],
        "more_going_on": len(going_on) > MAX_GOING_ON,
        "filter": chosen,
        "one_metric": True,
        "list_query": chosen.query(sort="worst"),
        "feed_query": address.query(month=None, page=1, per_page=PAGE_SIZE, sort="newest"),
        "reset": AlertFilter(month=month).query(),
        "offers": choices(chosen),
    }
    return render(request, "dashboards/overview.html", context)


@dataclass(frozen=True, slots=True)
class Side:
    """One choice of whose edits the overview shows: how many alerts it has, and where it leads; `here`: the one shown."""

    name: str
    label: str | Promise
    count: int
    url: str
    here: bool


def sides(chosen: AlertFilter, month: dt.date) -> list[Side]:
    """People, bots and everybody, with the alerts of the month within the filter, also those that last into it; one query."""
    labels: dict[str, str | Promise] = {name: metric.part_of.label for name, metric in PARTS.items() if metric.part_of}
    labels[ALL_EDITORS] = pgettext_lazy("people and bots", "all")
    every = replace(chosen, editors="", month=month).apply(Alert.objects.all()).order_by()
    counts = every.aggregate(**{name: Count("pk", filter=concerning(name)) for name in PARTS}, all=Count("pk"))
    here = chosen.editors or FIRST_PART
    return [
        Side(name, label, counts[name], chosen.query(editors="" if name == FIRST_PART else name, page=1), name == here)
        for name, label in labels.items()
    ]


def starting_in(chosen: AlertFilter, month: dt.date) -> AlertQuerySet:
    """Alerts within the filter that `month` began."""
    return replace(chosen, month=None).apply(Alert.objects.filter(month=month).defer("evidence"), sort="worst")


def still_going_on(chosen: AlertFilter, month: dt.date) -> AlertQuerySet:
    """Alerts within the filter that began before `month` and last into it: a peak is often largest after its first month."""
    began_before = Alert.objects.filter(carried_into(month, chosen.metric)).defer("evidence")
    return replace(chosen, month=None).apply(began_before, sort="worst")


def choices(chosen: AlertFilter) -> dict[str, Any]:
    """What the filter row offers. The causes are looked up only where one is chosen: the list of alerts adds them anyway."""
    return {
        "severities": Severity.choices,
        "causes": Cause.choices,
        "categories": category_choices() if chosen.category else [],
        "languages": languages(),
        "families": list(FAMILIES.items()),
        "metrics": metric_choices(),
        "statuses": status_choices(),
        "directions": Direction.choices,
        "sizes": list(SIZES.items()),
    }


def tallies(months: list[dt.date], chosen: AlertFilter) -> dict[dt.date, dict[str, Any]]:
    """How many alerts the filter finds in each of `months`, its own month left out; a query for each month.

    Each month of an episode is a peak or drop of its own. `total`: of both directions; of those `explained` and `open`.
    """
    return {month: _tally(replace(chosen, month=month, status="", direction="")) for month in months}


def _tally(chosen: AlertFilter) -> dict[str, Any]:
    rows = list(chosen.apply(Alert.objects.all()).order_by().values_list("direction", "status").annotate(Count("pk")))
    total = sum(number for _direction, _status, number in rows)
    explained = sum(number for _direction, status, number in rows if status == Status.EXPLAINED)
    return {
        "peaks": sum(number for direction, _status, number in rows if direction == Direction.PEAK),
        "drops": sum(number for direction, _status, number in rows if direction == Direction.DROP),
        "open": sum(number for _direction, status, number in rows if status in OPEN),
        "explained": explained,
        "explained_share": explained / total if total else None,
        "total": total,
    }
