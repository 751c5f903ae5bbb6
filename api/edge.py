"""What every answer of the API shares: who may read it from where, how often, and for how long it may be kept."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from typing import Any

from compression_middleware.decorators import compress_page
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt
from django_ratelimit.core import get_usage

from api.problems import problem_response

View = Callable[..., HttpResponseBase]
GROUP = "api"
CACHE_SECONDS = 60
SEEN_SECONDS = 86_400  # for which it is remembered since when an answer has been the same
READING = ("GET", "HEAD", "OPTIONS")
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link, RateLimit, RateLimit-Policy, Retry-After",
}


def public(view: View, *, writes: bool = False) -> View:
    """`view` for everybody: counted, compressed, readable from any site, and refused in the one form that errors have.

    `writes`: it takes posts, with a token, and nothing else; scripts of other sites may not send them.
    """
    methods = ("POST",) if writes else READING

    @functools.wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        usage = get_usage(request, group=GROUP, key="ip", rate=settings.API_RATE, increment=True)
        if usage and usage["should_limit"]:
            wait = seconds_to_wait(usage)
            detail = f"At most {settings.API_RATE.replace('/m', ' requests a minute')}: wait {wait} seconds"
            response: HttpResponseBase = problem_response(request, 429, detail)
            response["Retry-After"] = str(wait)
        elif request.method not in methods:
            detail = "This only takes what is sent by POST" if writes else "This is read-only: ask with GET"
            response = problem_response(request, 405, detail)
            response["Allow"] = ", ".join(methods)
        elif writes:
            with translation.override("en"):
                response = view(request, *args, **kwargs)
        elif request.method == "OPTIONS":
            response = problem_response(request, 204)
            response.content = b""
            response["Access-Control-Allow-Methods"] = ", ".join(READING)
            response["Access-Control-Allow-Headers"] = "Accept, If-None-Match, If-Modified-Since"
        else:
            asked, request.method = request.method, "GET"  # the server leaves out the body of an answer to HEAD
            with translation.override("en"):  # programs compare words
                response = view(request, *args, **kwargs)
            request.method = asked
            if isinstance(response, HttpResponse) and response.status_code == 200:
                response["Last-Modified"] = http_date(_same_since(request, response.content))
        _add_headers(response, usage, kept=response.status_code == 200 and not writes)
        return response

    exempt: View = csrf_exempt(compress_page(answered))  # no cookie is read: a token is sent on purpose, or nothing is written
    return exempt


def seconds_to_wait(usage: dict[str, int]) -> int:
    """Until the limit that `usage` tells of counts anew. In the second in which it does, none are left: then one."""
    return max(1, usage["time_left"])


def _same_since(request: HttpRequest, content: bytes) -> int:
    """Since when this site has given `content` at this address, in seconds since 1970.

    An answer is made from many rows, and a row that leaves it leaves no date behind: only the answer itself tells whether it
    has changed. Of one that is not remembered, now is said, which costs the reader a full answer. A change within the second
    of the one before gets the next second, so that no reader takes the two for one.
    """
    key = "api-seen:" + hashlib.sha256(request.build_absolute_uri().encode()).hexdigest()
    digest, now = hashlib.sha256(content).hexdigest(), int(timezone.now().timestamp())
    known: tuple[str, int] | None = cache.get(key)
    if known is not None and known[0] == digest:
        return known[1]
    since = now if known is None else max(now, known[1] + 1)
    cache.set(key, (digest, since), SEEN_SECONDS)
    return since


def _add_headers(response: HttpResponseBase, usage: dict[str, int] | None, *, kept: bool) -> None:
    for name, value in CORS.items():
        response[name] = value
    patch_vary_headers(response, ["Accept-Encoding"])
    if kept:
        patch_cache_control(response, public=True, max_age=CACHE_SECONDS)
    else:
        patch_cache_control(response, no_store=True)
    if usage:
        # draft-ietf-httpapi-ratelimit-headers-09: the policy's quota and window, and what is left of it
        left = max(0, usage["limit"] - usage["count"])
        response["RateLimit-Policy"] = f'"{GROUP}";q={usage["limit"]};w=60'
        response["RateLimit"] = f'"{GROUP}";r={left};t={seconds_to_wait(usage)}'
