"""Checks of what people outside the site see of it in mails: where links lead, and whom mails come from."""

from __future__ import annotations

import ipaddress
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.core.checks import Error, Warning
from django.http.request import validate_host

REMEDY = (
    "Set SITE_URL to the https address at which people reach this site, with a host of ALLOWED_HOSTS: "
    "SITE_URL=https://alerts.example.org"
)


def links_in_mails(values: Any) -> Error | None:
    """Links in what is sent lead to SITE_URL: that it is wrong is noticed by readers alone."""
    if not _sends_mail(values) or _leads_here(values):
        return None
    return Error(
        f"SITE_URL is {values.SITE_URL!r}: the links in mails would lead nowhere, also those that end them.",
        hint=REMEDY,
        id="alerts_site.E015",
    )


def links_in_webhooks(values: Any) -> Warning | None:
    if _sends_mail(values) or _leads_here(values):
        return None
    return Warning(
        f"SITE_URL is {values.SITE_URL!r}: the links in webhooks and reports would lead nowhere.",
        hint=REMEDY,
        id="alerts_site.W007",
    )


def _sends_mail(values: Any) -> bool:
    return bool(values.EMAIL_HOST or values.MEDIAWIKI_BOT_TOKEN)


def _leads_here(values: Any) -> bool:
    parts = urlsplit(values.SITE_URL)
    host = parts.hostname or ""
    return parts.scheme == "https" and not _only_here(host) and validate_host(host, values.ALLOWED_HOSTS)


def _only_here(host: str) -> bool:
    """Whether a host name is one that only this machine or its neighbours understand."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal"))


def sender_named(values: Any) -> Error | None:
    addresses = [address for address in (values.DEFAULT_FROM_EMAIL, values.EMAIL_BOUNCES) if address]
    wrong = [address for address in addresses if not parseaddr(address)[1].partition("@")[2].partition(".")[2]]
    if values.EMAIL_HOST and wrong:
        return Error(
            f"Mail would come from {wrong[0]!r}: servers refuse it, and what cannot be delivered comes back to nobody.",
            hint="Set EMAIL_FROM to an address of the site's own domain, and EMAIL_BOUNCES too or leave it empty.",
            id="alerts_site.E016",
        )
    return None
