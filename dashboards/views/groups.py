"""Groups of wikis: the regions that community work uses, and people's own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from dashboards.filters import AlertFilter
from dashboards.views.languages import multiples
from dashboards.views.pages import page
from edits.finding import entries
from edits.finding.index import order
from subscriptions.groups import projects_of, visible_groups

MAX_CELLS = 60  # a region has hundreds of wikis: the Wikipedias first, the rest stands in the list of alerts


@page
def groups(request: HttpRequest) -> HttpResponse:
    """What everybody sees, and one's own."""
    return render(request, "dashboards/groups.html", {"groups": visible_groups(request.user).select_related("owner")})


@page
def group(request: HttpRequest, slug: str) -> HttpResponse:
    """Small multiples of the wikis of a group, the line of all of them together, and its newest alerts."""
    found = get_object_or_404(visible_groups(request.user), slug=slug)
    ids = set(projects_of(found).values_list("pk", flat=True))
    wikis = sorted((entry for entry in entries() if entry.pk in ids), key=order)
    shown = [entry for entry in wikis if not entry.closed][:MAX_CELLS]
    context = {
        "group": found,
        "total": len(wikis),
        "left_out": len(wikis) - len(shown),
        "mine": found.owner_id is not None and found.owner_id == request.user.pk,
        **multiples(request, shown, AlertFilter(group=found.slug)),
    }
    return render(request, "dashboards/group.html", context)
