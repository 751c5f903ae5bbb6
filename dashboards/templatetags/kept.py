"""How a template takes in a part that is made once for all readers."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from dashboards.keeping import keep

register = template.Library()


@register.simple_tag
def kept(name: str, **shown: Any) -> SafeString:
    """`{% include name with … only %}`, kept for those who are shown the same values: see `dashboards.keeping`."""
    return keep(name, shown, lambda: render_to_string(name, shown))
