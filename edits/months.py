"""Calendar arithmetic on months. A month is the `date` of its first day, UTC."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator

FIRST_MONTH = dt.date(2001, 1, 1)  # Wikipedia began in January 2001: nothing was counted before


def month_of(day: dt.date) -> dt.date:
    """The month that holds `day`."""
    return dt.date(day.year, day.month, 1)


def add_months(month: dt.date, count: int) -> dt.date:
    """The month `count` months after `month` (before, when negative)."""
    return from_index(to_index(month) + count)


def to_index(month: dt.date) -> int:
    """Months since January of year 0: consecutive months have consecutive indices."""
    return month.year * 12 + month.month - 1


def from_index(index: int) -> dt.date:
    return dt.date(index // 12, index % 12 + 1, 1)


def month_range(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Each month from `first` to `last`, both included."""
    return (from_index(index) for index in range(to_index(first), to_index(last) + 1))


def last_complete_month(today: dt.date) -> dt.date:
    """The newest month that has ended by `today`."""
    return add_months(month_of(today), -1)


def days_in(month: dt.date) -> int:
    return calendar.monthrange(month.year, month.month)[1]


def parse_month(text: str) -> dt.date:
    """`2010-12` as a month; ValueError says what was wrong."""
    year, separator, number = text.partition("-")
    if separator and len(year) == 4 and len(number) == 2 and year.isascii() and number.isascii():
        try:
            return dt.date(int(year), int(number), 1)
        except ValueError:
            pass
    raise ValueError(f"{text!r} is not a month: write it as YYYY-MM, such as 2010-12")
