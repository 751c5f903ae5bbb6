"""What the pages share: how they answer a bad address, and how long they may be kept."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from accounts.caching import keep_private
from dashboards.parameters import BadParameter, only
from edits.finding import UnknownProject, resolve_project
from edits.models import Project

View = Callable[..., Any]
PUBLIC_SECONDS = 60
# The chart package starts itself by this one line of script; plotly writes its styles into the page, and paints a picture to
# be saved by way of a blob of the page's own.
STARTER = "var renderer = new DashRenderer();"
STARTER_HASH = "'sha256-jZlsGVOhUAIcH+4PVs7QuGZkthRMgvT2n0ilH6/zTM0='"
CHART_POLICY = {"script-src": [STARTER_HASH], "style-src": ["'unsafe-inline'"], "img-src": ["blob:"]}


def page(view: View) -> View:
    """A public page that only reads: bad parameters are a clear 400, and shared caches keep nobody's own page.

    A view that says itself how long it may be kept is kept so long.
    """

    @require_safe
    @functools.wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = view(request, *args, **kwargs)
        except Moved as moved:
            query = request.META.get("QUERY_STRING", "")
            response = redirect(f"{moved.address}{f'?{query}' if query else ''}", permanent=True)
        except UnknownProject as error:
            meant = [(entry.domain, entry.project.get_absolute_url()) for entry in error.suggestions]
            context = {"problem": str(error), "without": reverse("projects"), "instead": meant}
            response = render(request, "dashboards/bad_address.html", context, status=404)
        except BadParameter as error:
            meant = [(value, _changed(request, error, value)) for value in error.instead]
            context = {"problem": str(error), "without": _changed(request, error), "instead": meant}
            response = render(request, "dashboards/bad_address.html", context, status=400)
        if request.user.is_authenticated:
            keep_private(response, no_cache=True)
        elif response.status_code == 200 and not response.has_header("Cache-Control"):
            patch_cache_control(response, public=True, max_age=PUBLIC_SECONDS)
        patch_vary_headers(response, ["Cookie", "Accept-Language"])
        return response

    return answered


def document(*understood: str) -> Callable[[View], View]:
    """A page for programs, which refuses every parameter but those that it understands: who writes `per-page` must not take
    all rows for a page of them."""

    def decorated(view: View) -> View:
        @page
        @functools.wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            only(request.GET, understood)
            response: HttpResponse = view(request, *args, **kwargs)
            return response

        return answered

    return decorated


def _changed(request: HttpRequest, error: BadParameter, *instead: str) -> str:
    """The same address without the value that means nothing, or with another one `instead`."""
    query = request.GET.copy()
    if error.name not in query:
        return request.path
    kept = [value for value in query.getlist(error.name) if error.value and value.strip() != error.value.strip()]
    query.setlist(error.name, [*kept, *instead])
    return f"{request.path}?{query.urlencode()}" if query.urlencode() else request.path


class Moved(Exception):
    """What is asked for has another address; the query stays."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


def project_at(route: str, name: str) -> Project:
    """The wiki that the address of `route` names.

    Raises UnknownProject, which `page` answers by 404 with suggestions, and Moved where the wiki is called otherwise.
    """
    project = resolve_project(name)
    if project.domain != name:
        raise Moved(reverse(route, args=[project.domain]))
    return project


def chart_page(view: View) -> View:
    """A page with a chart: its policy, and no other page's, allows what the chart package needs."""
    return csp_update(CHART_POLICY)(page(view))
