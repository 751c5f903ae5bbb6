"""The reader's language, and how it puts names together: lists by CLDR, and what runs the other way kept apart."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.lists import format_list
from django.conf import settings
from django.utils.translation import get_language, get_language_bidi, to_locale


def reader() -> str:
    """The language of the reader."""
    return get_language() or settings.LANGUAGE_CODE


@cache
def locale_of(language: str) -> Locale:
    """What CLDR knows of `language`; English for one that it does not know."""
    try:
        return Locale.parse(to_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(settings.LANGUAGE_CODE)


def isolated(text: str) -> str:
    """Kept from left to right in a language that is written from right to left, where a sign would go to the other end."""
    return f"\N{LEFT-TO-RIGHT ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}" if get_language_bidi() else text


def isolate(text: str) -> str:
    """Plain `text` kept from changing the order of what stands around it; as it is where nothing runs from right to left."""
    turns = get_language_bidi() or any(unicodedata.bidirectional(char) in {"R", "AL", "AN"} for char in text)
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}" if turns else text


def listed(names: Iterable[object]) -> str:
    """`edits, bots, and pages`: names in plain text, with the signs and the “and” of the reader's language."""
    return format_list([isolate(str(name)) for name in names], locale=locale_of(reader()))


def arrow() -> str:
    """From an old value to the new one: it points to where the reader reads on."""
    return "←" if get_language_bidi() else "→"
