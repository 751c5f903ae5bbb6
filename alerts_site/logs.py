"""Log records that can be followed from a request into the tasks that it caused, and that never show a secret."""

from __future__ import annotations

import copy
import json
import logging
import re
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any, cast
from urllib.parse import urlsplit

import sentry_sdk
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pythonjsonlogger.json import JsonFormatter
from sentry_sdk.types import Event, Hint
from sentry_sdk.utils import BadDsn

request_id: ContextVar[str] = ContextVar("request_id", default="-")
task_id: ContextVar[str] = ContextVar("task_id", default="-")

REMOVED = "[removed]"
SECRET_SETTINGS = ("SECRET_KEY", "SOCIAL_AUTH_MEDIAWIKI_SECRET", "METRICS_TOKEN")
URLS_WITH_PASSWORDS = ("DATABASE_URL", "LEGACY_DATABASE_URL", "REDIS_URL", "SENTRY_DSN")
MAX_TEXT, KEPT_END = 32_000, 8_000  # of a message or traceback; what is longer keeps its beginning and its end
MIN_SECRET = 6  # shorter ones would blank out innocent words
# None of them looks at a character more than a few times, however long the text: each begins at a fixed word.
PATTERNS = (
    re.compile(r"(?P<keep>://[^\s/:@'\"]*:)(?P<secret>[^\s/@]+)(?=@)"),
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
    long_enough = {secret for secret in found if len(secret) >= MIN_SECRET}
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


def redact_event(event: dict[str, Any]) -> dict[str, Any]:
    """An event for the error reporter, with every text in it redacted."""

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            return shortened(redact(value))
        if isinstance(value, dict):
            return {key: clean(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [clean(item) for item in value]
        return value

    return {key: clean(value) for key, value in event.items()}


def report_errors(*, dsn: str, environment: str) -> None:
    """Send errors to Sentry at `dsn`, where one is set. Raises ImproperlyConfigured for one that Sentry does not take."""
    if not dsn:
        return
    try:
        sentry_sdk.init(  # personal data are left out where nothing else is said
            dsn=dsn,
            include_local_variables=False,
            before_send=_redacted,
            environment=environment,
        )
    except BadDsn as error:
        raise ImproperlyConfigured(
            f"SENTRY_DSN is not one that Sentry gives out ({error}): copy it from the project's settings, or remove it"
        ) from error


def _redacted(event: Event, hint: Hint) -> Event:
    return cast(Event, redact_event(cast(dict[str, Any], event)))


def shortened(text: str) -> str:
    """`text`, without its middle where it is longer than anybody reads."""
    left_out = len(text) - MAX_TEXT
    if left_out <= 0:
        return text
    return f"{text[: MAX_TEXT - KEPT_END]} [{left_out} characters left out] {text[-KEPT_END:]}"


class _Safe(logging.Formatter):
    """What both forms do to each record. Secrets go first: half a secret at a cut would not be recognized."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if len(message) > MAX_TEXT:
            record = copy.copy(record)
            record.msg, record.args = shortened(redact(message)), None
        return redact(super().format(record))

    def formatException(self, ei: Any) -> str:
        return shortened(redact(super().formatException(ei)))


class LineFormatter(_Safe):
    """One event, one line: what people typed cannot begin a line of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = _CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode(), record.message)
        return super().formatMessage(record)


class JsonLinesFormatter(_Safe, JsonFormatter):
    """One JSON object per line."""
