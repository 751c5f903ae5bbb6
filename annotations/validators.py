"""What people may write."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from database.validators import validate_text, visible

MIN_VISIBLE = 10

__all__ = ["shown_link", "validate_link", "validate_note", "validate_text"]

_is_url = URLValidator(schemes=["http", "https"], message=_("Enter an http or https link."))


def validate_note(value: str) -> None:
    """A text with at least MIN_LENGTH characters that can be seen; blanks between them count."""
    validate_text(value)
    if len(visible(value)) < MIN_VISIBLE:
        text = ngettext(
            "Write at least %(count)s character that can be seen.",
            "Write at least %(count)s characters that can be seen.",
            MIN_VISIBLE,
        )
        raise ValidationError(text, params={"count": MIN_VISIBLE})


def _scripts(label: str) -> set[str]:
    """The scripts of the letters of `label`, by the first word of their names; those of Chinese and Japanese are one."""
    names = {unicodedata.name(character, "?").split()[0] for character in label if character.isalpha()}
    return {"CJK" if name in {"HIRAGANA", "KATAKANA", "BOPOMOFO", "HANGUL"} else name for name in names}


def shown_link(link: str) -> str:
    """`link` with the parts of its host in punycode that could be taken for others: those that mix scripts, and those in
    Cyrillic or Greek letters below a domain in Latin letters."""
    try:
        parts = urlsplit(link)
        labels = (parts.hostname or "").split(".")
    except ValueError:
        return link
    latin = _scripts(labels[-1]) <= {"LATIN"}
    risky = [
        len(scripts) > 1 or (latin and scripts & {"CYRILLIC", "GREEK"}) for label in labels for scripts in [_scripts(label)]
    ]
    shown = [_punycode(label) if risk else label for label, risk in zip(labels, risky, strict=True)]
    host = ".".join(shown) + (f":{parts.port}" if parts.port else "")
    return urlunsplit(parts._replace(netloc=host)) if any(risky) else link


def _punycode(label: str) -> str:
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")


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
