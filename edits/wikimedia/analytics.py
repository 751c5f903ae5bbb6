"""Series of counts from the Wikimedia Analytics API (AQS), by month or by day.

What is known of its contract, and what follows from a month that it leaves out, is in docs/adr/0004.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from edits.months import add_months, month_of
from edits.records import BadRecord, check_count
from edits.wikimedia.errors import BadPayload, NoData
from edits.wikimedia.session import Session


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a metric is asked for: `path` takes the project and the parts of a slice, and ends with `monthly` or `daily`.

    Counts stand in `value_field`; where they are `signed` they may be negative (a difference in bytes).
    `slice_names` are the parts in the order of the metric's slice fields, `fixed` those that are the same for all slices.
    """

    path: str
    slice_names: tuple[str, ...]
    value_field: str
    fixed: tuple[tuple[str, str], ...] = ()
    signed: bool = False

    @property
    def granularity(self) -> str:
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Answer:
    """What AQS said about one slice of one metric of one project.

    `counts` holds the months (or days) it named; of the others from `first` to `last` it said nothing. `loaded` is False
    when it answered 404: the project may be unknown to it, or all its months zero.
    """

    slice: tuple[str, ...]
    first: dt.date
    last: dt.date
    counts: Mapping[dt.date, int]
    loaded: bool = True


@dataclass(frozen=True, slots=True)
class Bucket:
    """What one count is of: `start` reads its first day, `beyond` is the first day after it."""

    start: Callable[[Any, str], dt.date]
    beyond: Callable[[dt.date], dt.date]


def fetch_counts(
    session: Session, *, endpoint: Endpoint, domain: str, slice_: tuple[str, ...], first: dt.date, last: dt.date
) -> Answer:
    """The counts of the whole months (or days, as the endpoint has it) `first` to `last`, both included, in one request.

    Raises what Session.get_json raises but for NoData, which is an answer without counts. An answer with anything wrong
    in it is refused as a whole (BadPayload), with the path of the wrong field.
    """
    values = dict(endpoint.fixed) | dict(zip(endpoint.slice_names, slice_, strict=True))
    path = endpoint.path.format_map({"project": quote(domain, safe=""), **values})
    # `end` is exclusive: the first day after the last month or day.
    url = f"{session.config.analytics_url}/{path}/{first:%Y%m%d}/{BUCKETS[endpoint.granularity].beyond(last):%Y%m%d}"
    try:
        payload = session.get_json(url)
    except NoData:
        return Answer(slice=slice_, first=first, last=last, counts={}, loaded=False)
    expected = {"project": short_name(domain), "granularity": endpoint.granularity, **values}
    counts = parse_counts(
        payload, expected=expected, value_field=endpoint.value_field, first=first, last=last, signed=endpoint.signed
    )
    return Answer(slice=slice_, first=first, last=last, counts=counts)


def parse_counts(
    payload: Any,
    *,
    expected: Mapping[str, str],
    value_field: str,
    first: dt.date,
    last: dt.date,
    signed: bool = False,
) -> dict[dt.date, int]:
    """The counts by month or day in an answer of AQS, or BadPayload with the path of the first field that is wrong."""
    bucket = BUCKETS[expected["granularity"]]
    counts: dict[dt.date, int] = {}
    for i, result in enumerate(results_of(payload, expected=expected)):
        path = f"items[0].results[{i}]"
        if not isinstance(result, dict):
            raise BadPayload(f"{path} is not an object", str(result))
        start = bucket.start(result.get("timestamp"), f"{path}.timestamp")
        if start in counts:
            raise BadPayload(f"{path}.timestamp: {_named(start, bucket)} appears twice in the answer", str(result))
        if bucket is DAY and start == bucket.beyond(last):
            continue  # whether the last day is included is not said the same everywhere (docs/adr/0004)
        if not first <= start <= last:
            asked = f"{_named(first, bucket)} to {_named(last, bucket)}"
            raise BadPayload(f"{path}.timestamp: {_named(start, bucket)} was not asked for ({asked})", str(result))
        counts[start] = count_of(result.get(value_field), f"{path}.{value_field}", signed=signed)
    return counts


def results_of(payload: Any, *, expected: Mapping[str, str]) -> list[Any]:
    """The results of the one item of an answer, which must echo what was asked (`expected`); else BadPayload."""
    items = _list(payload, "items", "the answer")
    if len(items) != 1:
        raise BadPayload(f"items has {len(items)} members instead of one", str(payload))
    results = _list(items[0], "results", "items[0]")
    for name, value in expected.items():
        if items[0].get(name) != value:
            raise BadPayload(f"items[0].{name} is {items[0].get(name)!r} instead of {value!r}", str(payload))
    return results


def short_name(domain: str) -> str:
    """How AQS echoes a project: `en.wikipedia`, `commons.wikimedia`, `wikidata`."""
    return domain.lower().removeprefix("www.").removesuffix(".org")


def count_of(value: Any, path: str, *, signed: bool = False) -> int:
    """A count from an answer; where it is `signed` it may be negative."""
    try:
        check_count(abs(value) if signed and isinstance(value, int) and not isinstance(value, bool) else value, where=path)
    except BadRecord as error:
        raise BadPayload(str(error), repr(value)) from error
    count: int = value
    return count


def _day(value: Any, path: str) -> dt.date:
    """The day, in UTC, that a bucket is of."""
    try:
        moment = dt.datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            moment = moment.astimezone(dt.UTC)
    except (TypeError, ValueError, OverflowError):  # the last one: beyond the year 1 or 9999 in UTC
        raise BadPayload(f"{path}: {value!r} is not an ISO 8601 time") from None
    if (moment.hour, moment.minute, moment.second, moment.microsecond) != (0, 0, 0, 0):
        raise BadPayload(f"{path}: {value!r} is not the start of a day in UTC")
    return moment.date()


def _month(value: Any, path: str) -> dt.date:
    """The calendar month, in UTC, in which a bucket starts."""
    day = _day(value, path)
    if day.day != 1:
        raise BadPayload(f"{path}: {value!r} is not the start of a month in UTC")
    return month_of(day)


def _named(start: dt.date, bucket: Bucket) -> str:
    return f"{start:%Y-%m}" if bucket is MONTH else f"{start:%Y-%m-%d}"


def _list(container: Any, key: str, path: str) -> list[Any]:
    value = container.get(key) if isinstance(container, dict) else None
    if not isinstance(value, list):
        raise BadPayload(f"{path} has no list {key!r}", str(container))
    return value


MONTH = Bucket(_month, lambda month: add_months(month, 1))
DAY = Bucket(_day, lambda day: day + dt.timedelta(days=1))
BUCKETS: Mapping[str, Bucket] = {"monthly": MONTH, "daily": DAY}
