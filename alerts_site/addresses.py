"""Who is asking: the client's address, believed only as far as the proxies in front of the site are ours."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest

MAX_NAME_LENGTH = 255  # of axes.AccessAttempt.username


def client_address(request: HttpRequest) -> str:
    """The address of the client of `request`.

    `X-Forwarded-For` is written by whoever sends the request, so each proxy of ours appends what it saw: with
    TRUSTED_PROXY_COUNT = n, the n-th entry from the right is the last one that a machine of ours has written. With 0 the
    header is not looked at.
    """
    direct = _plain(request.META.get("REMOTE_ADDR", "")) or "127.0.0.1"  # empty on a unix socket
    count = settings.TRUSTED_PROXY_COUNT
    if not count:
        return direct
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if len(forwarded) < count:
        return direct
    return _plain(forwarded[-count]) or direct


def _plain(text: str) -> str:
    """The address that `text` holds, in one way of writing and at most 39 characters; nothing where it holds none.

    The zone of a link-local address (`fe80::1%eth0`) is the sender's own and of any length: it is left out.
    """
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


def name_to_count(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str | None:
    """The name under which failures to sign in are counted: as typed, and no longer than its column."""
    typed = (credentials or {}).get("username") or request.POST.get("username")
    return str(typed)[:MAX_NAME_LENGTH] if typed else None
