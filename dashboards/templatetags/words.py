"""Markup inside of a translated sentence: the sentence has a placeholder, and the markup is made here."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def bdi(value: Any) -> SafeString:
    """A name or an address, kept apart from the direction of the text around it."""
    return format_html("<bdi>{}</bdi>", value)


@register.filter
def kbd(value: Any) -> SafeString:
    """A key of the keyboard."""
    return format_html("<kbd>{}</kbd>", value)


@register.filter
def code(value: Any) -> SafeString:
    """A name of a file or of a program, which is not translated."""
    return format_html('<code translate="no" dir="ltr">{}</code>', value)


@register.simple_tag
def anchor(url: str, words: str) -> SafeString:
    """A link, to be put into a sentence: `{% anchor url words as link %}`."""
    return format_html('<a href="{}">{}</a>', url, words)
