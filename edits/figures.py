"""Numbers, months, days and counts as people read them, in their language, by CLDR: alike on pages, in mails and in feeds."""

from __future__ import annotations

import datetime as dt
import math
from functools import cache, lru_cache

from babel import dates, numbers
from django.utils import timezone
from django.utils.translation import npgettext

from curation.language import isolated, locale_of, reader
from edits.metrics import METRICS

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
MAX_PER_CENT = 9_999
# The zeros of the systems of digits that CLDR names; the other nine follow it. Babel knows the systems, not the digits.
ZEROS = {
    "adlm": "\U0001e950", "arab": "\u0660", "arabext": "\u06f0", "beng": "\u09e6", "cakm": "\U00011136", "deva": "\u0966",
    "hmnp": "\U0001e140", "mtei": "\uabf0", "mymr": "\u1040", "nkoo": "\u07c0", "olck": "\u1c50", "tibt": "\u0f20",
}  # fmt: skip


def in_digits(text: str, language: str) -> str:
    """`text` with the digits of `language`."""
    return text.translate(_digits(language))


@cache
def _digits(language: str) -> dict[int, str]:
    zero = ZEROS.get(locale_of(language).default_numbering_system)
    return {ord("0") + value: chr(ord(zero) + value) for value in range(10)} if zero else {}


def number(value: float | None, places: int = 0) -> str:
    """`9,579` by the reader's locale, with its digits; a dash for what is not known."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return DASH
    language = reader()
    group = "" if places else _group(language)
    if group:
        return f"{round(value):,}".replace("-", MINUS).replace(",", group)
    return _number(round(value, places) if places else round(value), places, language)


@cache
def _group(language: str) -> str:
    """The sign between groups of three, where that is all that the language has of its own; else nothing.

    Such numbers are written a hundred times as fast as others: charts have hundreds.
    """
    locale = locale_of(language)
    plain = numbers.format_decimal(1_234_567, locale=locale, numbering_system="default")
    sign = plain[1:2]
    return sign if plain == f"1{sign}234{sign}567" and not _digits(language) else ""


@lru_cache(maxsize=16_384)
def _number(value: float, places: int, language: str) -> str:
    locale = locale_of(language)
    form = f"{locale.decimal_formats[None].pattern.partition('.')[0]}{'.' if places else ''}{'0' * places}"
    written = numbers.format_decimal(abs(value), form, locale, numbering_system="default")
    return in_digits(f"{MINUS}{written}" if value < 0 else written, language)


def estimate(value: float) -> str:
    """A value of a model, such as what was expected: `7,900`, and with one decimal below 10: `4.2`."""
    return number(value, 1 if abs(value) < 10 and round(value, 1) != round(value) else 0)


def signed(value: float | None) -> str:
    """`+6,563` or `−120`."""
    return isolated(_with_sign(value))


def _with_sign(value: float | None) -> str:
    shown = number(value)
    return f"+{shown}" if value is not None and value > 0 else shown


def size(value: float | None) -> float | None:
    """Without its sign."""
    return None if value is None else abs(value)


def percent(value: float | None) -> str:
    """A share of 0 to 1 as `22%`."""
    if value is None:
        return DASH
    # Rounded down: 213 of 214 is not all of them.
    return isolated(_per_cent(number(math.floor(100 * value + 1e-9))))


def change(value: float | None) -> str:
    """A percentage difference as `+218%`; beyond 9,999 %, which nobody can picture, as `151 times`."""
    if value is None:
        return DASH
    if value > MAX_PER_CENT:
        return times(value)
    return isolated(_per_cent(_with_sign(value)))


def unsigned_change(value: float) -> str:
    """A percentage difference without its sign: `89%` for −88.6."""
    return isolated(_per_cent(number(abs(value))))


def _per_cent(figure: str) -> str:
    before, after = _around_per_cent(reader())
    return f"{before}{figure}{after}"


@cache
def _around_per_cent(language: str) -> tuple[str, str]:
    """What stands before and after a percentage: `%`, or a space and `%`."""
    locale = locale_of(language)
    hundred = numbers.format_decimal(100, locale=locale, numbering_system="default")
    before, _figure, after = numbers.format_percent(1, locale=locale, numbering_system="default").partition(hundred)
    sign = locale.number_symbols.get(locale.default_numbering_system, {}).get("percentSign", "%")
    return before.replace("%", sign), after.replace("%", sign)


def times(difference: float) -> str:
    """A percentage difference above what was expected as a multiple of it: `151 times` for 15,000 %."""
    multiple = round(1 + difference / 100)
    return npgettext("what was expected", "%(number)s time", "%(number)s times", multiple) % {"number": number(multiple)}


def month(value: dt.date | None) -> str:
    """`November 2022`, in the form that stands alone: the nominative."""
    return _by_skeleton(value, "yMMMM", reader()) if value else DASH


def short_month(value: dt.date | None) -> str:
    """`Nov 2022`."""
    return _by_skeleton(value, "yMMM", reader()) if value else DASH


def name_of_month(number_of_month: int) -> str:
    """`November`."""
    return str(locale_of(reader()).months["stand-alone"]["wide"][number_of_month])


def short_name_of_month(number_of_month: int) -> str:
    """`Nov`."""
    return str(locale_of(reader()).months["stand-alone"]["abbreviated"][number_of_month])


def day(value: dt.date | None) -> str:
    """`5 November 2022`; of a moment, the day that it is where the reader is."""
    return _date(_there(value), reader()) if value else DASH


def days_of_month(first: dt.date, last: dt.date) -> str:
    """`Mar 4 – 9`, or `Mar 4` where both are the same day."""
    language = reader()
    if first == last:
        return _by_skeleton(first, "MMMd", language)
    return in_digits(dates.format_interval(first, last, "MMMd", locale=locale_of(language)), language)


def moment(value: dt.datetime | None) -> str:
    """`5 November 2022, 14:30`, by the clock of the reader."""
    if value is None:
        return DASH
    locale, there = locale_of(reader()), timezone.localtime(value)
    pattern = str(dates.get_datetime_format("medium", locale))  # such as "{1}, {0}"
    return pattern.format(in_digits(dates.format_time(there, "short", locale=locale), reader()), day(value))


def _there(value: dt.date) -> dt.date:
    return timezone.localtime(value).date() if isinstance(value, dt.datetime) else value


@lru_cache(maxsize=4096)
def _by_skeleton(value: dt.date, skeleton: str, language: str) -> str:
    """Remembered: a chart names some hundred months, and all charts name the same."""
    return in_digits(dates.format_skeleton(skeleton, value, locale=locale_of(language)), language)


@lru_cache(maxsize=4096)
def _date(value: dt.date, language: str) -> str:
    return in_digits(dates.format_date(value, "long", locale=locale_of(language)), language)


def counted(value: int, metric_name: str) -> str:
    """`9,579 edits`: the number with its unit, in the right plural."""
    metric = METRICS.get(metric_name)  # None: of a newer version
    return metric.unit(value) % {"count": number(value)} if metric else number(value)
