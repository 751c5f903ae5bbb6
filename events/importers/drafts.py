"""What every source of events hands to the store: an event as the source tells it. Checked when made."""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from curation.language import listed
from events.kinds import Kind, Touch
from events.models import MAX_DAYS, Grade
from events.scope import BadScope, parse_scope

FIRST_DAY, LAST_DAY = dt.date(2001, 1, 1), dt.date(2199, 12, 31)
MAX_LENGTHS = {"title": 200, "url": 500, "tag": 200, "summary": 2000, "external_id": 255}


class BadDraft(ValueError):
    """A source told something that cannot be stored; the text names the field and its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDraft:
    """One event of one source. `first_day`, `last_day`: both included; None only for a definition that is always true.

    `series`: the short name of the series it is an edition of. `aliases`: the same event in other sources, as pairs of
    importer and its id or address there. `gone`: the source says that it does not take place.
    """

    external_id: str
    title: str
    kind: str
    first_day: dt.date | None
    last_day: dt.date | None
    scope: str
    url: str = ""
    touches: tuple[str, ...] = ()
    tag: str = ""
    summary: str = ""
    no_effect: bool = False
    participants: int | None = None
    grade: str = Grade.OFFICIAL
    series: str = ""
    aliases: tuple[tuple[str, str], ...] = ()
    gone: bool = False

    def __post_init__(self) -> None:
        if not self.external_id or not self.title.strip():
            raise BadDraft(_("an event without a name or an id"))
        for name, longest in MAX_LENGTHS.items():
            value = getattr(self, name)
            if len(value) > longest or not (value.isprintable() or _is_text(value)):  # the first is quick, and mostly enough
                text = ngettext(
                    "%(name)s: “%(value)s” is not up to %(longest)s character of text",
                    "%(name)s: “%(value)s” is not up to %(longest)s characters of text",
                    longest,
                )
                raise BadDraft(text % {"name": name, "value": value[:60], "longest": longest})
        if self.kind not in Kind.values:
            raise BadDraft(_("kind: “%(kind)s” is none of %(known)s") % {"kind": self.kind, "known": listed(Kind.values)})
        if any(touch not in Touch.values for touch in self.touches):
            raise BadDraft(_("touches: “%(value)s” is none of %(known)s")
                           % {"value": " ".join(self.touches), "known": listed(Touch.values)})  # fmt: skip
        if self.grade not in Grade.values:
            raise BadDraft(_("grade: “%(grade)s” is unknown") % {"grade": self.grade})
        self._check_url()
        self._check_days()
        self._check_scope()

    def _check_url(self) -> None:
        parts = urlsplit(self.url) if self.url else None
        if parts is not None and (parts.scheme not in {"http", "https"} or not parts.netloc):
            raise BadDraft(_("address: “%(url)s” is not an http or https address") % {"url": self.url[:100]})

    def _check_days(self) -> None:
        if self.first_day is None and self.last_day is None and self.kind == Kind.DEFINITION:
            return
        if self.first_day is None or self.last_day is None:
            raise BadDraft(_("an event without a first or last day"))
        if self.last_day < self.first_day:
            raise BadDraft(_("it ends (%(last)s) before it begins (%(first)s)")
                           % {"first": self.first_day, "last": self.last_day})  # fmt: skip
        if not (self.first_day >= FIRST_DAY and self.last_day <= LAST_DAY):
            raise BadDraft(_("its days, %(first)s to %(last)s, are not between 2001 and 2199")
                           % {"first": self.first_day, "last": self.last_day})  # fmt: skip
        if (self.last_day - self.first_day).days > MAX_DAYS:
            raise BadDraft(_("it lasts from %(first)s to %(last)s, more than three years")
                           % {"first": self.first_day, "last": self.last_day})  # fmt: skip

    def _check_scope(self) -> None:
        try:
            terms = parse_scope(self.scope)
        except BadScope as error:
            raise BadDraft(str(error)) from error
        if not terms:
            raise BadDraft(_("it does not say where it takes place"))

    @property
    def terms(self) -> tuple[str, ...]:
        return parse_scope(self.scope)

    @property
    def digest(self) -> str:
        """Tells whether the source says the same as last time."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


def _is_text(value: str) -> bool:
    return not any(unicodedata.category(char) in {"Cs", "Cc"} and char not in "\n\t" for char in value)


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of a source that was not understood: where it stands, and what is wrong with it."""

    where: str
    what: str
