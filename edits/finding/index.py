"""All projects with the words by which they are found, and the search: every word must fit, and misspellings are forgiven."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import Count, Max
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from database.folding import fold
from edits.families import FAMILIES, family_names
from edits.languages import codes_of, language_name, names_of
from edits.models import Project, ProjectAlias

MAX_RESULTS = 10
MAX_QUERY = 100  # letters
MIN_SIMILARITY = 0.85  # of 1: about one letter wrong in five
ADDRESS = re.compile(
    r"(?:(?:https?:)?//)?(?:[^/@\s]*@)?(?P<host>[\w-]+(?:\.[\w-]+)+)\.?(?::\d+)?(?:[/?#].*)?", re.IGNORECASE | re.DOTALL
)
SITES = re.compile(r"\.(?:m|zero|mobile)(?=\.)")  # the phone's site of a wiki
FAMILY_ORDER = {family: order for order, family in enumerate(FAMILIES)}


@dataclass(frozen=True, slots=True)
class Entry:
    """A project and the words by which it is found; `phrase`, `tokens` and `spellings` are folded. A misspelt word is held
    against the `spellings`.

    It outlives the request, so it holds nothing in a reader's language: names are properties. `former` holds the domains that
    it had before.
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
    former: tuple[str, ...]
    language_names: tuple[str, ...]
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


_index: tuple[object, list[Entry]] = (None, [])


def version() -> tuple[object, ...]:
    """Changes when a project or a former domain is added or changed; one small query."""
    found = Project.objects.aggregate(
        n=Count("pk", distinct=True),
        newest=Max("updated_at"),
        last=Max("pk"),
        renamed=Count("aliases"),
        last_renamed=Max("aliases__pk"),
    )
    return tuple(found.values())


def entries() -> list[Entry]:
    """All projects, folded; kept in this process until one is added or changed (one small query to see)."""
    global _index
    current = version()
    if _index[0] != current:
        former: dict[int, list[str]] = {}
        for project, domain in ProjectAlias.objects.values_list("project_id", "domain"):
            former.setdefault(project, []).append(domain)
        _index = (current, [_entry(project, tuple(former.get(project.pk, ()))) for project in Project.objects.all()])
    return _index[1]


def _entry(project: Project, former: tuple[str, ...]) -> Entry:
    code = project.language_code
    languages = names_of(code, (project.language_name, project.language_name_en)) if code else ()
    codes = codes_of(code) if code else ()
    glued = project.domain.rpartition(".")[0].replace(".", "")  # enwikipedia
    named = (*languages, project.site_name, *codes, *family_names(project.family), project.domain, project.dbname, glued)
    words = [fold(word) for word in (*named, *former) if word]
    phrase = f"{fold(project.language_name_en or (languages[0] if languages else project.site_name))} {project.family}".strip()
    tokens = tuple(dict.fromkeys([*words, *(part for word in words for part in word.replace(".", " ").split())]))
    return Entry(
        project=project,
        pk=project.pk,
        domain=project.domain,
        dbname=project.dbname,
        family=project.family,
        code=code,
        own_name=project.language_name,
        english_name=project.language_name_en,
        closed=project.closed,
        former=former,
        language_names=languages,
        phrase=phrase,
        tokens=tokens,
        spellings=tuple(dict.fromkeys(filter(None, (*map(fold, languages), phrase, project.dbname)))),
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


def order(entry: Entry) -> tuple[bool, int, bool, int, str]:
    """Open wikis first, Wikipedias first, a family's own site before its trials, then the shorter name."""
    trial = entry.domain.startswith("test") or not entry.code and entry.domain.removeprefix("www.").count(".") > 1
    family = FAMILY_ORDER.get(entry.family, len(FAMILY_ORDER))
    return entry.closed, family, trial, len(entry.phrase), entry.domain


def host(query: str) -> str:
    """The domain in a pasted address, that of the phone's site too; anything else as it is."""
    found = ADDRESS.fullmatch(query.strip())
    return SITES.sub("", found["host"].lower(), count=1) if found else query


def find(
    query: str, *, limit: int | None = MAX_RESULTS, among: list[Entry] | None = None, forgiving: bool = True
) -> list[Entry]:
    """The projects that `query` may mean, best first. Close misspellings count when nothing else fits, if `forgiving`."""
    terms = fold(host(query)[:MAX_QUERY]).split()
    if not terms:
        return []
    every = entries() if among is None else among
    if exact := [entry for entry in every if [entry.domain] == terms]:
        return exact
    ranked = [(rank, entry) for entry in every if (rank := _rank(entry, terms)) is not None]
    if ranked:
        ranked.sort(key=lambda pair: (pair[0], *order(pair[1])))
        return [entry for _rank_, entry in ranked[:limit]]
    return _misspelt(" ".join(terms), every, limit) if forgiving else []


def matching_ids(query: str, *, forgiving: bool = True) -> list[int]:
    """The ids of all projects that `query` finds, for searches of what belongs to projects."""
    return [entry.pk for entry in find(query, limit=None, forgiving=forgiving)]


def _misspelt(query: str, every: list[Entry], limit: int | None) -> list[Entry]:
    """By Jaro and Winkler: letters in order, and more weight on the beginning, which people rarely get wrong."""
    choices = {(position, word): word for position, entry in enumerate(every) for word in entry.spellings}
    close = process.extract(query, choices, scorer=JaroWinkler.normalized_similarity, score_cutoff=MIN_SIMILARITY, limit=None)
    best: dict[int, float] = {}
    for _word, score, (position, _key) in close:
        best[position] = max(score, best.get(position, 0))
    ordered = sorted(best, key=lambda position: (-best[position], *order(every[position])))
    return [every[position] for position in ordered[:limit]]
