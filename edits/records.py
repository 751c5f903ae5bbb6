"""What every source hands to the store: a project, or a stretch of counts. Validated when made."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from unicodedata import category

from edits.months import FIRST_MONTH

MAX_COUNT = 2**53 - 1  # the largest whole number that every consumer, JSON included, holds exactly
DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
LANGUAGE_CODE = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")  # it stands in addresses
DBNAME = re.compile(r"[a-z0-9_]{1,64}")
MAX_LENGTHS = {"family": 32, "language_code": 32, "language_name": 100, "language_name_en": 100, "site_name": 200}
NO_TEXT = {"Cc", "Cs"}  # control characters, and halves of surrogate pairs, which no database stores


class BadRecord(ValueError):
    """A source said something that cannot be true; the message names the field and its value."""


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    """One wiki as the SiteMatrix describes it."""

    domain: str
    dbname: str
    family: str
    language_code: str = ""
    language_name: str = ""
    language_name_en: str = ""
    site_name: str = ""
    direction: str = "ltr"
    closed: bool = False
    private: bool = False
    fishbowl: bool = False
    special: bool = False

    def __post_init__(self) -> None:
        if not DOMAIN.fullmatch(self.domain) or len(self.domain) > 100:
            raise BadRecord(f"domain: {self.domain!r} is not a domain name in lower case")
        if not DBNAME.fullmatch(self.dbname):
            raise BadRecord(f"dbname of {self.domain}: {self.dbname!r} is not 1 to 64 of a-z, 0-9 and _")
        if self.language_code and not LANGUAGE_CODE.fullmatch(self.language_code):
            raise BadRecord(f"language_code of {self.domain}: {self.language_code[:50]!r} is not letters, digits and hyphens")
        for name, longest in MAX_LENGTHS.items():
            value = getattr(self, name)
            if len(value) > longest or any(category(char) in NO_TEXT for char in value):
                raise BadRecord(f"{name} of {self.domain}: {value[:50]!r} is not up to {longest} characters of text")


@dataclass(frozen=True, slots=True)
class CountsRecord:
    """Counts of one slice of one metric of one project. A month that is not in `counts` is not spoken of."""

    domain: str
    metric: str
    slice: tuple[str, ...]
    counts: Mapping[dt.date, int]

    def __post_init__(self) -> None:
        for month, count in self.counts.items():
            check_count(count, where=f"{self.domain} {month}")
            check_month(month, where=self.domain)


def check_count(count: object, *, where: str) -> None:
    """Refuse with BadRecord what is not a whole number from 0 to 2^53-1."""
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= MAX_COUNT:
        raise BadRecord(f"{where}: {count!r} is not a whole number from 0 to {MAX_COUNT}")


def check_month(month: dt.date, *, where: str) -> None:
    """Refuse with BadRecord what is not the first day of a month since January 2001."""
    if month.day != 1 or month < FIRST_MONTH:
        raise BadRecord(f"{where}: {month} is not the first day of a month since {FIRST_MONTH:%Y-%m}")
