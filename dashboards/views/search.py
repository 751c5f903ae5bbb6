"""Finding a wiki: the type-ahead's answers, the same as a page, and all wikis of a language."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from dashboards import parameters, search
from dashboards.selectors import languages_by_letter
from dashboards.views.pages import page
from edits.figures import number
from edits.finding import UnknownProject, find, resolve_project

MAX_ON_PAGE = 100


@page
def suggest(request: HttpRequest) -> HttpResponse:
    """JSON for the type-ahead: `{"results": [{"url", "label", "detail"}], "said": "3 results"}`."""
    results = search.suggestions(parameters.text(request.GET, "q", longest=parameters.MAX_ADDRESS))
    said = ngettext("%(count)s result", "%(count)s results", len(results)) % {"count": number(len(results))}
    return JsonResponse({"results": [asdict(result) for result in results], "said": said})


@page
def projects(request: HttpRequest) -> HttpResponse:
    """Search without JavaScript, and the way to all wikis by language. A wiki's own name leads straight there."""
    query = parameters.text(request.GET, "q", longest=parameters.MAX_ADDRESS)
    if query:
        with suppress(UnknownProject):
            return redirect(resolve_project(query, by_language=False).get_absolute_url())
    found = find(query, limit=None)
    context = {
        "query": query,
        "found": [(entry, search.detail(entry)) for entry in found[:MAX_ON_PAGE]],
        "total": len(found),
        "letters": [] if query else languages_by_letter(),
    }
    return render(request, "dashboards/projects.html", context)
