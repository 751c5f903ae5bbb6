"""What a language is called in the language of the reader."""

from __future__ import annotations

from django.conf.locale import LANG_INFO
from django.utils.translation import get_language, gettext

ENGLISH = "en"


def language_name(code: str, own_name: str, english_name: str) -> str:
    """`Icelandic` for English readers; for others what Django calls it in theirs, else its name in its own words.

    The list of wikis knows each language in English and in its own words alone.
    """
    if (get_language() or ENGLISH).split("-")[0] == ENGLISH:
        return english_name or own_name or code
    known = LANG_INFO.get(code, {}).get("name")
    return gettext(known) if known else own_name or english_name or code
