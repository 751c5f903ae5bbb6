"""What stands in links that reach people outside the site: signed, so that nobody makes one up."""

from __future__ import annotations

import datetime as dt
import re

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from subscriptions.models import Address

UNSUBSCRIBE, CONFIRM, SENT = "subscriptions.unsubscribe", "subscriptions.confirm", "subscriptions.sent"
MESSAGE_MARK = re.compile(r"\bm[0-9]{1,18}-[0-9a-f]{24}\b", re.IGNORECASE)
CONFIRM_WITHIN = dt.timedelta(days=7)


class BadToken(ValueError):
    """The link was changed, made up, or has had its time."""


def unsubscribe_token(address: Address) -> str:
    """Names the address and so the person; it holds for as long as the address does.

    Short, since a `List-Unsubscribe` that has to be folded has broken the signatures of mails. Nobody guesses 96 bits over a
    network.
    """
    return f"{address.pk}.{_mark(str(address.pk))}"


def _mark(pk: str) -> str:
    return signing.b64_encode(salted_hmac(UNSUBSCRIBE, pk, algorithm="sha256").digest()[:12]).decode()


def unsubscribe_address(token: str) -> Address | None:
    """The address; None when it was removed since. BadToken for anything that this site did not sign."""
    pk, _dot, mark = token.partition(".")
    if not (pk.isdecimal() and pk.isascii() and constant_time_compare(mark, _mark(pk))):
        raise BadToken("The link is not one that this site made.")
    return _address(pk)


def confirm_token(address: Address) -> str:
    return signing.TimestampSigner(salt=CONFIRM, sep=".").sign(str(address.pk))


def confirm_address(token: str) -> Address | None:
    """The address to be confirmed; None when it was removed since. BadToken for what was made up or is older than a week."""
    try:
        return _address(signing.TimestampSigner(salt=CONFIRM, sep=".").unsign(token, max_age=CONFIRM_WITHIN))
    except signing.BadSignature as error:
        raise BadToken(str(error)) from error


def message_mark(pk: int) -> str:
    """Names a message in what mail servers send back: `m17-` and 96 bits, in letters that may become small or large."""
    return f"m{pk}-{salted_hmac(SENT, str(pk), algorithm='sha256').hexdigest()[:24]}"


def marked_message(mark: str) -> int | None:
    """The key of the message that `mark` names; None for a mark that this site did not make."""
    pk = int(mark[1:].partition("-")[0])
    return pk if constant_time_compare(mark.lower(), message_mark(pk)) else None


def _address(pk: str) -> Address | None:
    return Address.objects.select_related("user").filter(pk=pk).first()
