"""How a page is found and taken along: its pictures, its frame, and what to paste elsewhere."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()

WIDTH, HEIGHT = 800, 420  # of the picture as it is made
LARGE = 1200, 630  # as sites want it that show what a link leads to


# What would end the element, or be taken for markup, inside of a script.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@dataclass(frozen=True, slots=True)
class Snippet:
    """What to paste: `name` says where."""

    name: str
    text: str


@register.inclusion_tag("dashboards/parts/social.html", takes_context=True)
def social(
    context: template.Context, title: str, description: str, route: str, argument: object, query: str = ""
) -> dict[str, Any]:
    """What other sites show of this page. `route` and `argument` name its picture; `query` is the picture's."""
    request: HttpRequest = context["request"]
    page = request.build_absolute_uri(request.path)
    joined = f"{query}&" if query else "?"
    return {
        "title": title,
        "description": description,
        "page": page,
        "picture": f"{request.build_absolute_uri(reverse(route, args=[argument]))}{joined}size=large",
        "width": LARGE[0],
        "height": LARGE[1],
        "oembed": request.build_absolute_uri(reverse("oembed")),
    }


@register.inclusion_tag("dashboards/parts/take_along.html", takes_context=True)
def take_along(
    context: template.Context, title: str, route: str, argument: object, query: str = "", frame: str = ""
) -> dict[str, Any]:
    """The chart of this page for a wiki, for Markdown and for HTML; `frame` names the route of the page for frames."""
    request: HttpRequest = context["request"]
    spoken = "" if get_language() == "en" else f"{'&' if query else '?'}lang={get_language()}"

    def there(name: str) -> str:
        return request.build_absolute_uri(reverse(name, args=[argument])) + query + spoken

    page = request.build_absolute_uri(request.path) + query
    linked = '<a href="{}"><img src="{}" alt="{}" width="{}" height="{}"></a>'
    picture = format_html(linked, page, there(route), title, WIDTH, HEIGHT)
    framed = '<iframe src="{}" title="{}" width="{}" height="{}" style="border:0" loading="lazy"></iframe>'
    snippets = [
        Snippet(_("Wikitext"), f"[{page} {title}]"),
        Snippet("Markdown", f"[![{title}]({there(route)})]({page})"),
        Snippet(_("HTML, a picture"), picture),
    ]
    if frame:
        snippets.append(Snippet(_("HTML, a frame"), format_html(framed, there(frame), title, WIDTH, HEIGHT)))
    return {"snippets": snippets, "svg": there(route).replace(".png", ".svg"), "png": there(route)}


@register.filter
def canonical(request: HttpRequest) -> str:
    """The one address of this page in its language: filters and orders of a list are views of the same page."""
    page, language = request.build_absolute_uri(request.path), getattr(request, "uselang", "")
    return f"{page}?uselang={language}" if language else page


@register.simple_tag
def structured(data: dict[str, Any] | None) -> SafeString:
    """`data` as JSON-LD; nothing for None."""
    if data is None:
        return mark_safe("")
    text = json.dumps(data, ensure_ascii=False).translate(ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - nothing in it is markup
