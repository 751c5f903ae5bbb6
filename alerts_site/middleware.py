"""What happens around every request."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from social_django.middleware import SocialAuthExceptionMiddleware

from accounts.caching import keep_private
from alerts_site import logs
from alerts_site.errors import error_page
from alerts_site.ratelimits import is_over_limit

logger = logging.getLogger(__name__)
View = Callable[[HttpRequest], HttpResponse]
DATA_FILES = (".csv", ".json")
ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def request_id(get_response: View) -> View:
    """Give the request an id, for the log lines and for the error page. A proxy of ours may have given one already."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "") if settings.TRUSTED_PROXY_COUNT else ""
        name = given if ACCEPTABLE_ID.fullmatch(given) else uuid.uuid4().hex
        request.id = name  # type: ignore[attr-defined]  # for what Django logs when this middleware is through
        token = logs.request_id.set(name)
        try:
            response = get_response(request)
            response["X-Request-ID"] = logs.request_id.get()
            return response
        finally:
            logs.request_id.reset(token)

    return middleware


def limit_writes(get_response: View) -> View:
    """Refuse with 429 what is one write too many."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if is_over_limit(request):
            response = error_page(request, 429)
            response["Retry-After"] = "60"
            return response
        return get_response(request)

    return middleware


def dash_never_stores_sessions(get_response: View) -> View:
    """The dash package writes to the session on every callback; do not let that become a row in the database."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path.startswith("/dash/"):
            request.session.modified = False
        return response

    return middleware


def keep_the_policy_of_the_page(get_response: View) -> View:
    """Send no content security policy with a 304: the browser would put it in the place of the page's own.

    Pages with a chart have a wider policy than others; the empty 304 knows nothing of that, and the chart would be blocked
    the second time the page is shown.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == 304:
            del response["Content-Security-Policy"]
        return response

    return middleware


def private_when_signed_in(get_response: View) -> View:
    """What a signed-in person sees is not for a cache that others read from."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES or settings.SESSION_COOKIE_NAME in response.cookies:
            keep_private(response)
        return response

    return middleware


def public_data_for_all(get_response: View) -> View:
    """Let scripts of other sites read the public JSON and CSV files. They get what strangers get: no cookie comes with it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path.endswith(DATA_FILES) and not request.path.startswith("/admin/"):
            response.setdefault("Access-Control-Allow-Origin", "*")
        return response

    return middleware


class QuietSignInErrors(SocialAuthExceptionMiddleware):
    """Back to the sign-in page with one sentence, whatever went wrong; the reason is in the log."""

    def get_message(self, request: HttpRequest, exception: Exception) -> str:
        logger.warning("Signing in with a Wikimedia account failed: %s", type(exception).__name__)
        return gettext("Signing in did not work. Try again, or ask a moderator if you think that it should.")
