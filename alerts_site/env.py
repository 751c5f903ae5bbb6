"""Strict readers of environment variables: rubbish stops the start with a message that names variable, value and remedy."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


def env_str(name: str, default: str = "") -> str:
    """The variable's text without surrounding blanks; an empty one counts as not set.

    For secrets, NAME_FILE may name a file that holds the text.
    """
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE={path!r} cannot be read: {error.strerror}") from error
    return os.environ.get(name, "").strip() or default


def env_bool(name: str, default: bool) -> bool:
    raw = env_str(name).lower()
    if not raw:
        return default
    if raw in TRUE | FALSE:
        return raw in TRUE
    raise ImproperlyConfigured(f"{name} must be true or false, not {raw!r}")


def env_int(name: str, default: int, *, minimum: int | None = None, maximum: int | None = None) -> int:
    raw = env_str(name)
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}") from None
    if minimum is not None and value < minimum:
        raise ImproperlyConfigured(f"{name} must be at least {minimum}, not {value}")
    if maximum is not None and value > maximum:
        raise ImproperlyConfigured(f"{name} must be at most {maximum}, not {value}")
    return value


def env_url(name: str, default: str = "", *, schemes: tuple[str, ...] = ("https", "http")) -> str:
    """An absolute address of one of `schemes`; what is wrong with another one is said without the password in it."""
    raw = env_str(name, default)
    if not raw:
        return ""
    try:
        parts = urlsplit(raw)
        sound = parts.scheme in schemes and bool(parts.hostname or parts.scheme == "sqlite") and (parts.port or 1) > 0
    except ValueError:
        sound = False
    if not sound:
        raise ImproperlyConfigured(
            f"{name} must be an address that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}; in its "
            "user name and password, characters other than letters and digits are written as %XX"
        )
    return raw


def env_date(name: str) -> dt.date | None:
    """A day as YYYY-MM-DD; None when not set."""
    raw = env_str(name)
    try:
        return dt.date.fromisoformat(raw) if raw else None
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a day such as 2022-12-10, not {raw!r}") from None


def env_list(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A comma-separated list; empty parts are dropped."""
    raw = env_str(name)
    return [part.strip() for part in raw.split(",") if part.strip()] if raw else list(default)


def env_choice(name: str, choices: tuple[str, ...]) -> str:
    """One of `choices`; the first is the default."""
    raw = env_str(name, choices[0])
    if raw not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {raw!r}")
    return raw
