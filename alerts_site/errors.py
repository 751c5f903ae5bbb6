"""Error pages: what happened in one sentence, what to do, and the id to quote. Never a value, a path or a query."""

from __future__ import annotations

import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from alerts_site import logs

MESSAGES: dict[int, tuple[Any, Any]] = {
    400: (_("We cannot understand this request"), _("Check the address, or go back and try again.")),
    403: (_("You may not do this"), _("Sign in with an account that may, or ask a moderator.")),
    404: (_("There is no such page"), _("Check the address, or start from the front page.")),
    429: (_("Too many requests"), _("Wait a minute, then try again. Nothing was stored.")),
    500: (_("Something went wrong on our side"), _("It is recorded. Try again later; if it stays, report the id below.")),
    503: (_("The site is away for a moment"), _("Its database does not answer. Try again in half a minute.")),
}


def error_page(request: HttpRequest, status: int) -> HttpResponse:
    """A page that needs neither database nor session, so that it can be shown whatever is broken."""
    title, advice = MESSAGES[status]
    context = {"request": request, "status": status, "title": title, "advice": advice, "request_id": logs.request_id.get()}
    return HttpResponse(render_to_string("errors/error.html", context), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 while the database is away: whatever met the outage, a view or a middleware, ends here."""
    if not isinstance(sys.exception(), (InterfaceError, OperationalError)):
        return error_page(request, 500)
    response = error_page(request, 503)
    response["Retry-After"] = "30"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(request, 403)


def locked_out(request: HttpRequest, original_response: object = None, credentials: object = None) -> HttpResponse:
    """After too many wrong passwords."""
    return error_page(request, 429)
