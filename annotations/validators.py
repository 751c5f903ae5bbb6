"""What people may write."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from database.validators import validate_text

__all__ = ["validate_link", "validate_text"]

_is_url = URLValidator(schemes=["http", "https"], message=_("Enter an http or https link."))


def validate_link(value: str) -> None:
    """Only http and https, without user name or password, on one line."""
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in value):
        raise ValidationError(_("The link has a line break or a control character."))
    _is_url(value)
    try:
        parts = urlsplit(value)
    except ValueError as error:
        raise ValidationError(_("Enter an http or https link.")) from error
    if parts.username is not None or parts.password is not None:
        raise ValidationError(_("The link must not hold a user name or password."))
