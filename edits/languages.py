"""What languages are called, in the reader's language and otherwise: by the list of wikis, by CLDR (Babel), and by people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from django.conf import settings
from django.utils.translation import get_language

ENGLISH = "en"

# Other codes of a language: standard ones that its wikis do not use, and those that they have left behind.
SECOND_CODES: dict[str, tuple[str, ...]] = {
    "be-tarask": ("be-x-old",), "bh": ("bho",), "cbk-zam": ("cbk",), "eml": ("egl", "rgn"), "fil": ("tl",), "gsw": ("als",),
    "lzh": ("zh-classical",), "nan": ("zh-min-nan",), "no": ("nb",), "nrm": ("nrf",), "rup": ("roa-rup",), "sgs": ("bat-smg",),
    "tl": ("fil",), "vro": ("fiu-vro",), "yue": ("zh-yue",), "zh": ("cmn",),
}  # fmt: skip
# Second names that people use and CLDR does not list.
SECOND_NAMES: dict[str, tuple[str, ...]] = {
    "arz": ("Masri",),
    "bn": ("Bengali", "Bangla"),
    "ca": ("Valencian",),
    "ckb": ("Sorani", "Kurdish Sorani"),
    "dv": ("Maldivian", "Divehi"),
    "el": ("Modern Greek",),
    "es": ("Castilian", "castellano"),
    "fa": ("Farsi",),
    "fil": ("Tagalog",),
    "ga": ("Gaelic",),
    "gd": ("Gaelic",),
    "gsw": ("Swiss German", "Alsatian", "Schwyzerdütsch"),
    "he": ("Ivrit",),
    "ht": ("Haitian", "Kreyol"),
    "ku": ("Kurmanji",),
    "ky": ("Kirghiz",),
    "lzh": ("Classical Chinese",),
    "mo": ("Moldavian",),
    "my": ("Myanmar", "Burmese"),
    "nan": ("Hokkien", "Taiwanese", "Southern Min"),
    "nl": ("Flemish",),
    "no": ("Norwegian", "bokmål", "riksmål"),
    "ny": ("Chichewa", "Nyanja"),
    "or": ("Oriya",),
    "os": ("Ossetian", "Ossetic"),
    "pa": ("Panjabi",),
    "ps": ("Pushto", "Pakhto"),
    "rmy": ("Romani",),
    "si": ("Sinhalese",),
    "st": ("Sesotho",),
    "tl": ("Filipino",),
    "tn": ("Setswana",),
    "ug": ("Uighur",),
    "vls": ("Flemish",),
    "xh": ("isiXhosa",),
    "yue": ("Yue Chinese",),
    "zh": ("Mandarin",),
    "zu": ("isiZulu",),
}


@cache
def cldr_names(locale: str) -> dict[str, str]:
    """What CLDR calls languages in the language `locale`, by code; empty for a locale that it does not know."""
    try:
        return dict(Locale.parse(locale, sep="-").languages)
    except (UnknownLocaleError, ValueError):
        return {}


def cldr_name(code: str, locale: str) -> str:
    """What CLDR calls the language `code` in the language `locale`; empty when it has no name for it."""
    names = cldr_names(locale)
    return next((name for each in (code, *SECOND_CODES.get(code, ())) if (name := names.get(each.replace("-", "_")))), "")


@cache
def _codes_of_iso() -> dict[str, tuple[str, ...]]:
    """The three-letter codes of ISO 639 of each language that has a two-letter code: `uz` has `uzb` and `uzn`."""
    codes: defaultdict[str, list[str]] = defaultdict(list)
    for second, first in get_global("language_aliases").items():
        codes[first].append(second)
    return {first: tuple(sorted(found)) for first, found in codes.items()}


def codes_of(code: str) -> tuple[str, ...]:
    """`code` and the other codes of the language, without repeats."""
    direct = (code, *SECOND_CODES.get(code, ()))
    return tuple(dict.fromkeys([*direct, *(iso for each in direct for iso in _codes_of_iso().get(each, ()))]))


def names_of(code: str, known: Iterable[str]) -> tuple[str, ...]:
    """The names of the language: the `known` ones, CLDR's in the languages of this site, and second names.

    A name such as `oʻzbekcha / ўзбекча` is two names.
    """
    seconds = SECOND_CODES.get(code, ())
    locales = [*dict.fromkeys(locale for locale, _name in settings.LANGUAGES)]
    found = [*known, *(cldr_names(locale).get(each.replace("-", "_"), "") for each in (code, *seconds) for locale in locales)]
    found += [cldr_names(each).get(each, "") for each in seconds]  # in its own words
    found += SECOND_NAMES.get(code, ())
    parts = [part.strip() for name in found for part in name.split(" / ")]
    return tuple(dict.fromkeys(part for part in (*found, *parts) if part))


def language_name(code: str, own_name: str, english_name: str) -> str:
    """`Icelandic` for English readers; for others what CLDR calls it in theirs, else its name in its own words.

    The list of wikis knows each language in English and in its own words alone, and some not at all: CLDR may know those.
    """
    reader = get_language() or ENGLISH
    if reader.split("-")[0] == ENGLISH:
        return english_name or cldr_name(code, ENGLISH) or own_name or code
    return cldr_name(code, reader) or own_name or english_name or cldr_name(code, ENGLISH) or code
