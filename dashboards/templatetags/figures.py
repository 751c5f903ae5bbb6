"""Numbers, months and pictures as people read them, in their language."""

from __future__ import annotations

import datetime as dt
import math
from functools import lru_cache
from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format, get_format, number_format
from django.utils.translation import get_language, get_language_bidi, pgettext
from django.utils.translation import gettext as _

from alerts.explain import detector_label
from edits.families import family_name
from edits.metrics import METRICS

register = template.Library()

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
MOST_PER_CENT = 9_999


@register.filter
def number(value: float | None, places: int = 0) -> str:
    """`9,579` by the reader's locale; a dash for what is not known."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return DASH
    rounded = round(value, places) if places else round(value)
    language = get_language()
    if not places and get_format("NUMBER_GROUPING", language) == 3:  # the usual case, ten times as fast: charts have hundreds
        return f"{rounded:,}".replace("-", MINUS).replace(",", get_format("THOUSAND_SEPARATOR", language))
    return str(number_format(rounded, decimal_pos=places, use_l10n=True, force_grouping=True)).replace("-", MINUS)


@register.filter
def signed(value: float | None) -> str:
    """`+6,563` or `−120`."""
    shown = number(value)
    return isolated(f"+{shown}" if value is not None and value > 0 else shown)


def isolated(text: str) -> str:
    """Kept from left to right in a language that is written from right to left, where a sign would go to the other end."""
    return f"\N{LEFT-TO-RIGHT ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}" if get_language_bidi() else text


@register.filter
def size(value: float | None) -> float | None:
    """Without its sign."""
    return None if value is None else abs(value)


@register.filter
def percent(value: float | None) -> str:
    """A share of 0 to 1 as `22%`."""
    if value is None:
        return DASH
    # Rounded down: 213 of 214 is not all of them.
    return pgettext("a percentage", "%(number)s%%") % {"number": number(math.floor(100 * value + 1e-9))}


@register.filter
def change(value: float | None) -> str:
    """A percentage difference as `+218%`; beyond 9,999 % it says only that it is more."""
    if value is None:
        return DASH
    if value > MOST_PER_CENT:
        return isolated("> +" + pgettext("a percentage", "%(number)s%%") % {"number": number(MOST_PER_CENT)})
    return isolated(pgettext("a percentage", "%(number)s%%") % {"number": signed(value)})


@register.filter
def month(value: dt.date | None) -> str:
    """`November 2022`."""
    return formatted_date(value, "F Y", get_language()) if value else DASH


@register.filter
def short_month(value: dt.date | None) -> str:
    """`Nov 2022`."""
    return formatted_date(value, "M Y", get_language()) if value else DASH


@lru_cache(maxsize=4096)
def formatted_date(value: dt.date, form: str, language: str) -> str:
    """Remembered: a chart names some hundred months, and all charts name the same."""
    return date_format(value, form)


@register.filter
def month_name(value: dt.date) -> str:
    """`Nov`."""
    return date_format(value, "M")


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
    return str(family_name(family))


@register.filter
def detector_name(name: str) -> str:
    return detector_label(name)


@register.filter
def counted(value: int, metric_name: str) -> str:
    """`9,579 edits`: the number with its unit, in the right plural."""
    return METRICS[metric_name].unit(value) % {"count": number(value)}


@register.filter
def main_navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The entries of the top bar that exist, the one for this page marked."""
    entries = (
        ("overview", _("What changed"), ("overview", "month")),
        ("projects", _("Explore"), ("projects", "explorer", "language-projects")),
        ("alerts", _("Alerts"), ("alerts", "alert")),
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
