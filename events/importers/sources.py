"""What an importer gets and what it gives back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edits.wikimedia.session import Session
from events.importers.drafts import EventDraft, Problem

MAX_BYTES = 100_000_000
# Of the entries of a source; beyond that the source has become another one, and nothing of it is believed.
MAX_MISUNDERSTOOD = 0.5


class Unreadable(ValueError):
    """The source as a whole is not what it should be: nothing of it is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where to read.

    `place`: a file or an address, where the importer asks for one. `scope`, `kind`: of events that do not say themselves.
    `cursor`: where the last import ended. `known`: ids of this source's events that are stored, with their last day.
    """

    now: dt.datetime
    place: str = ""
    scope: str = ""
    kind: str = "campaign"
    session: Session | None = None
    cursor: int | None = None
    known: dict[str, dt.date] = field(default_factory=dict)

    def read_bytes(self, *, accept: str) -> bytes:
        """The file or address `place`; Unreadable where there is no such file, or it is too large."""
        if self.place.startswith(("http://", "https://")):
            return self.online.get_bytes(self.place, accept=accept)
        path = Path(self.place)
        try:
            size = path.stat().st_size
            if size > MAX_BYTES:
                raise Unreadable(
                    ngettext(
                        "“%(place)s” is larger than %(most)s byte", "“%(place)s” is larger than %(most)s bytes", MAX_BYTES
                    )
                    % {"place": self.place, "most": MAX_BYTES}
                )
            return path.read_bytes()
        except OSError as error:
            raise Unreadable(
                _("“%(place)s” cannot be read: %(why)s") % {"place": self.place, "why": error.strerror}
            ) from error

    @property
    def online(self) -> Session:
        if self.session is None:
            raise Unreadable(_("This source is on the network: set WIKIMEDIA_CONTACT first, so that it can be asked."))
        return self.session


@dataclass(slots=True)
class Batch:
    """What was read. `complete`: these are all events of the source. `gone`: ids that it says do not exist any more."""

    drafts: list[EventDraft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    complete: bool = False
    gone: set[str] = field(default_factory=set)
    cursor: int | None = None

    def misunderstood(self, where: str, what: str) -> None:
        """Tell of an entry that is not stored."""
        self.problems.append(Problem(where[:200], what[:500]))

    def check(self) -> None:
        """Unreadable when most entries make no sense: then it is the source that changed, or is no source of events at all."""
        total = len(self.drafts) + len(self.problems)
        if total and len(self.problems) > MAX_MISUNDERSTOOD * total:
            first = self.problems[0]
            raise Unreadable(
                ngettext(
                    "%(bad)s of %(total)s entry cannot be understood, so nothing was stored. The first: %(where)s: %(what)s",
                    "%(bad)s of %(total)s entries cannot be understood, so nothing was stored. The first: %(where)s: %(what)s",
                    total,
                )
                % {"bad": len(self.problems), "total": total, "where": first.where, "what": first.what}
            )


@dataclass(frozen=True, slots=True)
class Importer:
    """One source of events. `weekly`: the schedule reads it by itself. `takes`: what `place` is; empty for none."""

    name: str
    label: str | Promise
    read: Callable[[Source], Batch]
    takes: str | Promise = ""
    weekly: bool = False
