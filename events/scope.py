"""Where an event takes place, in terms that people can type.

A term is `all`, or one to two of `family:wikipedia`, `language:hi`, `region:india`, `wiki:commons.wikimedia.org`, joined by
`+` where both must hold: `family:wikisource+region:india`. A term that begins with `-` is taken out again:
`family:wikipedia -wiki:ru.wikipedia.org`. Each project knows the terms that hold for it (`terms_of`), so that a database
finds its events by comparing words.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from enum import IntEnum
from functools import lru_cache
from typing import Protocol

from django.utils.translation import gettext as _

from curation.language import listed
from edits.families import FAMILIES
from edits.records import DOMAIN
from events.regions import REGIONS, regions_of

ALL = "all"
AXES = ("family", "language", "region", "wiki")
LANGUAGE = re.compile(r"[a-z]{2,12}(-[a-z0-9]{1,12})*")
MAX_TERM = 120
FEW_WIKIS = 5  # named one by one, they are meant


class BadScope(ValueError):
    """A term that means nothing; the text names it and what is allowed."""


class Specificity(IntEnum):
    """How narrowly an event names a project; a higher one says more."""

    EVERYWHERE = 0
    FAMILY = 1
    PART = 2  # a language, a region, or a family within one
    ONE_OF_MANY = 3  # named, in a long list
    NAMED = 4  # named among a few
    ALONE = 5  # the only wiki that is named


class Wiki(Protocol):
    """What a project must know of itself to be found by events."""

    domain: str
    family: str
    language_code: str


@lru_cache(maxsize=4096)  # imports name the same wikis thousands of times
def parse_scope(text: str) -> tuple[str, ...]:
    """The terms of `text`, separated by blanks or commas, each once and in order; BadScope for what is no term."""
    terms = sorted({_term(word) for word in re.split(r"[\s,;]+", text.strip()) if word})
    if terms and all(term.startswith("-") for term in terms):
        raise BadScope(_("The scope only takes places out. Say first where the event takes place, such as: all."))
    return tuple(terms)


def _term(word: str) -> str:
    sign, parts = ("-", word[1:]) if word.startswith("-") else ("", word)
    if parts == ALL and not sign:
        return ALL
    found = dict(_part(part, word) for part in parts.split("+"))
    if "wiki" in found and len(found) > 1 or len(found) != parts.count("+") + 1:
        raise BadScope(_("“%(term)s” combines places that exclude each other.") % {"term": word[:MAX_TERM]})
    if {"language", "region"} <= set(found):
        raise BadScope(_("“%(term)s” joins a language and a region: name the language alone.") % {"term": word[:MAX_TERM]})
    return sign + "+".join(f"{axis}:{found[axis]}" for axis in AXES if axis in found)


def _part(part: str, word: str) -> tuple[str, str]:
    axis, _colon, value = part.partition(":")
    known = {
        "family": value in FAMILIES,
        "language": bool(LANGUAGE.fullmatch(value)),
        "region": value in REGIONS,
        "wiki": bool(DOMAIN.fullmatch(value)) and len(value) <= 100,
    }
    if not known.get(axis, False):
        raise BadScope(
            _(
                "“%(term)s” is not a place that this site knows. Write all, family:wikipedia, language:hi, "
                "region:india, or wiki:de.wikipedia.org. "
                "Families: %(families)s. Regions: %(regions)s."
            )
            % {"term": word[:MAX_TERM], "families": listed(FAMILIES), "regions": listed(REGIONS)}
        )
    return axis, value.removeprefix("www.") if axis == "wiki" else value


def terms_of(project: Wiki) -> frozenset[str]:
    """Every term that holds for `project`."""
    family, language = f"family:{project.family}", f"language:{project.language_code}"
    wiki = f"wiki:{project.domain.removeprefix('www.')}"
    if not project.language_code:
        return frozenset({ALL, family, wiki})
    parts = [language, *(f"region:{name}" for name in regions_of(project.language_code))]
    return frozenset({ALL, family, wiki, *parts, *(f"{family}+{part}" for part in parts)})


def holds(scope: Collection[str], terms: Collection[str]) -> bool:
    """Whether an event of this scope takes place where `terms` hold."""
    return not any(f"-{term}" in scope for term in terms) and any(term in scope for term in terms)


def specificity(scope: Iterable[str], terms: Collection[str]) -> Specificity:
    """How narrowly `scope` names the project for which `terms` hold. It must hold there."""
    every = list(scope)
    matching = [term for term in every if term in terms]
    if any(term.startswith("wiki:") for term in matching):
        if len(every) == 1:
            return Specificity.ALONE
        named = sum(term.startswith("wiki:") for term in every)
        return Specificity.NAMED if named <= FEW_WIKIS else Specificity.ONE_OF_MANY
    if any("language:" in term or "region:" in term for term in matching):
        return Specificity.PART
    return Specificity.FAMILY if any(term.startswith("family:") for term in matching) else Specificity.EVERYWHERE
