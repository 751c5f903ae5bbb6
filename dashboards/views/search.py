"""Finding a wiki: the type-ahead's answers, the same as a page, and all wikis of a language."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext

from dashboards import parameters, search
from dashboards.selectors import languages
from dashboards.templatetags.figures import number
from dashboards.views.pages import page

MOST_ON_PAGE = 100


@page
def suggest(request: HttpRequest) -> HttpResponse:
    """JSON for the type-ahead: `{"results": [{"url", "label", "detail"}], "said": "3 results"}`."""
    results = search.suggestions(parameters.text(request.GET, "q"))
    said = ngettext("%(count)s result", "%(count)s results", len(results)) % {"count": number(len(results))}
    return JsonResponse({"results": [asdict(result) for result in results], "said": said})


@page
def projects(request: HttpRequest) -> HttpResponse:
    """Search without JavaScript, and the way to all wikis by language. An exact domain or dbname leads straight there."""
    query = parameters.text(request.GET, "q")
    found = search.find(query, limit=None)
    if query and found and search.fold(search.host(query)) in (found[0].domain, found[0].dbname):
        return redirect(reverse("explorer", args=[found[0].domain]))
    context = {
        "query": query,
        "found": [(entry, search.detail(entry)) for entry in found[:MOST_ON_PAGE]],
        "total": len(found),
        "languages": [] if query else languages(),
    }
    return render(request, "dashboards/projects.html", context)
