"""When two sources speak of the same event.

They do when one names the other (`aliases`), or when title and days agree and they take place on the same wiki. Titles agree
without case, signs and years: `Wiki Loves Earth 2024` is `wiki loves earth`. Days agree within `NEAR`.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

NEAR = dt.timedelta(days=3)
YEAR = re.compile(r"\b(19|20)\d\d\b")


@dataclass(frozen=True, slots=True)
class Known:
    """What is compared of an event that is stored, or about to be."""

    key: int
    title: str
    first_day: dt.date | None
    last_day: dt.date | None
    terms: tuple[str, ...]


def plain_title(title: str) -> str:
    """The words of a title, without case, signs and years."""
    folded = unicodedata.normalize("NFKC", YEAR.sub(" ", title)).casefold()
    return " ".join("".join(char if char.isalnum() or unicodedata.combining(char) else " " for char in folded).split())


class Register:
    """Known events by title, to look up the one that a draft may be."""

    def __init__(self, known: Iterable[Known] = ()) -> None:
        self._by_title: dict[str, list[Known]] = {}
        for each in known:
            self.add(each)

    def add(self, known: Known) -> None:
        self._by_title.setdefault(plain_title(known.title), []).append(known)

    def find(self, title: str, first: dt.date | None, last: dt.date | None, terms: Collection[str]) -> int | None:
        """The key of the event that agrees; None where there is none. A title without words agrees with nothing."""
        words = plain_title(title)
        if not words or first is None or last is None:
            return None
        for known in self._by_title.get(words, ()):
            if (
                known.first_day is not None
                and known.last_day is not None
                and abs(known.first_day - first) <= NEAR
                and abs(known.last_day - last) <= NEAR
                and set(known.terms) & set(terms)
            ):
                return known.key
        return None
