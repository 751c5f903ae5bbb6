"""Webhooks: a signed event (Standard Webhooks) in a CloudEvents envelope, to an address that its owner confirmed.

The receiver checks `webhook-signature` with the secret shown on "What I follow", and takes `webhook-id` for the same event
when it comes again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from subscriptions.channels.base import AddressRefused, Channel, Later, Refused
from subscriptions.channels.http import post, took_offence
from subscriptions.letters import Letter, absolute
from subscriptions.models import Address, Message
from subscriptions.words import Line, sentence

GONE = 410  # the receiver says for good that it wants no more


class Webhook(Channel):
    name = "webhook"
    label = _("Webhook")
    hint = _("An https address of a program of yours. It is sent a link first, which you open to confirm it.")
    per_minute = 60

    def clean(self, target: str, *, by: User) -> str:
        target = target.strip()
        URLValidator(schemes=["https"], message=_("Enter an https address."))(target)
        parts = urlsplit(target)
        if parts.username or parts.password or parts.fragment or not target.isascii():
            raise ValidationError(_("The address must not hold a user name, a password or a fragment."))
        return target

    def send(self, letter: Letter, *, address: Address, message: Message) -> None:
        body = json.dumps(event(letter, message), ensure_ascii=False).encode()
        status = post(address.target, body=body, headers=headers(body, address=address, message=message))
        if 200 <= status < 300:
            return
        if status == GONE:
            raise AddressRefused("410: the receiver wants no more.")
        if 300 <= status < 400:
            raise Refused(f"{status}: redirects are not followed.")
        if took_offence(status):
            raise Refused(f"The receiver answered {status}.")
        raise Later(f"The receiver answered {status}.")


def headers(body: bytes, *, address: Address, message: Message) -> dict[str, str]:
    """Those of Standard Webhooks: HMAC-SHA256 of `id.timestamp.body` with the secret of the address."""
    identifier = f"msg_{message.pk}"
    stamp = str(int((message.claimed_at or message.planned_at).timestamp()))
    signed = b".".join((identifier.encode(), stamp.encode(), body))
    signature = base64.b64encode(hmac.new(address.secret.encode(), signed, hashlib.sha256).digest()).decode()
    return {
        "Content-Type": "application/cloudevents+json; charset=utf-8",
        "webhook-id": identifier,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{signature}",
    }


def shared_secret(address: Address) -> str:
    """The secret as the libraries of Standard Webhooks take it."""
    return "whsec_" + base64.b64encode(address.secret.encode()).decode()


def event(letter: Letter, message: Message) -> dict[str, Any]:
    """CloudEvents 1.0: what a program needs, and the same words as everybody gets."""
    data: dict[str, Any] = {
        "subject": letter.subject,
        "text": letter.text or letter.heading,
        "alerts": [_alert(line) for line in letter.lines],
        "more": letter.more,
        "changed": [{"what": what, **_alert(line)} for what, line in letter.follow_ups],
    }
    if letter.action_url:
        data["confirm_url"] = letter.action_url
    return {
        "specversion": "1.0",
        "id": f"msg_{message.pk}",
        "source": letter.site,
        "type": f"org.wikimedia.alerts.{message.purpose}",
        "time": message.planned_at.isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }


def _alert(line: Line) -> dict[str, Any]:
    """`month` is when it began, `figures_month` the one that the summary is of: the worst of its episode. Both as 2026-03."""
    month, figures_month = (f"{when:%Y-%m}" for when in line.months)
    return {
        "id": line.alert,
        "project": line.domain,
        "name": line.wiki,
        "month": month,
        "figures_month": figures_month,
        "severity": line.severity,
        "direction": line.direction,
        "summary": sentence(line),
        "cause": line.cause,
        "note": line.note,
        "url": absolute(line.path),
    }
