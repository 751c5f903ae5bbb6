"""The one project, or the one language, that a name means: for every place where people or programs name one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

from curation.language import listed
from database.folding import fold
from edits.families import family_names
from edits.finding.index import MAX_QUERY, Entry, entries, find, host, order
from edits.languages import codes_of
from edits.models import Project

MAX_SUGGESTIONS = 5
# What follows the language in the name of a database; all other families are called as they are.
WIKIPEDIA_SUFFIX = "wiki"
Names = dict[str, list[Entry]]


class UnknownProject(ValueError):
    """No wiki, or more than one, is called so; the text says it, with those that may be meant (`suggestions`)."""

    def __init__(self, name: str, suggestions: Sequence[Entry]) -> None:
        text = _("No wiki is called “%(name)s”.") % {"name": name[:MAX_QUERY]}
        if suggestions:
            text += " " + _("Did you mean %(names)s?") % {"names": listed(entry.domain for entry in suggestions)}
        super().__init__(text)
        self.name = name
        self.suggestions = tuple(suggestions)


class UnknownLanguage(ValueError):
    """No wiki is written in a language that is called so."""

    def __init__(self, name: str) -> None:
        super().__init__(_("There is no wiki in a language called “%(name)s”.") % {"name": name[:MAX_QUERY]})
        self.name = name


def resolve_project(name: str, *, by_language: bool = True) -> Project:
    """The project that `name` means; UnknownProject when none does, or it is not clear which.

    Understood are, in this order and in any case:

    1. its domain, also in an address, with or without `www.` and `.org`, or of the phone's site;
    2. its database name, and domains that it had before;
    3. the same with another code of its language (`nb.wikipedia`, `be-x-old.wikipedia.org`);
    4. its full name (`Uzbek Wikipedia`, `Wikimedia Commons`);
    5. the name or code of a language, which means its Wikipedia, or the first of its wikis; not with `by_language` False.
    """
    exact = Project.objects.filter(domain=name).first()
    if exact is not None:
        return exact
    key = _key(name)
    for names in _names()[: None if by_language else -1]:
        found = names.get(key, ())
        if len(found) == 1:
            return found[0].project
        if found:
            raise UnknownProject(name, found[:MAX_SUGGESTIONS])
    raise UnknownProject(name, find(name, limit=MAX_SUGGESTIONS) if key else ())


def resolve_projects(names: Iterable[str]) -> list[Project]:
    """The projects that `names` mean, each once, in their order; UnknownProject for the first that means none."""
    return list({project.pk: project for project in map(resolve_project, names)}.values())


def resolve_language(name: str) -> str:
    """The code of the language that `name` means (a code or a name of it); UnknownLanguage when no wiki is in such a one."""
    key = _key(name)
    every = [entry for entry in entries() if entry.code]
    for said in (_own_code, _other_codes, _language_names):
        codes = {entry.code for entry in every if key in said(entry)}
        if len(codes) == 1:
            return codes.pop()
    raise UnknownLanguage(name)


def _own_code(entry: Entry) -> Collection[str]:
    return [_key(entry.code)]


def _other_codes(entry: Entry) -> Collection[str]:
    return [_key(code) for code in codes_of(entry.code)]


def _language_names(entry: Entry) -> Collection[str]:
    return [_key(name) for name in entry.language_names]


def _key(text: str) -> str:
    """The form in which names are compared."""
    bare = host(text.strip()[:2000])[:MAX_QUERY]
    return fold(bare).replace("_", "-").removeprefix("www.").removesuffix(".org")


_known: tuple[object, tuple[Names, ...]] = (None, ())


def _names() -> tuple[Names, ...]:
    """The keys of all projects, the surest first; kept as long as the index of the search."""
    global _known
    every = entries()
    if _known[0] is not every:
        ordered = sorted(every, key=order)
        tiers = [_collect((_key(entry.domain), entry) for entry in every)]
        tiers += [_collect((_key(name), entry) for entry in ordered for name in (entry.dbname, *entry.former))]
        tiers += [_collect((_key(name), entry) for entry in ordered for name in _by_other_codes(entry))]
        tiers += [_collect((_key(name), entry) for entry in ordered for name in _full_names(entry))]
        tiers += [_first_of_each_language(ordered)]
        _known = (every, tuple(tiers))
    return _known[1]


def _collect(pairs: Iterable[tuple[str, Entry]]) -> Names:
    """By key, the entries that have it, each once."""
    found: Names = {}
    for key, entry in pairs:
        same = found.setdefault(key, [])
        if entry not in same:
            same.append(entry)
    found.pop("", None)
    return found


def _by_other_codes(entry: Entry) -> Iterator[str]:
    """Domain and database name with each code of the language, and the domain that the database is named for."""
    if not entry.code:
        return
    suffix = WIKIPEDIA_SUFFIX if entry.family == "wikipedia" else entry.family
    named_for = entry.dbname.removesuffix(suffix).replace("_", "-")
    for code in (named_for, entry.domain.split(".")[0], *codes_of(entry.code)):
        yield f"{code}.{entry.family}"
        yield f"{code}{suffix}"


def _full_names(entry: Entry) -> Iterator[str]:
    """`uzbek wikipedia`, `wikipedia uzbek`; the name of a wiki that is of no language."""
    if not entry.code:
        own = family_names(entry.family)
        yield from own if entry.project.name in own else (entry.project.name,)
        yield from (entry.project.site_name, entry.domain.removeprefix("www.").split(".")[0])
        return
    for language in (*entry.language_names, *codes_of(entry.code)):
        for family in {*family_names(entry.family), entry.project.site_name} - {""}:
            yield f"{language} {family}"
            yield f"{family} {language}"


def _first_of_each_language(ordered: Sequence[Entry]) -> Names:
    """By the names and codes of a language, its Wikipedia, or the first of its wikis in the order of the search."""
    first: dict[str, Entry] = {}
    for entry in ordered:
        if entry.code:
            first.setdefault(entry.code, entry)
    codes = _collect((_key(code), entry) for code, entry in first.items())
    others = _collect((_key(code), entry) for entry in first.values() for code in codes_of(entry.code))
    names = _collect((_key(name), entry) for entry in first.values() for name in entry.language_names)
    return names | others | codes
