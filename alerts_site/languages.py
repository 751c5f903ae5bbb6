"""The languages of the site, one line each: the only place that lists them.

A language is added with its catalogue, `locale/<locale>/LC_MESSAGES/django.po` (docs/adding-a-language.md).
"""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = "en"  # the language of the messages in the source


@dataclass(frozen=True, slots=True)
class Language:
    """`code` as in `lang`, `name` as its readers call it; `drafted`: no native reader has gone through it yet."""

    code: str
    name: str
    drafted: bool = False


LANGUAGES = (
    Language("en", "English"),
    Language("de", "Deutsch"),
    Language("es", "español", drafted=True),
    Language("fr", "français", drafted=True),
    Language("pt-br", "português do Brasil", drafted=True),
    Language("ru", "русский", drafted=True),
    Language("ar", "العربية", drafted=True),
    Language("hi", "हिन्दी", drafted=True),
    Language("id", "Bahasa Indonesia", drafted=True),
)
