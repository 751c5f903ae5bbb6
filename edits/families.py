"""The families of Wikimedia projects and what people call them."""

from __future__ import annotations

from typing import Any

FAMILIES: dict[str, str] = {
    "wikipedia": "Wikipedia",
    "wiktionary": "Wiktionary",
    "wikibooks": "Wikibooks",
    "wikinews": "Wikinews",
    "wikiquote": "Wikiquote",
    "wikisource": "Wikisource",
    "wikiversity": "Wikiversity",
    "wikivoyage": "Wikivoyage",
    "wikidata": "Wikidata",
    "mediawiki": "MediaWiki",
    "wikimedia": "Wikimedia",
    "wikifunctions": "Wikifunctions",
    "wikimediafoundation": "Wikimedia Foundation",
}


def family_of(domain: str) -> str:
    """`wikipedia` for `en.wikipedia.org`: the name before the top-level domain."""
    return domain.rsplit(".", 2)[-2]


def is_wikimedia(domain: str) -> bool:
    """Whether `domain` lies under one of the families: nothing else is asked for, linked or shown as a wiki."""
    name, _dot, top = domain.rpartition(".")
    return top == "org" and name.rpartition(".")[2] in FAMILIES


def family_name(family: str) -> Any:
    return FAMILIES.get(family, family.capitalize())
