"""The answers of AQS and of the SiteMatrix, as the contract has them (docs/adr/0010)."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from typing import Any

from tests.replay.data import ALL, LEVELS, short_name
from tests.replay.state import ReplayState

NO_DATA = (
    "The date(s) you used are valid, but we either do not have data for those date(s), or the project you asked for is "
    "not loaded yet. Please check documentation for more information"
)
NO_CONTACT = "Please set a user-agent and respect our robot policy https://w.wiki/4wJS.   See also T400119.\n"
ROUTE = re.compile(
    r"/metrics/(?P<kind>edits|editors)/aggregate/(?P<project>[^/]+)/(?P<editor_type>[^/]+)/(?P<page_type>[^/]+)"
    r"(?:/(?P<level>[^/]+))?/(?P<granularity>daily|monthly)/(?P<start>[^/]+)/(?P<end>[^/]+)"
)
EDITOR_TYPES = {ALL, "anonymous", "group-bot", "name-bot", "user"}
PAGE_TYPES = {"all-page-types", "content", "non-content"}


@dataclass
class Reply:
    status: int
    body: bytes
    content_type: str = "application/json; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


def json_reply(body: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(body, separators=(",", ":")).encode())


def problem(status: int, title: str, detail: str, path: str) -> Reply:
    body = {"detail": detail, "method": "get", "status": status, "title": title, "type": "about:blank", "uri": path}
    return Reply(status, json.dumps(body).encode(), "application/problem+json")


def answer(state: ReplayState, path: str, agent: str) -> Reply:
    """The answer to a GET of `path` (no query) by a client that calls itself `agent`."""
    if "@" not in agent and "http" not in agent:
        return Reply(403, NO_CONTACT.encode(), "text/plain")
    if path.endswith("/api.php"):
        return json_reply(state.data.sitematrix)
    return metrics(state, path)


def metrics(state: ReplayState, path: str) -> Reply:
    """An answer of AQS: whole months only, `end` exclusive, months of zero left out, 404 when nothing remains."""
    match = ROUTE.fullmatch(path)
    if match is None or match["granularity"] != "monthly" or (match["kind"] == "editors") != (match["level"] is not None):
        return problem(404, "Not Found", "Invalid route", path)
    if match["editor_type"] not in EDITOR_TYPES or match["page_type"] not in PAGE_TYPES:
        return problem(400, "Bad Request", "Invalid editor-type or page-type", path)
    if match["level"] not in {None, *LEVELS, "1..4-edits", "all-activity-levels"}:
        return problem(400, "Bad Request", "Invalid activity-level", path)
    start, end = _day(match["start"]), _day(match["end"])
    for name, day in (("start", start), ("end", end)):
        if day is None:
            return problem(400, "Bad Request", f"{name} timestamp is invalid, must be a valid date in YYYYMMDD format", path)
    assert start is not None
    assert end is not None
    # The first month is the one that begins on `start` or next after it.
    first, beyond = _month(start if start.day == 1 else start.replace(day=1) + dt.timedelta(days=31)), _month(end)
    if first >= beyond:
        return problem(400, "Bad Request", "no full months found in specified date range", path)
    return _counts(state, match, first, beyond, path)


def _counts(state: ReplayState, match: re.Match[str], first: str, beyond: str, path: str) -> Reply:
    project = short_name(match["project"])
    parts = (match["kind"], match["editor_type"], match["page_type"], match["level"])
    slice_ = tuple(part for part in parts if part is not None)
    series = dict(state.data.series.get((project, slice_), {}))
    if slice_ == ("edits", ALL, "content"):
        series |= state.revisions.get(project, {})
    published = state.newest_month
    rows = [
        {"timestamp": f"{month}-01T00:00:00.000Z", match["kind"]: count}
        for month, count in sorted(series.items())
        if first <= month < beyond and month <= published and count
    ]
    if not rows:
        return problem(404, "Not Found", NO_DATA, path)
    item = {"project": project, "editor-type": match["editor_type"], "page-type": match["page_type"]}
    if match["level"]:
        item["activity-level"] = match["level"]
    return json_reply({"items": [{**item, "granularity": "monthly", "results": rows}]})


def _day(text: str) -> dt.date | None:
    """YYYYMMDD, or YYYYMMDDHH whose hour does not matter."""
    if not re.fullmatch(r"\d{8}(\d{2})?", text):
        return None
    try:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def _month(day: dt.date) -> str:
    return f"{day:%Y-%m}"
