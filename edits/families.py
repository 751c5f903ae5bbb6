"""The families of Wikimedia projects and what people call them."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

# As the wikis of the reader's language call them.
FAMILIES: dict[str, Promise] = {
    "wikipedia": _("Wikipedia"),
    "wiktionary": _("Wiktionary"),
    "wikibooks": _("Wikibooks"),
    "wikinews": _("Wikinews"),
    "wikiquote": _("Wikiquote"),
    "wikisource": _("Wikisource"),
    "wikiversity": _("Wikiversity"),
    "wikivoyage": _("Wikivoyage"),
    "wikidata": _("Wikidata"),
    "mediawiki": _("MediaWiki"),
    "wikimedia": _("Wikimedia"),
    "wikifunctions": _("Wikifunctions"),
    "wikimediafoundation": _("Wikimedia Foundation"),
}


def family_of(domain: str) -> str:
    """`wikipedia` for `en.wikipedia.org`: the name before the top-level domain."""
    return domain.rsplit(".", 2)[-2]


def is_wikimedia(domain: str) -> bool:
    """Whether `domain` lies under one of the families: nothing else is asked for, linked or shown as a wiki."""
    name, _dot, top = domain.rpartition(".")
    return top == "org" and name.rpartition(".")[2] in FAMILIES


def family_name(family: str) -> str:
    """What readers call it: `Wikipedia`, `Википедия`."""
    return str(FAMILIES.get(family, family.capitalize()))


def family_names(family: str) -> tuple[str, ...]:
    """What it is called in each language of this site."""
    return _family_names(family, tuple(code for code, _name in settings.LANGUAGES))


@cache
def _family_names(family: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    names = []
    for code in languages:
        with override(code):
            names.append(family_name(family))
    return tuple(dict.fromkeys(names))
