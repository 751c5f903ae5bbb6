"""What people may put into an address, read strictly: a value that means nothing is refused, never passed on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import get_supported_language_variant, ngettext
from django.utils.translation import gettext as _

from curation.language import listed
from edits.finding import UnknownLanguage, UnknownProject, resolve_language, resolve_project
from edits.models import Project
from edits.months import FIRST_MONTH, parse_month

LAST_MONTH = dt.date(2199, 12, 1)
MAX_LENGTH = 100
MAX_ADDRESS = 2000  # a pasted address may be long; only its host counts


class BadParameter(ValueError):
    """The address asks for something that does not exist; the text names the parameter, its value and what is allowed."""

    def __init__(self, text: str, name: str = "", value: str = "", instead: Iterable[str] = ()) -> None:
        """`instead`: what may have been meant by `value`."""
        super().__init__(text)
        self.name, self.value, self.instead = name, value, tuple(instead)


def only(query: QueryDict, allowed: Iterable[str]) -> None:
    """Refuse all parameters but those that are `allowed`; BadParameter names the first of the others."""
    options = list(allowed)
    for name in query:
        if name in options:
            continue
        said = {"name": name[:MAX_LENGTH], "allowed": listed(options)}
        if options:
            raise BadParameter(_("There is no parameter “%(name)s” here: choose from %(allowed)s.") % said, name)
        raise BadParameter(_("There is no parameter “%(name)s” here: this file takes none.") % said, name)


def text(query: QueryDict, name: str, *, longest: int = MAX_LENGTH) -> str:
    """The parameter without blanks around it; empty when absent."""
    value = query.get(name, "").strip()
    if len(value) > longest or "\x00" in value:
        raise BadParameter(
            ngettext(
                "“%(name)s” may have at most %(longest)s character.",
                "“%(name)s” may have at most %(longest)s characters.",
                longest,
            )
            % {"name": name, "longest": longest},
            name,
        )
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
            % {"name": name, "value": value, "allowed": listed(options)},
            name,
        )
    return value


def project(query: QueryDict, name: str) -> Project | None:
    """The wiki that is named, however it is called; None when absent."""
    value = text(query, name, longest=MAX_ADDRESS)
    return one_project(value, name) if value else None


def one_project(value: str, name: str) -> Project:
    """The wiki that `value` means; BadParameter when none is called so, with those that may be meant."""
    try:
        return resolve_project(value)
    except UnknownProject as error:
        raise BadParameter(str(error), name, value, [entry.domain for entry in error.suggestions]) from None


def language(query: QueryDict, name: str) -> str:
    """The code of the language that is named, however it is called; empty when absent."""
    value = text(query, name)
    try:
        return resolve_language(value) if value else ""
    except UnknownLanguage as error:
        raise BadParameter(str(error), name) from None


def site_language(query: QueryDict, name: str) -> str:
    """The code of a language in which this site can speak, or of a variety of one; empty when absent."""
    value = text(query, name)
    try:
        return value if not value or get_supported_language_variant(value) else ""
    except LookupError:
        known = listed(code for code, _name in settings.LANGUAGES)
        problem = _("This site does not speak “%(value)s”: choose from %(allowed)s.") % {"value": value, "allowed": known}
        raise BadParameter(problem, name) from None


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
