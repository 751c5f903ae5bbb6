"""Checks of text that both databases must be able to hold."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate_text(value: str) -> None:
    """Any script and emoji; no control characters but line breaks and tabs, no half of a surrogate pair."""
    for character in value:
        category = unicodedata.category(character)
        if category == "Cs" or (category == "Cc" and character not in "\n\r\t"):
            raise ValidationError(
                _("The text has a character that cannot be stored: U+%(code)s. Remove it."),
                params={"code": f"{ord(character):04X}"},
            )
