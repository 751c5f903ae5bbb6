"""oEmbed: what a page of ours that somebody links to looks like on their site (https://oembed.com)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.html import format_html

from alerts.models import Alert
from api.edge import public
from api.embeds.picture import HEIGHT, WIDTH
from api.problems import ParameterProblem, problem_response, understands
from dashboards.charts.words import alert_line, name_of
from edits.finding import UnknownProject, resolve_project
from edits.metrics import DEFAULT_METRIC

PROVIDER = "Community Activity Alerts"
CACHE_AGE = 3600  # seconds, as the answer says it
SMALLEST = 200  # pixels: a smaller frame shows nothing that can be read


# `dnt` is what WordPress sends with each of its requests: do not track, as nothing here does.
@public
@understands("url", "format", "maxwidth", "maxheight", "dnt")
def oembed(request: HttpRequest) -> HttpResponse:
    """The frame of a wiki's page, and the picture of an alert's."""
    if (form := request.GET.get("format") or "json") != "json":
        return problem_response(request, 501, f"There is no {form[:20]!r} here: ask for format=json")
    try:
        width = _limit(request, "maxwidth", WIDTH)
        height = min(_limit(request, "maxheight", HEIGHT), width * HEIGHT // WIDTH)
    except ValueError as error:
        return problem_response(request, 400, str(error))
    url = request.GET.get("url", "")
    answer = _of_page(request, url, width, height)
    if answer is None:
        detail = f"url must be the address of a wiki's or an alert's page of this site, not {url[:200]!r}"
        errors = [ParameterProblem(parameter="url", detail=detail)]
        return problem_response(request, 404 if url else 400, detail, errors)
    about = {"version": "1.0", "provider_name": PROVIDER, "provider_url": request.build_absolute_uri("/")}
    return JsonResponse(about | {"cache_age": CACHE_AGE, "width": width, "height": height} | answer)


def _limit(request: HttpRequest, name: str, usual: int) -> int:
    """The largest size that `name` allows, at most the usual one. ValueError for what is no number of pixels."""
    value = request.GET.get(name, "")
    if not value:
        return usual
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise ValueError(f"{name} must be a number of pixels, not {value[:20]!r}")
    return max(SMALLEST, min(usual, int(value)))


def _of_page(request: HttpRequest, url: str, width: int, height: int) -> dict[str, Any] | None:
    found = _page(request, url)
    if found is not None and found.url_name == "explorer":
        try:
            project = resolve_project(found.kwargs["domain"])
        except UnknownProject:
            return None
        title = name_of(project, DEFAULT_METRIC)
        frame = request.build_absolute_uri(reverse("embed-wiki", args=[project.domain]))
        html = format_html(
            '<iframe src="{}" title="{}" width="{}" height="{}" style="border:0" loading="lazy"></iframe>',
            frame, title, width, height,
        )  # fmt: skip
        picture = request.build_absolute_uri(reverse("embed-wiki-png", args=[project.domain]))
        thumbnail = {"thumbnail_url": picture, "thumbnail_width": WIDTH, "thumbnail_height": HEIGHT}
        return {"type": "rich", "title": title, "html": html} | thumbnail
    if found is not None and found.url_name == "alert":
        alert = Alert.objects.select_related("project").filter(pk=found.kwargs["pk"]).first()
        if alert is not None:
            title = f"{name_of(alert.project, alert.metric)}. {alert_line(alert)}"
            picture = request.build_absolute_uri(reverse("embed-alert-png", args=[alert.pk]))
            return {"type": "photo", "title": title, "url": picture}
    return None


def _page(request: HttpRequest, url: str) -> ResolverMatch | None:
    """The page of this site that `url` is the address of."""
    try:
        parts = urlsplit(url)
        return resolve(parts.path) if parts.netloc == request.get_host() else None
    except (ValueError, Resolver404):
        return None
