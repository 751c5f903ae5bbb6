"""Checks of an event's fields that name what is wrong."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from curation.language import listed
from events.kinds import Touch
from events.scope import BadScope, parse_scope


def validate_scope(value: str) -> None:
    """At least one place, in terms of `events.scope`."""
    try:
        terms = parse_scope(value)
    except BadScope as error:
        raise ValidationError(str(error)) from error
    if not terms:
        raise ValidationError(_("Say where the event takes place, such as: all."))


def validate_touches(value: object) -> None:
    """A list of names of `events.kinds.Touch`, each once."""
    known = list(Touch.values)
    if not isinstance(value, list) or len(set(map(str, value))) != len(value) or not all(name in known for name in value):
        raise ValidationError(_("Must be a list of some of: %(known)s."), params={"known": listed(known)})
