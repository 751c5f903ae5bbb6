"""Numbers, months and pictures as people read them, in their language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from alerts.detector_words import detector_label
from alerts.explain import alert_name
from curation.language import arrow, listed
from edits.families import family_name
from edits.figures import change, counted, day, moment, month, number, percent, short_month, short_name_of_month, signed, size
from edits.metrics import METRICS

register = template.Library()

for _shown in (number, signed, size, percent, change, month, short_month, day, moment, counted, listed):
    register.filter(_shown)


register.filter(alert_name)
register.simple_tag(arrow)


@register.filter
def month_of_year(value: dt.date) -> str:
    """`Nov`."""
    return short_name_of_month(value.month)


@register.filter
def capital(value: Any) -> str:
    """With a capital first letter, as at the beginning of a line."""
    text = str(value)
    return text[:1].upper() + text[1:]


@register.filter
def metric_label(name: str) -> str:
    return str(METRICS[name].label) if name in METRICS else name


@register.filter
def family_label(family: str) -> str:
    return family_name(family)


@register.filter
def detector_name(name: str) -> str:
    return detector_label(name)


@register.inclusion_tag("dashboards/parts/choice.html")
def choice(
    name: str, label: str, choices: Iterable[tuple[str, Any]], chosen: str, *, any: str = "", names: bool = False
) -> dict[str, Any]:
    """A menu of a filter. `any`: what no choice is called, where there may be none. `names`: are not translated."""
    return {"name": name, "label": label, "choices": choices, "chosen": chosen, "any": any, "names": names}


@register.filter
def main_navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The entries of the top bar that exist, the one for this page marked."""
    entries = (
        ("overview", _("What changed"), ("overview", "month")),
        ("projects", _("Explore"), ("projects", "explorer", "languages", "language-projects")),
        ("alerts", _("Alerts"), ("alerts", "alert")),
        ("events", _("Events"), ("events", "event", "event-propose")),
        ("compare", _("Compare"), ("compare",)),
        ("status", _("Status"), ("status",)),
    )
    here = request.resolver_match.url_name if request.resolver_match else ""
    found = []
    for name, label, pages in entries:
        try:
            found.append({"url": reverse(name), "label": label, "current": here in pages})
        except NoReverseMatch:  # a page of another room that this site does not have
            continue
    return found
