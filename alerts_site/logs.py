"""Log records that can be followed from a request into the tasks that it caused, and that never show a secret."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from pythonjsonlogger.json import JsonFormatter

request_id: ContextVar[str] = ContextVar("request_id", default="-")
task_id: ContextVar[str] = ContextVar("task_id", default="-")

REMOVED = "[removed]"
SECRET_SETTINGS = ("SECRET_KEY", "SOCIAL_AUTH_MEDIAWIKI_SECRET", "METRICS_TOKEN")
URLS_WITH_PASSWORDS = ("DATABASE_URL", "REDIS_URL", "SENTRY_DSN")
SHORTEST_SECRET = 6  # shorter ones would blank out innocent words
PATTERNS = (
    re.compile(r"(?P<keep>\b[a-z][a-z0-9+.-]*://[^\s/:@'\"]*:)(?P<secret>[^\s/@]+)(?=@)", re.IGNORECASE),
    re.compile(
        r"(?P<keep>\b(?:password\d?|passwd|secret|token|oauth_[a-z_]*|sessionid|csrftoken|csrfmiddlewaretoken|api[_-]?key)"
        r"['\"]?\s*[=:]\s*['\"]?)(?P<secret>[^\s'\"&;,}\]]+)",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<keep>\b(?:Basic|Bearer)\s+)(?P<secret>[A-Za-z0-9+/=._~-]{6,})"),
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Ids(logging.Filter):
    """Adds the ids of the request and of the task in which the record was made.

    Django logs answers such as 404 when all middleware is through: it is the request itself that still knows its id then.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = getattr(getattr(record, "request", None), "id", None) or request_id.get()
        record.task_id = task_id.get()
        return True


def known_secrets(values: object = settings) -> list[str]:
    """The secrets of this installation, longest first, also as they look inside JSON."""
    found = {str(getattr(values, name, "") or "") for name in SECRET_SETTINGS}
    for name in URLS_WITH_PASSWORDS:
        url = urlsplit(str(getattr(values, name, "") or ""))
        found |= {url.password or "", (url.username or "") if name == "SENTRY_DSN" else ""}
    long_enough = {secret for secret in found if len(secret) >= SHORTEST_SECRET}
    return sorted(long_enough | {json.dumps(secret)[1:-1] for secret in long_enough}, key=len, reverse=True)


def redact(text: str, secrets: Iterable[str] | None = None) -> str:
    """`text` without the secrets of this installation and without whatever is written like a password or a token.

    Half characters, which no stream takes, are escaped.
    """
    text = text.encode("utf-8", "backslashreplace").decode()
    for secret in known_secrets() if secrets is None else secrets:
        text = text.replace(secret, REMOVED)
    for pattern in PATTERNS:
        text = pattern.sub(rf"\g<keep>{REMOVED}", text)
    return text


def redact_event(event: dict[str, Any], hint: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An event for the error reporter, with every text in it redacted."""

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            return redact(value)
        if isinstance(value, dict):
            return {key: clean(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [clean(item) for item in value]
        return value

    return {key: clean(value) for key, value in event.items()}


class LineFormatter(logging.Formatter):
    """One event, one line: what people typed cannot begin a line of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = _CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode(), record.message)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class JsonLinesFormatter(JsonFormatter):
    """One JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))
