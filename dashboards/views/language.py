"""Choosing the language of the site. The menu of each page is a form; its choice is kept in the browser and for the person."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, get_supported_language_variant, to_locale
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from subscriptions import services

SOURCE = settings.LANGUAGE_CODE


@never_cache
@require_safe
def language(request: HttpRequest) -> HttpResponse:
    """All languages, and where to send corrections."""
    return _page(request, request.GET.get("next", ""))


@csrf_exempt  # a token would mean a cookie on each page; where the form was sent from is looked at instead
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Take the choice of the menu, and lead back to the page."""
    if request.headers.get("Origin", "null") not in ("null", f"{request.scheme}://{request.get_host()}"):
        raise PermissionDenied
    wanted, user = request.POST.get("language", ""), request.user
    try:
        code = get_supported_language_variant(wanted, strict=True)
    except LookupError:
        problem = _("This site has no translation into “%(value)s”.") % {"value": wanted[:35]}
        return _page(request, request.POST.get("next", ""), problem=problem)
    request.chosen_language = code  # type: ignore[attr-defined]  # the middleware keeps it in the browser
    if user.is_authenticated:
        person: Any = user
        services.language_change(by=person, language=code)
    return redirect(_safe(request, request.POST.get("next", "")))


def _page(request: HttpRequest, back: str, *, problem: str = "") -> HttpResponse:
    locale = to_locale(get_language() or SOURCE)
    context = {
        "next": _safe(request, back),
        "problem": problem,
        "contact": settings.WIKIMEDIA_CONTACT,
        "catalogue": f"locale/{locale}/LC_MESSAGES/django.po" if locale != SOURCE else "",
    }
    return render(request, "dashboards/language.html", context, status=400 if problem else 200)


def _safe(request: HttpRequest, address: str) -> str:
    """`address`, if it lies on this site."""
    return address if url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure()) else "/"
