"""What stands between the network and the charts' callbacks.

The chart package answers unknown names with an error 500, and writes to the session of whoever asks. Its callbacks carry no
CSRF token, so they must never change anything: they read, and nothing else.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseNotAllowed,
    HttpResponseNotFound,
)

from dashboards.charts.callbacks import CALLBACKS
from dashboards.parameters import BadParameter

View = Callable[..., HttpResponse]
MAX_BODY = 64 * 1024
# What a page with a chart asks for, of all that the chart package would answer.
READ, WRITE = ["GET", "HEAD"], ["POST"]
ROUTES: dict[str | None, list[str]] = {
    "app-layout": READ,
    "app-dependencies": READ,
    "app-component-suites": READ,
    "app-component-component-suites": READ,
    "app-update-component": WRITE,
}
SESSION_KEY = "django_plotly_dash"


class BadCallback(ValueError):
    """A callback was asked for something that it does not understand."""


def guard(view: View, **_route: Any) -> View:
    """Answer forged requests with 400 or 404, and leave the session as it was. Named by PLOTLY_DASH["view_decorator"]."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        route = request.resolver_match.url_name if request.resolver_match else ""
        if route not in ROUTES:
            return HttpResponseNotFound("no such chart", content_type="text/plain")
        if request.method not in ROUTES[route]:
            return HttpResponseNotAllowed(ROUTES[route])
        if request.method == "POST" and (problem := _malformed(request)):
            return HttpResponseBadRequest(problem, content_type="text/plain")
        modified = request.session.modified
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            return HttpResponseNotFound("no such chart", content_type="text/plain")
        except (BadCallback, BadParameter) as error:
            return HttpResponseBadRequest(str(error), content_type="text/plain; charset=utf-8")
        except KeyError:
            # An app, an endpoint or an output that is not registered.
            if request.method == "POST":
                return HttpResponseBadRequest("no such callback", content_type="text/plain")
            return HttpResponseNotFound("no such chart", content_type="text/plain")
        if SESSION_KEY in request.session:
            del request.session[SESSION_KEY]
        request.session.modified = modified
        return response

    return guarded


def _malformed(request: HttpRequest) -> str:
    """What is wrong with the body of a callback, or an empty string."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return "bad content length"
    if length > MAX_BODY:
        return "the request is too large"
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return "the body is not JSON"
    if not isinstance(body, dict) or not isinstance(body.get("output"), str):
        return "the body names no output"
    callback = CALLBACKS.get(body["output"])
    return callback.problem_of(body) if callback else "no such callback"
