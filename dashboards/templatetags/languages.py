"""The languages of this site, for its templates."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def site_languages() -> list[tuple[str, str, bool]]:
    """(code, name as its readers call it, whether the page is in it) of each language of the site."""
    current = get_language()
    return [(code, name, code == current) for code, name in settings.LANGUAGES]


@register.simple_tag
def language_addresses(request: HttpRequest) -> dict[str, str]:
    """The canonical address of the page in each language, by code; `x-default` is the one that asks the browser."""
    page = request.build_absolute_uri(request.path)
    return {code: f"{page}?uselang={code}" for code, _name in settings.LANGUAGES} | {"x-default": page}


@register.simple_tag
def is_drafted() -> bool:
    """Whether the language of the page waits for a native reader."""
    return get_language() in settings.DRAFTED_LANGUAGES
