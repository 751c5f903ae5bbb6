"""Tokens: making one, taking it back, and finding whose a request's is."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from api.models import ApiToken, Scope, SentBefore
from curation.language import listed
from database.transactions import retried_transaction

PREFIX = "caa_"  # so that people and secret scanners know what it is
LONGEST = dt.timedelta(days=366)
ANSWERS_KEPT = dt.timedelta(days=7)  # for which a request that is sent again gets the answer that it got
USED_STEP = dt.timedelta(minutes=1)  # how exactly the last use is noted: not a write for each request


class BadToken(Exception):
    """The request has no token that is good; the text says what is wrong with it."""


def check_expiry(expires_at: dt.datetime, *, now: dt.datetime) -> None:
    """ValidationError for a day that is over, or too far off."""
    if not now < expires_at <= now + LONGEST:
        raise ValidationError(_("It must expire within a year from now, and not before now."))


def digest_of(text: str) -> str:
    """What is stored of a token. It is long and random, so that one round of SHA-256 cannot be guessed backwards."""
    return hashlib.sha256(text.encode()).hexdigest()


@retried_transaction
def token_make(
    *, by: User, owner: User, name: str, scopes: Collection[str], expires_at: dt.datetime, now: dt.datetime
) -> tuple[ApiToken, str]:
    """A new token and its text, which is nowhere else. ValidationError by field for a day that is over or too far, and for
    scopes that do not exist."""
    require(by, "token.manage")
    try:
        check_expiry(expires_at, now=now)
    except ValidationError as error:
        raise ValidationError({"expires_at": error}) from None
    if not scopes or set(scopes) - set(Scope.values):
        raise ValidationError({"scopes": _("Say what it is for: at least one of %(scopes)s.") % {"scopes": listed(Scope)}})
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        owner=owner, name=name.strip(), start=text[:12], digest=digest_of(text), scopes=sorted(scopes), made_by=by,
        made_at=now, expires_at=expires_at,
    )  # fmt: skip
    token.full_clean()
    token.save(force_insert=True)
    return token, text


@retried_transaction
def token_revoke(*, token: ApiToken, by: User, now: dt.datetime) -> ApiToken:
    """Take it back for good. One that was taken back already stays as it is."""
    require(by, "token.manage")
    current = ApiToken.objects.select_for_update().get(pk=token.pk)
    if current.revoked_at is None:
        current.revoked_at = now
        current.save(update_fields=["revoked_at"])
    return current


def token_of(header: str, *, now: dt.datetime) -> ApiToken:
    """The token that an Authorization header holds, with its owner. Raises BadToken."""
    kind, _space, text = header.partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        raise BadToken("Send a token: Authorization: Bearer caa_…")
    token = ApiToken.objects.select_related("owner").filter(digest=digest_of(text.strip())).first()
    if token is None:
        raise BadToken("This token does not exist")
    if token.revoked_at is not None:
        raise BadToken(f"The token “{token.name}” was revoked on {token.revoked_at:%Y-%m-%d}")
    if token.expires_at <= now:
        raise BadToken(f"The token “{token.name}” expired on {token.expires_at:%Y-%m-%d}")
    if not token.owner.is_active:
        raise BadToken("The account of this token's owner is blocked")
    note_use(token, now=now)
    return token


def note_use(token: ApiToken, *, now: dt.datetime) -> None:
    """When the token was used, to the minute; and what is too old to be sent again is forgotten."""
    if token.last_used_at is None or now - token.last_used_at >= USED_STEP:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        SentBefore.objects.filter(token=token, made_at__lt=now - ANSWERS_KEPT).delete()
