"""What the pages share: how they answer a bad address, and how long they may be kept."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from dashboards.parameters import BadParameter

View = Callable[..., Any]
PUBLIC_SECONDS = 60
# The chart package starts itself by this one line of script; plotly writes its styles into the page, and paints a picture to
# be saved by way of a blob of the page's own.
STARTER = "var renderer = new DashRenderer();"
STARTER_HASH = "'sha256-jZlsGVOhUAIcH+4PVs7QuGZkthRMgvT2n0ilH6/zTM0='"
CHART_POLICY = {"script-src": [STARTER_HASH], "style-src": ["'unsafe-inline'"], "img-src": ["blob:"]}


def page(view: View) -> View:
    """A public page that only reads: bad parameters are a clear 400, and shared caches keep nobody's own page."""

    @require_safe
    @functools.wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = view(request, *args, **kwargs)
        except BadParameter as error:
            context = {"problem": str(error), "without": _without(request, error.name)}
            response = render(request, "dashboards/bad_address.html", context, status=400)
        if request.user.is_authenticated:
            patch_cache_control(response, private=True, no_cache=True)
        elif response.status_code == 200:
            patch_cache_control(response, public=True, max_age=PUBLIC_SECONDS)
        patch_vary_headers(response, ["Cookie", "Accept-Language"])
        return response

    return answered


def _without(request: HttpRequest, name: str) -> str:
    """The same address without the parameter that means nothing; without any when it is not known which."""
    query = request.GET.copy()
    if name not in query:
        return request.path
    del query[name]
    return f"{request.path}?{query.urlencode()}" if query else request.path


def chart_page(view: View) -> View:
    """A page with a chart: its policy, and no other page's, allows what the chart package needs."""
    return csp_update(CHART_POLICY)(page(view))
