"""Asking a stranger's server over HTTP without being led into our own house.

The host is resolved once, every address it has must be public, and the connection goes to the address that was checked: a
name that means something else a second later leads nowhere. Redirects are not followed, and the whole exchange has a deadline.
A library that opens its own connections runs inside `only_public`, which checks each address at the moment of connecting.
"""

from __future__ import annotations

import contextlib
import functools
import ipaddress
import socket
import sys
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
import urllib3
from django.conf import settings
from requests.adapters import HTTPAdapter

from edits.wikimedia.deadline import Deadline, WatchedAdapter, deadline
from subscriptions.channels.base import Later, Refused, Uncertain
from subscriptions.words import one_line

DEADLINE = 10.0  # seconds for all of it
MAX_BYTES = 100_000  # of an answer
USER_AGENT = "CommunityActivityAlerts/1.0"
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # an IPv4 address inside an IPv6 one, private ones too


def resolve(host: str, port: int) -> list[str]:
    """All addresses of `host`."""
    return sorted({str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)})


def is_public(address: str) -> bool:
    """Whether `address` is one of the internet: not ours, not a neighbour's, not one that only looks like another."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if ip in NAT64:
        return False
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return ip.is_global and not ip.is_multicast and (inner is None or inner.is_global)


def checked_address(url: str) -> tuple[str, str]:
    """(host, the public address to connect to). Raises Refused for what is never asked, Later for a name without answer."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
        raise Refused("Only https addresses without a user name are asked.")
    try:
        addresses = resolve(parts.hostname, parts.port or 443)
    except (OSError, UnicodeError) as error:
        raise Later(f"The name {parts.hostname} cannot be resolved.") from error
    if not addresses or not all(map(is_public, addresses)):
        raise Refused(f"{parts.hostname} leads to an address that is not public.")
    return parts.hostname, addresses[0]


class _Pinned(WatchedAdapter):
    """Connects to the address that was checked, while the certificate and the Host header are those of the name."""

    def __init__(self, host: str, address: str) -> None:
        self._host, self._address = host, address
        super().__init__()

    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        super().init_poolmanager(*args, server_hostname=self._host, assert_hostname=self._host, **kwargs)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        address = f"[{self._address}]" if ":" in self._address else self._address
        request.headers["Host"] = parts.netloc
        request.url = urlunsplit(parts._replace(netloc=f"{address}:{parts.port}" if parts.port else address))
        return HTTPAdapter.send(self, request, *args, **kwargs)


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> int:
    """Post `body` to a stranger's `url`; the status of the answer.

    Raises Refused, Later (nothing was taken), and Uncertain when the whole request was out and no answer came in time.
    """
    host, address = checked_address(url)
    with requests.Session() as session, deadline(DEADLINE) as limit:
        session.trust_env = False
        session.mount("https://", _Pinned(host, address))
        try:
            with session.post(
                url,
                data=body,
                headers={"User-Agent": USER_AGENT, **headers},
                allow_redirects=False,
                stream=True,
                timeout=(5, DEADLINE),
                verify=settings.WEBHOOK_CA_FILE or True,
            ) as response:
                next(response.iter_content(MAX_BYTES), b"")
                return response.status_code
        except (requests.ConnectTimeout, requests.exceptions.SSLError) as error:
            raise Later(_reason(error)) from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            if limit.passed or isinstance(error, requests.ReadTimeout):
                raise Uncertain(f"No answer within {DEADLINE:g} s.") from error
            raise Later(_reason(error)) from error


def took_offence(status: int) -> bool:
    """Whether an answer says that the same message will never be taken: a redirect, or a 4xx that no wait mends."""
    return 300 <= status < 500 and status not in (408, 425, 429)


@dataclass
class Reached:
    """What happened inside `only_public`: whether a request went out, and which addresses were refused."""

    asked: bool = False
    refused: list[str] = field(default_factory=list)
    sockets: list[socket.socket] = field(default_factory=list)


_guard: ContextVar[tuple[Reached, Deadline] | None] = ContextVar("guard", default=None)


@contextlib.contextmanager
def only_public(seconds: float) -> Iterator[Reached]:
    """Inside, this thread connects to public addresses alone, whatever library asks; no connection outlives `seconds`."""
    _watch_connections()
    reached = Reached()
    with deadline(seconds) as limit:
        token = _guard.set((reached, limit))
        try:
            yield reached
        finally:
            _guard.reset(token)
            for each in reached.sockets:
                each.close()


@functools.cache
def _watch_connections() -> None:
    """Python tells its audit hooks of each connection before it is made; what a hook raises prevents it."""
    sys.addaudithook(_on_event)


def _on_event(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "http.client.send") and (guard := _guard.get()) is not None:
        reached, limit = guard
        if event == "http.client.send":  # a connection stands, and TLS with it
            reached.asked = True
        else:
            _check_connection(*arguments, reached=reached, limit=limit)


def _check_connection(connecting: socket.socket, place: Any, *, reached: Reached, limit: Deadline) -> None:
    address = str(place[0]) if isinstance(place, tuple) else str(place)
    try:
        allowed = is_public(address)
    except ValueError:  # a name, or a path of this machine
        allowed = False
    if not allowed:
        reached.refused.append(address)
        raise PermissionError(f"{address} is not public.")
    copy = connecting.dup()  # TLS takes the socket itself away
    reached.sockets.append(copy)
    limit.watch(copy)


def _reason(error: BaseException) -> str:
    return one_line(f"{type(error).__name__}: {error}")[:300]
