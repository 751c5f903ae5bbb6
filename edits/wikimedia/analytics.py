"""Monthly counts from the Wikimedia Analytics API (AQS).

What is known of its contract, and what follows from a month that it leaves out, is in docs/adr/0010.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from edits.months import add_months, month_of
from edits.records import BadRecord, check_count
from edits.wikimedia.errors import BadPayload, NoData
from edits.wikimedia.session import Session


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a metric is asked for: `path` takes the project and the parts of a slice; counts stand in `value_field`."""

    path: str
    slice_names: tuple[str, ...]
    value_field: str
    fixed: tuple[tuple[str, str], ...] = ()


# The order of `slice_names` is that of the metric's slices in edits.metrics.
ENDPOINTS: dict[str, Endpoint] = {
    "edits": Endpoint(
        path="edits/aggregate/{project}/{editor-type}/{page-type}/monthly",
        slice_names=("page-type", "editor-type"),
        value_field="edits",
    ),
    "active_editors": Endpoint(
        path="editors/aggregate/{project}/{editor-type}/{page-type}/{activity-level}/monthly",
        slice_names=("activity-level",),
        value_field="editors",
        fixed=(("editor-type", "all-editor-types"), ("page-type", "content")),
    ),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What AQS said about one slice of one metric of one project.

    `counts` holds the months it named; of the other months from `first` to `last` it said nothing. `loaded` is False
    when it answered 404: the project may be unknown to it, or all its months zero.
    """

    slice: tuple[str, ...]
    first: dt.date
    last: dt.date
    counts: Mapping[dt.date, int]
    loaded: bool = True


def fetch_counts(
    session: Session, *, domain: str, metric: str, slice_: tuple[str, ...], first: dt.date, last: dt.date
) -> Answer:
    """The counts of the whole months `first` to `last`, both included, in one request.

    Raises what Session.get_json raises but for NoData, which is an answer without counts. An answer with anything wrong
    in it is refused as a whole (BadPayload), with the path of the wrong field.
    """
    endpoint = ENDPOINTS[metric]
    values = dict(endpoint.fixed) | dict(zip(endpoint.slice_names, slice_, strict=True))
    path = endpoint.path.format_map({"project": quote(domain, safe=""), **values})
    # `end` is exclusive for months: the first day of the month after the last one.
    url = f"{session.config.analytics_url}/{path}/{first:%Y%m%d}/{add_months(last, 1):%Y%m%d}"
    try:
        payload = session.get_json(url)
    except NoData:
        return Answer(slice=slice_, first=first, last=last, counts={}, loaded=False)
    expected = {"project": short_name(domain), "granularity": "monthly", **values}
    counts = parse_counts(payload, expected=expected, value_field=endpoint.value_field, first=first, last=last)
    return Answer(slice=slice_, first=first, last=last, counts=counts)


def parse_counts(
    payload: Any, *, expected: Mapping[str, str], value_field: str, first: dt.date, last: dt.date
) -> dict[dt.date, int]:
    """The counts by month in an answer of AQS, or BadPayload with the path of the first field that is wrong."""
    items = _list(payload, "items", "the answer")
    if len(items) != 1:
        raise BadPayload(f"items has {len(items)} members instead of one", str(payload))
    item = items[0]
    results = _list(item, "results", "items[0]")
    for name, value in expected.items():
        if item.get(name) != value:
            raise BadPayload(f"items[0].{name} is {item.get(name)!r} instead of {value!r}", str(payload))
    counts: dict[dt.date, int] = {}
    for i, result in enumerate(results):
        path = f"items[0].results[{i}]"
        if not isinstance(result, dict):
            raise BadPayload(f"{path} is not an object", str(result))
        month = _month(result.get("timestamp"), f"{path}.timestamp")
        if month in counts:
            raise BadPayload(f"{path}.timestamp: {month:%Y-%m} stands twice in the answer", str(result))
        if not first <= month <= last:
            raise BadPayload(f"{path}.timestamp: {month:%Y-%m} was not asked for ({first:%Y-%m} to {last:%Y-%m})", str(result))
        counts[month] = _count(result.get(value_field), f"{path}.{value_field}")
    return counts


def short_name(domain: str) -> str:
    """How AQS echoes a project: `en.wikipedia`, `commons.wikimedia`, `wikidata`."""
    return domain.lower().removeprefix("www.").removesuffix(".org")


def _count(value: Any, path: str) -> int:
    try:
        check_count(value, where=path)
    except BadRecord as error:
        raise BadPayload(str(error), repr(value)) from error
    count: int = value
    return count


def _month(value: Any, path: str) -> dt.date:
    """The calendar month, in UTC, in which a bucket starts."""
    try:
        moment = dt.datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            moment = moment.astimezone(dt.UTC)
    except (TypeError, ValueError, OverflowError):  # the last one: beyond the year 1 or 9999 in UTC
        raise BadPayload(f"{path}: {value!r} is not an ISO 8601 time") from None
    if (moment.day, moment.hour, moment.minute, moment.second, moment.microsecond) != (1, 0, 0, 0, 0):
        raise BadPayload(f"{path}: {value!r} is not the start of a month in UTC")
    return month_of(moment.date())


def _list(container: Any, key: str, path: str) -> list[Any]:
    value = container.get(key) if isinstance(container, dict) else None
    if not isinstance(value, list):
        raise BadPayload(f"{path} has no list {key!r}", str(container))
    return value
