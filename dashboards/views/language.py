"""Choosing the language of the site: a page of its own, so that no other page needs a cookie for it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe


@require_safe
def language(request: HttpRequest) -> HttpResponse:
    """The form that Django's own view reads."""
    wanted = request.GET.get("next", "/")
    back = wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()) else "/"
    return render(request, "dashboards/language.html", {"next": back})
