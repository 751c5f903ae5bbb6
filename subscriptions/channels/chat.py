"""Chat services, over the package `apprise`. Administrators alone add addresses, of services that are allowed.

An address of apprise is a password. Some services let it choose the machine that is asked: whatever it says, public machines
alone are reached, their certificates are checked, and no redirect is followed.
"""

from __future__ import annotations

import dataclasses
import logging
import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import may
from subscriptions.channels.base import AddressRefused, Channel, Later, NotSent, Refused, Uncertain
from subscriptions.channels.http import DEADLINE, Reached, only_public, took_offence
from subscriptions.channels.text import plain
from subscriptions.letters import Letter
from subscriptions.models import Address, Message
from subscriptions.words import one_line

# All speak https alone: the schemes of apprise that end with an s, and services with machines of their own.
SCHEMES = frozenset({"discord", "gchat", "jsons", "matrixs", "mmosts", "ntfys", "rockets", "slack", "tgram", "zulip"})
ANSWERED = re.compile(r"\berror=(\d{3})\b")  # how all services of apprise log the status that they were answered with
# A note that says @everyone must not ring everybody: a character that is not seen stands behind what chats act upon.
INERT = str.maketrans({"@": "@\u200b", "<": "<\u200b"})


class Chat(Channel):
    name = "chat"
    label = _("Chat service")
    hint = _("An address of apprise that names one channel, such as slack://…; it is a password, so only its end is shown.")
    per_minute = 20
    admin_only = True

    def clean(self, target: str, *, by: User) -> str:
        target = target.strip()
        if urlsplit(target).scheme not in SCHEMES:
            known = ", ".join(sorted(SCHEMES))
            raise ValidationError(_("Only these services are allowed: %(names)s."), params={"names": known})
        service = _service(target)
        if service is None:
            raise ValidationError(_("The address is not complete: see the page of the service at appriseit.com."))
        if len(service) != 1:
            raise ValidationError(_("Name one channel in the address; add another address for another channel."))
        return target

    def is_proven(self, target: str, *, by: User) -> bool:
        return may(by, "channel.manage")

    def send(self, letter: Letter, *, address: Address, message: Message) -> None:
        import apprise  # slow to load: only workers that need it do

        service = _service(address.target)
        if service is None:
            raise AddressRefused("apprise does not understand the address.")
        alone = apprise.Apprise()
        alone.add(service)
        title = one_line(letter.subject).translate(INERT)
        text = fitting(letter, service.body_maxlen - len(title) - 2).translate(INERT)  # some services put both into one
        with only_public(DEADLINE) as reached, _warnings() as log:
            taken = alone.notify(title=title, body=text, body_format=apprise.NotifyFormat.TEXT)
            said = one_line(log.getvalue())[:300]
        if not taken:
            raise _reason(reached, said)


def _warnings() -> Any:
    """What apprise logs meanwhile."""
    import apprise

    capture: Any = apprise.LogCapture  # has no types
    return capture(level=logging.WARNING, fmt="%(message)s")


def _service(target: str) -> Any:
    """The service that `target` names, made safe whatever the address asks for; None when apprise does not understand it."""
    import apprise

    # One thread: what is guarded is what this thread does.
    service = apprise.Apprise.instantiate(target, asset=apprise.AppriseAsset(async_mode=False), suppress_exceptions=True)
    if service is not None:
        service.redirects = False
        service.overflow_mode = apprise.OverflowMode.TRUNCATE  # what still is too long is cut, not refused
        service.verify_certificate = settings.WEBHOOK_CA_FILE or True  # type: ignore[assignment]  # requests takes a path
        service.socket_connect_timeout = service.socket_read_timeout = DEADLINE / 2
    return service


def _reason(reached: Reached, said: str) -> NotSent:
    """Why apprise, which only says no, did not send: by what happened, and by the status that it logged (`said`)."""
    if reached.refused:
        return Refused(f"The address leads to {', '.join(reached.refused)}, which is not public.")
    if not reached.asked:
        return Later(said or "The chat service could not be reached.")
    answered = ANSWERED.search(said)
    if answered is None:
        return Uncertain(said or "The chat service was reached and gave no answer.")
    return Refused(said) if took_offence(int(answered[1])) else Later(said)


def fitting(letter: Letter, longest: int) -> str:
    """The letter as text of at most `longest` characters: lines that do not fit are counted, and stand on the site."""
    for shown in range(len(letter.lines), 0, -1):
        more = letter.more + len(letter.lines) - shown
        text = plain(dataclasses.replace(letter, lines=letter.lines[:shown], more=more))
        if len(text.translate(INERT)) <= longest:
            return text
    return plain(letter)[:longest]
