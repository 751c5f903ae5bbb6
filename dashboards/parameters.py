"""What people may put into an address, read strictly: a value that means nothing is refused, never passed on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.http import QueryDict
from django.utils.translation import gettext as _

from edits.months import FIRST_MONTH, parse_month

LAST_MONTH = dt.date(2199, 12, 1)
LONGEST = 100


class BadParameter(ValueError):
    """The address asks for something that does not exist; the text names the parameter, its value and what is allowed."""

    def __init__(self, text: str, name: str = "") -> None:
        super().__init__(text)
        self.name = name


def text(query: QueryDict, name: str, *, longest: int = LONGEST) -> str:
    """The parameter without blanks around it; empty when absent."""
    value = query.get(name, "").strip()
    if len(value) > longest or "\x00" in value:
        raise BadParameter(_("“%(name)s” may have at most %(longest)s characters.") % {"name": name, "longest": longest}, name)
    return value


def choice(query: QueryDict, name: str, allowed: Iterable[str], default: str = "") -> str:
    """One of `allowed`, or `default` when absent or empty."""
    value = text(query, name)
    if not value:
        return default
    options = list(allowed)
    if value not in options:
        raise BadParameter(
            _("“%(value)s” is not a %(name)s: choose one of %(allowed)s.")
            % {"name": name, "value": value, "allowed": ", ".join(options)},
            name,
        )
    return value


def whole_number(query: QueryDict, name: str, default: int, *, lowest: int, highest: int) -> int:
    """A whole number, clamped to what is allowed: a page size of a billion is a page size of `highest`."""
    value = text(query, name, longest=20)
    if not value:
        return default
    if not (value.isascii() and value.isdigit()):
        raise BadParameter(_("“%(value)s” is not a whole number for %(name)s.") % {"name": name, "value": value}, name)
    return max(lowest, min(int(value), highest))


def month(query: QueryDict, name: str) -> dt.date | None:
    """A month written YYYY-MM; None when absent."""
    value = text(query, name)
    if not value:
        return None
    return month_in_bounds(value, name)


def month_in_bounds(value: str, name: str = "") -> dt.date:
    """`value` as one of the months that this site has pages of; BadParameter when it is none."""
    try:
        found = parse_month(value)
    except ValueError:
        problem = _("“%(value)s” is not a month: write it as YYYY-MM, such as 2010-12.") % {"value": value}
        raise BadParameter(problem, name) from None
    if not FIRST_MONTH <= found <= LAST_MONTH:
        raise BadParameter(_("There is no month %(value)s here: counts begin with 2001-01.") % {"value": value}, name)
    return found
