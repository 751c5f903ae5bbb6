"""Checks of text that both databases must be able to hold."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Letters and symbols by their category that nobody sees: fillers of Hangul, and a braille cell without dots.
BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0\u180e\u034f")


def visible(value: str) -> str:
    """`value` without what nobody sees, and without blanks around: zero-width and formatting characters, fillers."""
    kept = (
        " " if character.isspace() else character for character in value if character.isspace() or not _is_hidden(character)
    )
    return "".join(kept).strip()


def _is_hidden(character: str) -> bool:
    return character in BLANKS or unicodedata.category(character) in {"Cf", "Cc", "Co", "Cn"} or _is_selector(character)


def _is_selector(character: str) -> bool:
    """A variation selector, which changes the look of the character before it and has none of its own."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def validate_text(value: str) -> None:
    """Any script and emoji; no control characters but line breaks and tabs, no half of a surrogate pair, something to see."""
    if value and not visible(value):
        raise ValidationError(_("The text has only characters that cannot be seen. Write what people can read."))
    for character in value:
        category = unicodedata.category(character)
        if category == "Cs" or (category == "Cc" and character not in "\n\r\t"):
            raise ValidationError(
                _("The text has a character that cannot be stored: U+%(code)s. Remove it."),
                params={"code": f"{ord(character):04X}"},
            )
