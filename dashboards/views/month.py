"""The state of one month: a permanent page to cite."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from causes.selectors import drove
from dashboards import parameters
from dashboards.filters import OPEN, AlertFilter
from dashboards.going_on import going_on_in
from dashboards.heat import MONTHS, ROWS_PER_PAGE, STYLES, heat_rows, judged, largest_projects, projects_with_alerts
from dashboards.largest import largest_changes
from dashboards.selectors import alerts_to_show, reporting_by_month, scope
from dashboards.views.lines import lines
from dashboards.views.overview import tallies
from dashboards.views.pages import page
from edits.clock import current_day
from edits.families import FAMILIES
from edits.metrics import DEFAULT_METRIC, METRICS, metric_choices
from edits.months import add_months, month_range

MAX_LINES = 5
WITH_ALERTS = "alerts"  # which rows of the heat map are shown, where not all of them


@page
def month(request: HttpRequest, month: str) -> HttpResponse:
    """Coverage, the largest rises and falls, what is still open, and the heat map."""
    try:
        this = parameters.month_in_bounds(month)
    except parameters.BadParameter:
        raise Http404 from None
    if this > current_day():
        raise Http404  # nobody shall cite what has not begun
    metric = METRICS[parameters.choice(request.GET, "metric", METRICS, DEFAULT_METRIC)]
    family = parameters.choice(request.GET, "family", FAMILIES)
    reporting, projects = reporting_by_month(metric), scope(family=family)
    completeness = (reporting if projects is None else reporting_by_month(metric, projects)).coverage(this)
    chosen = replace(AlertFilter(), month=this, metric=metric.name, family=family)
    rises, falls = largest_changes(chosen, this, limit=MAX_LINES)
    changes = lines([*rises, *falls], month=this)
    ids = largest_projects(metric, this, family)
    only_alerts = parameters.choice(request.GET, "rows", [WITH_ALERTS]) == WITH_ALERTS
    if only_alerts:
        unusual = projects_with_alerts(metric, this)
        ids = [pk for pk in ids if pk in unusual]
    shown = Paginator(ids, ROWS_PER_PAGE).get_page(parameters.whole_number(request.GET, "page", 1, lowest=1, highest=1000))
    before, after = add_months(this, -1), add_months(this, 1)
    choice = {name: value for name, value in (("metric", metric.name), ("family", family)) if request.GET.get(name)}
    quiet = completeness.reported and not rises and not falls
    context = {
        "month": this,
        "metric": metric,
        "family": family,
        "choice": f"?{urlencode(choice)}" if choice else "",
        "address": request.build_absolute_uri(request.path),
        "families": FAMILIES.items(),
        "metrics": metric_choices(),
        "before": before if before in reporting.reported else None,
        "after": after if after in reporting.reported else None,
        "completeness": completeness,
        "judged": judged(metric, this, projects) if quiet else None,
        "now": tallies([this], chosen)[this],
        "drove": [(each, replace(chosen, cause=each.cause).query()) for each in drove(chosen.apply(alerts_to_show()))],
        "rises": changes[: len(rises)],
        "events": going_on_in(this),
        "falls": changes[len(rises) :],
        "open_query": replace(chosen, status=OPEN).query(),
        "all_query": chosen.query(sort="worst"),
        "heat": {
            "rows": heat_rows(metric, this, list(shown.object_list)),
            "months": list(month_range(add_months(this, 1 - MONTHS), this)),
            "styles": [(style, *signs) for style, signs in STYLES.items()],
            "only_alerts": only_alerts,
            "other_rows": "?" + urlencode(choice if only_alerts else choice | {"rows": WITH_ALERTS}),
            "rows_choice": urlencode(choice | ({"rows": WITH_ALERTS} if only_alerts else {})),
            "page": shown,
        },
    }
    return render(request, "dashboards/month.html", context)
