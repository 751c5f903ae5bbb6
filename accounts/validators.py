"""What a name may be."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate_username(value: str) -> None:
    """Any script, and spaces inside, as Wikimedia accounts have them; nothing that cannot be seen or breaks a line."""
    if value != value.strip():
        raise ValidationError(_("A username does not begin or end with a space."))
    for character in value:
        if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            raise ValidationError(
                _("The username has a character that is not allowed: U+%(code)s."), params={"code": f"{ord(character):04X}"}
            )
