"""How to reach Wikimedia, and how politely."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

CLIENT = "CommunityActivityAlerts"
CONTACT = re.compile(r"https?://[^\s()]+\.[^\s()]+|[^\s()@]+@[^\s()@]+\.[^\s()@]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientConfig:
    """Everything the client needs to know.

    `contact` is an e-mail address or a URL (or both, separated by a blank): Wikimedia refuses agents without one.
    `wiki_api_url` takes the `{domain}` of a wiki.
    `max_per_minute` None means no limit a minute; `max_in_flight` always holds. Times are in seconds, sizes in bytes.
    `patience` is how long a request may wait for its turn before it gives up with RateLimited.
    """

    contact: str
    version: str = "unreleased"
    analytics_url: str = "https://wikimedia.org/api/rest_v1/metrics"
    sitematrix_url: str = "https://meta.wikimedia.org/w/api.php"
    wiki_api_url: str = "https://{domain}/w/api.php"
    max_in_flight: int = 3
    max_per_minute: int | None = 200
    redis_url: str = ""
    key_prefix: str = "caa"
    connect_timeout: float = 5.0
    deadline: float = 30.0
    max_bytes: int = 20_000_000
    tries: int = 3
    first_wait: float = 1.0
    longest_wait: float = 30.0
    patience: float = 30.0

    def __post_init__(self) -> None:
        if not CONTACT.search(self.contact):
            raise ValueError(
                f"The contact {self.contact!r} holds no e-mail address and no URL: "
                "set WIKIMEDIA_CONTACT to where Wikimedia reaches you"
            )
        if not (self.contact.isascii() and self.contact.isprintable()):
            raise ValueError(f"The contact {self.contact!r} must be a single line of ASCII: it goes into a header")
        for url in (self.analytics_url, self.sitematrix_url, self.wiki_api_url.format(domain="en.wikipedia.org")):
            parts = urlsplit(url)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError(f"{url!r} is not an http(s) address")
        if self.max_in_flight < 1 or (self.max_per_minute is not None and self.max_per_minute < 1):
            raise ValueError("The request budget must allow at least one request")

    @property
    def user_agent(self) -> str:
        """`<client>/<version> (<contact>) <library>/<version>`, the form that Wikimedia's policy asks for."""
        return f"{CLIENT}/{self.version} ({self.contact}) python-requests/{requests.__version__}"
