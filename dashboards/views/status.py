"""How fresh and how complete the counts are, for everyone to see."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboards.selectors import reach, remembered
from edits.clock import current_day
from edits.fetching import selectors
from edits.fetching.plan import FETCHED_METRICS
from edits.metrics import METRICS
from edits.models import FetchRun


def status(request: HttpRequest) -> HttpResponse:
    """Newest month that most reported, coverage, projects that lag behind, the last runs and the next one."""
    today = current_day()
    coverages = [reach(METRICS[name], today) for name in FETCHED_METRICS]
    context = {
        "today": today,
        "live": remembered("source", selectors.shown_source) == FetchRun.Source.WIKIMEDIA,
        "coverages": [(each, each.is_stale(today)) for each in coverages],
        "runs": remembered("recent-runs", lambda: list(selectors.recent_runs())),
        "running": selectors.running(),
        "next_due": selectors.next_due(),
        "parked": selectors.parked_targets()[: selectors.SHOWN],
    }
    return render(request, "dashboards/status.html", context)
