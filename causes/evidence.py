"""What is known about one alert, as plain values: the only thing that a hypothesis looks at.

Each part is None (or empty) where nothing is known: a hypothesis whose evidence is missing stays silent. All of it can be
stored as JSON and read back, so that an explanation can be followed up, exported and composed again.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """A count of the month and what was expected of it, in the same unit."""

    count: float
    expected: float

    @property
    def difference(self) -> float:
        return self.count - self.expected

    @property
    def ratio(self) -> float:
        """count / expected; one is added to both where nothing was expected."""
        return self.count / self.expected if self.expected >= 1 else (self.count + 1) / (self.expected + 1)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the count: `share` of the whole change (may exceed 1 or be negative); `departure`: see `usual.departure`."""

    name: str
    count: float
    expected: float
    share: float
    departure: float | None = None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The count divided one way (`dimension`: editor types or page types). `leader`: what made two thirds of the change.

    bots_seen: False where bots are a part and none of their edits is counted up to the month. Those of before there were bot
    flags are counted as edits of registered editors.
    """

    dimension: str
    parts: tuple[Part, ...]
    leader: str | None
    alike: bool
    surprise: float
    bots_seen: bool = True

    def part(self, name: str) -> Part | None:
        return next((part for part in self.parts if part.name == name), None)


@dataclass(frozen=True, slots=True)
class Account:
    """One account among the most active: `before` is its edits of the month before. Only bots have a `name` here."""

    name: str | None
    edits: float
    before: float
    kind: str  # editor type: user, group-bot, name-bot
    recent: bool = False  # registered in the month itself or the one before


@dataclass(frozen=True, slots=True)
class Page:
    """One page among the most edited. `editors`: how many edited it, where known; `before`: its edits of the month before."""

    title: str
    edits: float
    editors: float | None = None
    before: float = 0.0


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """How many wikis of a group (all, one family, one language) stood out the same way in the same month."""

    group: str  # "all", "family" or "language"
    name: str
    found: int
    judged: int
    chance: float


@dataclass(frozen=True, slots=True)
class EarlierYear:
    """An alert of the same direction around the same calendar month of an earlier year; with what people said of it."""

    alert: int | None
    month: str  # YYYY-MM
    label: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """Something that is known to have gone on at the time. `weight`: strong, possible or weak, as the calendar judges it."""

    name: str
    start: str
    end: str
    url: str = ""
    weight: str = "possible"
    category: str = ""


@dataclass(frozen=True, slots=True)
class Revised:
    """Months long past that changed between two fetches: how many of those looked at, and by which factor (median)."""

    months: int
    looked_at: int
    factor: float
    seen: str  # YYYY-MM-DD


@dataclass(frozen=True, slots=True)
class LogEntries:
    """Entries of the wiki's own logs in the month, by type: imports, and bot flags that were given or taken."""

    imports: int = 0
    rights: int = 0


@dataclass(frozen=True, slots=True)
class Tag:
    """How many of a sample of edits have a tag of the software (`contenttranslation`), or a hashtag in their comment."""

    name: str
    edits: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known about one alert. `departure`: the score of the alert, in standard deviations from its expectation.

    editors: with 5 or more edits; registered: with any; very_active: registered with 100 or more. bytes_added: net.
    days: the count by day, and bot_days what of it bots made. tags: of a `sample` of edits by the most active accounts,
    of which `sampled_reverts` undid another edit or were undone.
    asked: the day (YYYY-MM-DD) on which Wikimedia was asked about this alert; unknown: parts that it did not have.
    recorded: the days come from recorded data, in proportion to the count.
    """

    month: str  # YYYY-MM
    metric: str
    total: Change
    departure: float | None = None
    kinds: Breakdown | None = None
    pages: Breakdown | None = None
    accounts: tuple[Account, ...] = ()
    editors: Change | None = None
    registered: Change | None = None
    very_active: Change | None = None
    newcomers: Change | None = None
    new_pages: Change | None = None
    new_pages_by_bots: Change | None = None
    bytes_added: Change | None = None
    bytes_changed: Change | None = None
    outside_content: Change | None = None
    reverts: Change | None = None
    top_pages: tuple[Page, ...] = ()
    days: tuple[float, ...] = ()
    bot_days: tuple[float, ...] = ()
    missing_days: int = 0
    elsewhere: tuple[Elsewhere, ...] = ()
    years: tuple[EarlierYear, ...] = ()
    years_known: int = 0
    events: tuple[KnownEvent, ...] = ()
    breaks: tuple[KnownEvent, ...] = ()
    revised: Revised | None = None
    log: LogEntries | None = None
    tags: tuple[Tag, ...] = ()
    sample: int = 0
    sampled_reverts: int | None = None
    asked: str = ""
    recorded: bool = False
    unknown: tuple[str, ...] = ()

    @property
    def rose(self) -> bool:
        return self.total.difference >= 0

    def as_json(self) -> dict[str, Any]:
        """Plain values, without what is not known."""
        return {name: value for name, value in asdict(self).items() if value not in (None, (), 0)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Evidence:
        """The evidence that `as_json` gave. Raises TypeError or KeyError when it is something else."""
        evidence: Evidence = _read(cls, stored)
        return evidence


def _read(kind: Any, value: Any) -> Any:
    """`value` as the type that an annotation names: dataclasses, tuples of one type, optional ones, plain values."""
    if value is None:
        return None
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _read(next(each for each in arguments if each is not types.NoneType), value)
    if origin is tuple:
        return tuple(_read(arguments[0], each) for each in value)
    if hasattr(kind, "__dataclass_fields__"):
        hints = _hints(kind)
        return kind(
            **{field.name: _read(hints[field.name], value[field.name]) for field in fields(kind) if field.name in value}
        )
    return value


_HINTS: dict[type, dict[str, Any]] = {}


def _hints(kind: type) -> dict[str, Any]:
    if kind not in _HINTS:
        _HINTS[kind] = typing.get_type_hints(kind)
    return _HINTS[kind]
