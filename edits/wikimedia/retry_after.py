"""The Retry-After header in both of its forms (RFC 9110, section 10.2.3)."""

from __future__ import annotations

import datetime as dt
import re
from email.utils import parsedate_to_datetime

NUMBER = re.compile(r"-?[0-9]+")
MIN_SECONDS, MAX_SECONDS = 1.0, 3600.0
WITHOUT_HEADER = 60.0  # what to wait when a 429 does not say


def parse_retry_after(value: str | None, *, now: dt.datetime) -> float:
    """Seconds to wait, from a number of seconds or an HTTP date, kept between one second and one hour.

    Wikimedia has been seen to send very large values; a rubbish value counts as none, which means a minute.
    """
    return min(max(_seconds(value, now=now), MIN_SECONDS), MAX_SECONDS)


def _seconds(value: str | None, *, now: dt.datetime) -> float:
    text = (value or "").strip()
    if NUMBER.fullmatch(text):
        return float(text)  # infinite where it has hundreds of digits: clamped like any other
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=dt.UTC)
        return (moment - now).total_seconds()
    except (ValueError, OverflowError):
        return WITHOUT_HEADER
