"""How fresh and how complete the counts are, for everyone to see."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboards.caching import cached_until_data_changes
from dashboards.selectors import freshness
from dashboards.views.pages import page
from edits.clock import current_day
from edits.fetching import selectors
from edits.metrics import METRICS, fetched_metrics
from edits.models import FetchRun


@page
def status(request: HttpRequest) -> HttpResponse:
    """Newest month that most reported, projects that lag behind, the last runs and the next one."""
    today = current_day()
    coverages = [freshness(METRICS[name], today) for name in fetched_metrics()]
    context = {
        "today": today,
        "version": settings.VERSION,
        "live": cached_until_data_changes("source", selectors.shown_source) == FetchRun.Source.WIKIMEDIA,
        "coverages": [(each, each.is_stale(today)) for each in coverages],
        "runs": cached_until_data_changes("recent-runs", lambda: list(selectors.recent_runs())),
        "running": selectors.running(),
        "next_due": selectors.next_due(),
        "parked": selectors.parked_targets()[: selectors.MAX_LISTED],
    }
    return render(request, "dashboards/status.html", context)
