"""The lists of alerts as feeds: the same filter in the address, another form; and what a person follows, by an address that
nobody guesses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from accounts.caching import keep_private
from alerts.models import Alert
from dashboards.filters import LAST_PAGE, MAX_PAGE_SIZE, PARAMETERS, AlertFilter
from dashboards.parameters import whole_number
from dashboards.views.pages import document
from subscriptions import selectors
from subscriptions.feeds import FORMS, PAGE_SIZE, Feed, entries
from subscriptions.models import Preferences


@document(*(name for name in PARAMETERS if name != "sort"))
def alerts_feed(request: HttpRequest, form: str) -> HttpResponse:
    """The filtered list, newest month first. What was withdrawn stays in it and says so; provisional verdicts are left out."""
    chosen = AlertFilter.read(request.GET)
    size = chosen.per_page if "per_page" in request.GET else PAGE_SIZE
    alerts = chosen.apply(Alert.objects.filter(provisional=False), withdrawn=True)
    start = (chosen.page - 1) * size
    found = list(alerts.prefetch_related("project", "category").defer("evidence")[start : start + size + 1])
    home = f"{reverse('alerts')}{chosen.query(page=1)}"

    def address_of(number: int) -> str:
        return f"{request.path}{chosen.query(page=number)}"

    return _answer(request, form, _title(chosen), home, found, chosen.page, size, address_of)


@document("page", "per_page")
def personal_feed(request: HttpRequest, token: str, form: str) -> HttpResponse:
    """What one person follows. Who has the address reads it; nothing in it says who the person is."""
    if form not in FORMS:
        raise Http404
    number = whole_number(request.GET, "page", 1, lowest=1, highest=LAST_PAGE)
    size = whole_number(request.GET, "per_page", PAGE_SIZE, lowest=1, highest=MAX_PAGE_SIZE)
    preferences = get_object_or_404(Preferences.objects.select_related("user"), feed_token=token, user__is_active=True)
    found = selectors.feed_of(preferences.user)[(number - 1) * size :]

    def address_of(number: int) -> str:
        pages = {"page": number} if number > 1 else {}
        sizes = {"per_page": size} if size != PAGE_SIZE else {}
        return f"{request.path}?{urlencode(pages | sizes)}".rstrip("?")

    with override(preferences.language):
        title = _("What I follow: Community Activity Alerts")
        response = _answer(request, form, title, reverse("following"), found, number, size, address_of)
    keep_private(response)
    response["X-Robots-Tag"] = "noindex"
    return response


def _answer(
    request: HttpRequest,
    form: str,
    title: str,
    home: str,
    found: Sequence[Alert],
    number: int,
    size: int,
    address_of: Callable[[int], str],
) -> HttpResponse:
    """Page `number` of a feed in one of its forms; `found` begins with the page and goes on where there is another.

    The site's middleware adds the ETag, and answers 304 to who has it already.
    """
    site = request.build_absolute_uri("/").rstrip("/")
    feed = Feed(
        title=title,
        home=f"{site}{home}",
        url=f"{site}{address_of(number)}",
        entries=entries(found[:size], site=site),
        language=str(get_language()),
        previous=f"{site}{address_of(number - 1)}" if number > 1 else "",
        following=f"{site}{address_of(number + 1)}" if len(found) > size else "",
    )
    chosen = FORMS[form]
    response = HttpResponse(chosen.write(feed), content_type=chosen.content_type)
    response["Last-Modified"] = http_date(feed.updated.timestamp())
    response["Content-Language"] = feed.language
    return response


def _title(chosen: AlertFilter) -> str:
    """`Alerts: hi · edits` or only `Alerts`: what the filter asks for, so that a reader tells its feeds apart."""
    asked = [
        chosen.project, chosen.language, chosen.family, chosen.group, chosen.category, chosen.severity, chosen.metric,
        chosen.direction, chosen.status, f"{chosen.month:%Y-%m}" if chosen.month else "",
    ]  # fmt: skip
    words = " · ".join(word for word in asked if word)
    return _("Unusual months: %(what)s") % {"what": words} if words else _("Unusual months on Wikimedia wikis")
