"""When a message is due: by the data and by what was sent before, never by the age of an alert.

A period is a name that grows: the month that most wikis have reported, the week of the reader's calendar, or a number. The
database holds each at most once for each address, so a second plan, a clock set back or a doubled beat finds it taken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from subscriptions.models import Cadence

MORNING = dt.timedelta(hours=8)  # a weekly digest comes on Monday from eight o'clock on, by the reader's clock
TOGETHER = dt.timedelta(hours=1)  # what is raised within an hour is one message


@dataclass(frozen=True, slots=True)
class Moment:
    """What a plan knows of the time: `now` (aware), and the newest month that most wikis have reported."""

    now: dt.datetime
    newest: dt.date | None
    fetching: bool = False  # counts of the newest month are arriving: a digest waits until they are all there


@dataclass(frozen=True, slots=True)
class Last:
    """The last message of the same cadence to the same address."""

    period: str
    planned_at: dt.datetime


def _monthly(moment: Moment, last: Last | None, zone: str) -> str | None:
    if moment.newest is None or moment.fetching:
        return None
    return f"{moment.newest:%Y-%m}"


def _weekly(moment: Moment, last: Last | None, zone: str) -> str | None:
    year, week, _day = (moment.now.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - MORNING).isocalendar()
    return f"{year}-W{week:02}"


def _immediately(moment: Moment, last: Last | None, zone: str) -> str | None:
    if last is None:
        return f"{1:08}"
    # A time stamp of the future is from before the clock was set back: it holds nothing up.
    if dt.timedelta() <= moment.now - last.planned_at < TOGETHER:
        return None
    return f"{int(last.period) + 1:08}"


PERIODS: dict[Cadence, Callable[[Moment, Last | None, str], str | None]] = {
    Cadence.IMMEDIATELY: _immediately,
    Cadence.WEEKLY: _weekly,
    Cadence.MONTHLY: _monthly,
}


def due(cadence: Cadence | str, moment: Moment, last: Last | None, *, zone: str = "UTC") -> str | None:
    """The period of the message that is due now; None when none is, or when a later period had its message already."""
    period = PERIODS[Cadence(cadence)](moment, last, zone)
    return None if period is None or (last is not None and period <= last.period) else period
