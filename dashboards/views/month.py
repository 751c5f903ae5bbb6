"""The state of one month: a permanent page to cite."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from alerts.models import Direction
from dashboards import parameters
from dashboards.filters import OPEN, AlertFilter
from dashboards.heat import MONTHS, ROWS_PER_PAGE, STYLES, heat_rows, judged, largest_projects
from dashboards.selectors import alerts_to_show, coverage, scope
from dashboards.views.lines import lines
from dashboards.views.overview import still_going_on, tallies
from dashboards.views.pages import page
from edits.families import FAMILIES
from edits.metrics import METRIC_CHOICES, METRICS
from edits.months import add_months, month_range

MOST_LINES = 5


@page
def month(request: HttpRequest, month: str) -> HttpResponse:
    """Completeness, the largest rises and falls, what is still open, and the heat map."""
    try:
        this = parameters.month_in_bounds(month)
    except parameters.BadParameter:
        raise Http404 from None
    metric = METRICS[parameters.choice(request.GET, "metric", METRICS, "edits")]
    family = parameters.choice(request.GET, "family", FAMILIES)
    reports, projects = coverage(metric), scope(family=family)
    completeness = (reports if projects is None else coverage(metric, projects)).of(this)
    chosen = replace(AlertFilter(), month=this, metric=metric.name, family=family)
    rises = list(replace(chosen, direction=Direction.PEAK).apply(alerts_to_show(), sort="largest")[:MOST_LINES])
    falls = list(replace(chosen, direction=Direction.DROP).apply(alerts_to_show()).order_by("excess", "pk")[:MOST_LINES])
    ids = Paginator(largest_projects(metric, this, family), ROWS_PER_PAGE)
    shown = ids.get_page(parameters.whole_number(request.GET, "page", 1, lowest=1, highest=1000))
    before, after = add_months(this, -1), add_months(this, 1)
    choice = urlencode({name: value for name, value in (("metric", metric.name), ("family", family)) if request.GET.get(name)})
    quiet = completeness.reported and not rises and not falls
    context = {
        "month": this,
        "metric": metric,
        "family": family,
        "choice": f"?{choice}" if choice else "",
        "families": FAMILIES.items(),
        "metrics": METRIC_CHOICES,
        "before": before if before in reports.reported else None,
        "after": after if after in reports.reported else None,
        "completeness": completeness,
        "judged": judged(metric, this, projects) if quiet else None,
        "going_on": quiet and still_going_on(chosen, this).exists(),
        "now": tallies([this], chosen)[this],
        "rises": lines(rises),
        "falls": lines(falls),
        "open_query": replace(chosen, status=OPEN).query(),
        "all_query": chosen.query(sort="worst"),
        "rows": heat_rows(metric, this, list(shown.object_list)),
        "months": list(month_range(add_months(this, 1 - MONTHS), this)),
        "styles": [(style, *shown) for style, shown in STYLES.items()],
        "page": shown,
    }
    return render(request, "dashboards/month.html", context)
