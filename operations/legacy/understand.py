"""What a row of the original tool says; pure."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edits.months import FIRST_MONTH, add_months
from edits.records import MAX_COUNT


class NotUnderstood(ValueError):
    """The row says nothing that could be stored; the message is the reason, the same for all rows of the kind."""


@dataclass(frozen=True, slots=True)
class OldAlert:
    """A row of community_alerts or editor_alerts. What was no number in it is None."""

    domain: str
    month: dt.date
    count: int
    rolling_mean: float | None
    threshold: float | None
    percentage_difference: float | None
    label: str


def understand_month(value: Any, *, newest: dt.date) -> dt.date:
    """The month of a `timestamp`, which is the start of its month; `newest` is the last one that is over."""
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            raise NotUnderstood("the timestamp is not a date") from None
    if not isinstance(value, dt.date):
        raise NotUnderstood("the timestamp is missing")
    moment = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
    if (moment.day, moment.time()) != (1, dt.time()):
        raise NotUnderstood("the timestamp is not the start of a month")
    month = moment.date()
    if month == add_months(newest, 1):
        raise NotUnderstood("the month is not over: what was counted of it is a part")
    if not FIRST_MONTH <= month <= newest:
        raise NotUnderstood("the month is older than Wikipedia, or has not begun")
    return month


def understand_moment(value: Any) -> dt.datetime | None:
    """A moment in UTC, as the original wrote them; None for what is none."""
    try:
        moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return None
    return moment.replace(tzinfo=dt.UTC) if isinstance(moment, dt.datetime) else None


def understand_count(value: Any) -> int:
    """A whole number from 0."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_COUNT:
        raise NotUnderstood("the count is not a whole number from 0")
    return value


def understand_number(value: Any) -> float | None:
    """A number, or None for what is none: NULL, NaN, infinite. The original stored NaN where the mean was 0."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


class Domains:
    """Which project is meant by a name with or without `.org`, `www.` or `https://`, and by a former domain."""

    def __init__(self, known: Mapping[str, str]) -> None:
        """`known`: each current and former domain, with the current one."""
        self.known = known

    def understand(self, name: Any) -> str:
        text = str(name or "").strip().lower().removeprefix("https://").removeprefix("http://").rstrip("/")
        for candidate in (text, f"{text}.org", f"www.{text}", f"www.{text}.org"):
            if candidate in self.known:
                return self.known[candidate]
        raise NotUnderstood("no such project is known here")


def understand_alert(row: Mapping[str, Any], count_column: str, domains: Domains, *, newest: dt.date) -> OldAlert:
    """Raises NotUnderstood, also for what the original took for a peak by mistake: nothing on top of nothing."""
    alert = OldAlert(
        domain=domains.understand(row["project"]),
        month=understand_month(row["timestamp"], newest=newest),
        count=understand_count(row[count_column]),
        rolling_mean=understand_number(row.get("rolling_mean")),
        threshold=understand_number(row.get("threshold")),
        percentage_difference=understand_number(row.get("percentage_difference")),
        label=str(row.get("label") or "").strip(),
    )
    if alert.count == 0 and not alert.rolling_mean and not alert.label:
        raise NotUnderstood("a count of 0 after months of 0 is no peak")
    return alert
