"""Finding a wiki as people type: language in its own script or in English, domain, database name, family, misspelt."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Max
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from edits.families import FAMILIES, family_name
from edits.language_names import language_name
from edits.models import Project

MOST_RESULTS = 10
LONGEST_QUERY = 100
CLOSE_ENOUGH = 0.85  # of 1: about one letter wrong in five
ADDRESS = re.compile(r"(?:https?:)?//(?P<host>[\w.-]+)(?:[:/?#].*)?|(?P<bare>[\w-]+(?:\.[\w-]+)+)/.*")
FAMILY_ORDER = {family: order for order, family in enumerate(FAMILIES)}


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the type-ahead: a wiki, or all wikis of a language."""

    url: str
    label: str
    detail: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A project and the words by which it is found; `phrase`, `tokens` and `spellings` are folded (case, accents). A misspelt
    word is held against the `spellings`.

    It outlives the request, so it holds nothing in a reader's language: names are properties.
    """

    project: Project
    pk: int
    domain: str
    dbname: str
    family: str
    code: str
    own_name: str
    english_name: str
    closed: bool
    phrase: str
    tokens: tuple[str, ...]
    spellings: tuple[str, ...]

    @property
    def name(self) -> str:
        """What people call it, in the reader's language."""
        return self.project.name

    @property
    def language(self) -> str:
        """Its language, in the reader's."""
        return language_name(self.code, self.own_name, self.english_name)


def fold(text: str) -> str:
    """Lower case without accents: `islenska` finds `íslenska`. Vowel signs of Indic scripts are letters, and kept; so is the
    short i of Cyrillic, which only looks like an i with an accent."""
    decomposed = unicodedata.normalize("NFKD", text.casefold()).replace("и\N{COMBINING BREVE}", "й")
    bare = "".join(char for char in decomposed if not (unicodedata.combining(char) and ord(char) < 0x370))
    return " ".join(unicodedata.normalize("NFC", bare).split())


_index: tuple[object, list[Entry]] = (None, [])


def entries() -> list[Entry]:
    """All projects, folded; kept in this process until a project is added or changed (one small query to see)."""
    global _index
    version = tuple(Project.objects.aggregate(n=Count("pk"), newest=Max("updated_at"), last=Max("pk")).values())
    if _index[0] != version:
        _index = (version, [_entry(project) for project in Project.objects.all()])
    return _index[1]


def _entry(project: Project) -> Entry:
    names = (project.language_name, project.language_name_en, project.site_name, project.language_code)
    glued = project.domain.rpartition(".")[0].replace(".", "")  # enwikipedia
    words = [fold(word) for word in (*names, str(family_name(project.family)), project.domain, project.dbname, glued) if word]
    phrase = f"{fold(project.language_name_en or project.site_name)} {project.family}".strip()
    tokens = tuple(dict.fromkeys([*words, *(part for word in words for part in word.replace(".", " ").split())]))
    return Entry(
        project=project,
        pk=project.pk,
        domain=project.domain,
        dbname=project.dbname,
        family=project.family,
        code=project.language_code,
        own_name=project.language_name,
        english_name=project.language_name_en,
        closed=project.closed,
        phrase=phrase,
        tokens=tokens,
        spellings=tuple(filter(None, (fold(project.language_name_en), fold(project.language_name), phrase, project.dbname))),
    )


def _rank(entry: Entry, terms: list[str]) -> int | None:
    """How well every term fits, smaller is better; None when one does not fit at all."""
    total = 0
    for term in terms:
        if term in (entry.dbname, entry.domain, entry.code):
            total += 0
        elif term in entry.tokens:
            total += 1
        elif any(token.startswith(term) for token in entry.tokens):
            total += 2
        elif len(term) >= 3 and any(term in token for token in entry.tokens):
            total += 4
        else:
            return None
    return total


def _order(entry: Entry) -> tuple[bool, int, bool, int, str]:
    """Open wikis first, Wikipedias first, a family's own site before its trials, then the shorter name."""
    trial = entry.domain.startswith("test") or not entry.code and entry.domain.removeprefix("www.").count(".") > 1
    family = FAMILY_ORDER.get(entry.family, len(FAMILY_ORDER))
    return entry.closed, family, trial, len(entry.phrase), entry.domain


def host(query: str) -> str:
    """The domain in a pasted address, that of the phone's site too; anything else as it is."""
    found = ADDRESS.fullmatch(query.strip())
    return (found["host"] or found["bare"]).lower().replace(".m.", ".") if found else query


def find(query: str, *, limit: int | None = MOST_RESULTS, among: list[Entry] | None = None) -> list[Entry]:
    """The projects that `query` may mean, best first. Close misspellings count when nothing else fits."""
    terms = fold(host(query)[:LONGEST_QUERY]).split()
    if not terms:
        return []
    every = entries() if among is None else among
    if exact := [entry for entry in every if [entry.domain] == terms]:
        return exact
    ranked = [(rank, entry) for entry in every if (rank := _rank(entry, terms)) is not None]
    if ranked:
        ranked.sort(key=lambda pair: (pair[0], *_order(pair[1])))
        return [entry for _rank_, entry in ranked[:limit]]
    return _misspelt(" ".join(terms), every, limit)


def _misspelt(query: str, every: list[Entry], limit: int | None) -> list[Entry]:
    """By Jaro and Winkler: letters in order, and more weight on the beginning, which people rarely get wrong."""
    choices = {(position, word): word for position, entry in enumerate(every) for word in entry.spellings}
    close = process.extract(query, choices, scorer=JaroWinkler.normalized_similarity, score_cutoff=CLOSE_ENOUGH, limit=None)
    best: dict[int, float] = {}
    for _word, score, (position, _key) in close:
        best[position] = max(score, best.get(position, 0))
    ordered = sorted(best, key=lambda position: (-best[position], *_order(every[position])))
    return [every[position] for position in ordered[:limit]]


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
    return sorted((entry for entry in entries() if entry.code == code), key=_order)
