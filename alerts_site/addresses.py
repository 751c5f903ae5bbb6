"""Who is asking: the client's address, believed only as far as the proxies in front of the site are ours."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address of the client of `request`.

    `X-Forwarded-For` is written by whoever sends the request, so each proxy of ours appends what it saw: with
    TRUSTED_PROXY_COUNT = n, the n-th entry from the right is the last one that a machine of ours has written. With 0 the
    header is not looked at.
    """
    direct = str(request.META.get("REMOTE_ADDR") or "127.0.0.1")  # empty on a unix socket
    count = settings.TRUSTED_PROXY_COUNT
    if not count:
        return direct
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if len(forwarded) < count:
        return direct
    try:
        return str(ipaddress.ip_address(forwarded[-count]))
    except ValueError:
        return direct
