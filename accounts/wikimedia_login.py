"""The steps of our own in signing in with a Wikimedia account; social-auth calls them in the order of the settings."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from social_core.exceptions import AuthPolicyError

from accounts.services import person_of_wikimedia_account


class SignInRefused(AuthPolicyError):
    """Says nothing of the reason: who is refused shall not learn how to get around it."""

    def __str__(self) -> str:
        return gettext("Signing in did not work. Ask a moderator if you think that it should.")


def refuse_blocked(backend: Any, details: dict[str, Any], **kwargs: Any) -> None:
    """An account that is blocked on its wiki does not get in here either."""
    if details.get("blocked"):
        raise SignInRefused(backend)


def person(backend: Any, details: dict[str, Any], uid: str, user: Any = None, **kwargs: Any) -> dict[str, Any]:
    """Find or make the person behind the account; one who was deactivated here stays out."""
    try:
        found = person_of_wikimedia_account(wikimedia_id=str(uid), username=str(details["username"]))
    except ValidationError as error:
        raise SignInRefused(backend) from error
    if not found.is_active:
        raise SignInRefused(backend)
    return {"user": found, "is_new": False}
