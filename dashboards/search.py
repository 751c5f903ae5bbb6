"""What the pages show of the wikis that were found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edits.finding import Entry, entries, find, fold
from edits.finding.index import order


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the type-ahead: a wiki, or all wikis of a language."""

    url: str
    label: str
    detail: str


def suggestions(query: str) -> list[Result]:
    """What the type-ahead shows: the wikis found, and the language when several of its wikis were."""
    every = entries()
    found = find(query, among=every)
    results = [Result(reverse("explorer", args=[entry.domain]), entry.name, detail(entry)) for entry in found]
    codes = {entry.code for entry in found if entry.code}
    if len(codes) == 1 and len(found) > 1:
        code = codes.pop()
        count = sum(entry.code == code for entry in every)
        label = found[0].language
        words = ngettext("%(count)s wiki in this language", "%(count)s wikis in this language", count) % {"count": count}
        results.append(Result(reverse("language-projects", args=[code]), label, words))
    return results


def detail(entry: Entry) -> str:
    """The second line of a result: own name of the language, domain, whether closed."""
    own = entry.own_name if fold(entry.own_name) != fold(entry.language) else ""
    return " · ".join(part for part in (own, entry.domain, _("closed") if entry.closed else "") if part)


def siblings(code: str) -> Iterable[Entry]:
    """All projects of a language, Wikipedia first."""
    return sorted((entry for entry in entries() if entry.code == code), key=order)
