"""In which language a page is read (docs/adr/0045): by its address, else as chosen, else as the browser asks for."""

from __future__ import annotations

from typing import Any, Literal, cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.translation import get_supported_language_variant

from accounts.caching import keep_private
from subscriptions.services import language_of

PARAMETER = "uselang"  # as on the wikis
VISIT_COOKIE = "uselang"
MAX_CODE = 35  # letters of the longest language tag
SAME_SITE = cast(Literal["Lax", "Strict", "None"], settings.LANGUAGE_COOKIE_SAMESITE)


class ReadingLanguage(LocaleMiddleware):
    """Django's, with `?uselang=` in each address.

    The parameter is taken out of the request, so that no page need know of it, and put into what it redirects to. It holds
    for the visit, by a cookie that ends with it: pages ask for their charts and cards at other addresses, and whoever reads a
    page in one language goes on in it. What was chosen in the menu stays, in a cookie of its own.
    """

    def process_request(self, request: Any) -> None:
        asked = _take_out(request)
        request.uselang = supported(asked)
        request.unknown_language = asked[:MAX_CODE] if asked and not request.uselang else ""
        visit = request.uselang or supported(request.COOKIES.get(VISIT_COOKIE, ""))
        if visit:
            translation.activate(visit)
            request.LANGUAGE_CODE = translation.get_language()
        else:
            super().process_request(request)

    def process_response(self, request: Any, response: Any) -> HttpResponseBase:
        answer: HttpResponseBase = super().process_response(request, response)
        uselang = getattr(request, "uselang", "")
        if uselang:
            _keep_for_the_visit(request, answer, uselang)
            if location := answer.get("Location"):
                answer["Location"] = _with_language(location, uselang, request)
        if chosen := getattr(request, "chosen_language", ""):
            keep(answer, chosen)
        return answer


def take_from_settings(request: Any, user: Any, **_signal: Any) -> None:
    """Who signs in reads on in the language that they chose."""
    if request is not None and (code := supported(language_of(user))):
        request.chosen_language = code


def supported(code: str) -> str:
    """The language of this site that `code` means (`de` for `de-AT`); empty when it has none."""
    try:
        return get_supported_language_variant(code) if 0 < len(code) <= MAX_CODE else ""
    except LookupError:
        return ""


def keep(response: HttpResponseBase, code: str) -> None:
    """Remember in the browser that its reader chose `code`."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite=SAME_SITE,
        httponly=True,
    )
    response.delete_cookie(VISIT_COOKIE, samesite=SAME_SITE)


def _take_out(request: HttpRequest) -> str:
    """The last `uselang` of the address, which then no longer has it; empty for none."""
    query = request.META.get("QUERY_STRING", "")
    if PARAMETER not in query:
        return ""
    parts = query.split("&")
    kept = [part for part in parts if part.partition("=")[0] != PARAMETER]
    request.META["QUERY_STRING"] = "&".join(kept)
    return next((value for _name, value in parse_qsl("&".join(part for part in reversed(parts) if part not in kept))), "")


def _keep_for_the_visit(request: HttpRequest, response: HttpResponseBase, code: str) -> None:
    """Only where the browser does not know it yet: an answer with a cookie is for nobody else."""
    if request.COOKIES.get(VISIT_COOKIE) != code:
        response.set_cookie(
            VISIT_COOKIE,
            code,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite=SAME_SITE,
            httponly=True,
        )
        keep_private(response)


def _with_language(location: str, code: str, request: HttpRequest) -> str:
    """`location` with the language, if it lies on this site."""
    target = urlsplit(location)
    if target.netloc not in ("", request.get_host()):
        return location
    query = [pair for pair in parse_qsl(target.query, keep_blank_values=True) if pair[0] != PARAMETER]
    return urlunsplit(target._replace(query=urlencode([*query, (PARAMETER, code)])))
