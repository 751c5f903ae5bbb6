"""The answers of AQS and of the SiteMatrix, as the contract has them (docs/adr/0004)."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from causes.case_files.contents import ENDPOINTS
from edits.metrics import METRICS
from edits.wikimedia.analytics import Endpoint
from tests.replay.data import short_name, slice_key
from tests.replay.details import daily_series, monthly_series, top_list, wiki_answer
from tests.replay.state import ReplayState

NO_DATA = (
    "The date(s) you used are valid, but we either do not have data for those date(s), or the project you asked for is "
    "not loaded yet. Please check documentation for more information"
)
NO_CONTACT = "Please set a user-agent and respect our robot policy https://w.wiki/4wJS.   See also T400119.\n"
PARTS = {
    "editor-type": {"all-editor-types", "anonymous", "group-bot", "name-bot", "user"},
    "page-type": {"all-page-types", "content", "non-content"},
    "activity-level": {"all-activity-levels", "1..4-edits", "5..24-edits", "25..99-edits", "100..-edits"},
}
TOPS = re.compile(
    r"/metrics/(?P<subject>editors|edited-pages)/top-by-edits/(?P<domain>[^/]+)/(?P<kind>[^/]+)/(?P<pages>[^/]+)"
    r"/(?P<year>[^/]+)/(?P<month>[^/]+)/all-days"
)


@cache
def _route(endpoint: Endpoint) -> re.Pattern[str]:
    """The addresses of an endpoint, with a group for each part (`editor_type`), and for `start` and `end`."""
    path = re.sub(r"\{([a-z-]+)\}", lambda part: f"(?P<{part[1].replace('-', '_')}>[^/]+)", endpoint.path)
    return re.compile(f"/metrics/{path}/(?P<start>[^/]+)/(?P<end>[^/]+)")


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


def answer(state: ReplayState, path: str, agent: str, query: str = "") -> Reply:
    """The answer to a GET of `path` by a client that calls itself `agent`."""
    if "@" not in agent and "http" not in agent:
        return Reply(403, NO_CONTACT.encode(), "text/plain")
    if path in state.pages:
        page = state.pages[path]
        return Reply(200, page, "application/octet-stream") if isinstance(page, bytes) else json_reply(page)
    if path.startswith("/event_registration/"):
        said = {"messageTranslations": {"en": "The event does not exist."}, "httpCode": 404, "httpReason": "Not Found"}
        return json_reply(said, 404)
    if path.endswith("/api.php") and "action=query" in query:
        return json_reply({"batchcomplete": True, "query": wiki_answer(path.split("/")[1], dict(parse_qsl(query)))})
    if path.endswith("/api.php"):
        return json_reply(state.data.sitematrix)
    return metrics(state, path)


def metrics(state: ReplayState, path: str) -> Reply:
    """An answer of AQS: whole months or days, `end` exclusive, zeros left out, 404 when nothing remains; or a top list."""
    if listed := TOPS.fullmatch(path):
        return _top(state, **listed.groupdict(), path=path)
    asked = [metric.endpoint for metric in METRICS.values() if metric.endpoint]
    found = ((each, match) for each in (*asked, *ENDPOINTS) if (match := _route(each).fullmatch(path)))
    endpoint, match = next(found, (None, None))
    if endpoint is None or match is None:
        return problem(404, "Not Found", "Invalid route", path)
    parts = {name: value for name in PARTS if (value := match.groupdict().get(name.replace("-", "_"))) is not None}
    for name, value in parts.items():
        if value not in PARTS[name]:
            return problem(400, "Bad Request", f"Invalid {name}", path)
    start, end = _day(match["start"]), _day(match["end"])
    for name, day in (("start", start), ("end", end)):
        if day is None:
            return problem(400, "Bad Request", f"{name} timestamp is invalid, must be a valid date in YYYYMMDD format", path)
    assert start is not None
    assert end is not None
    if endpoint.granularity == "daily":
        return _counts(state, endpoint, match["project"], parts, f"{start}", f"{end}", path)
    # The first month is the one that begins on `start` or next after it.
    first, beyond = _month(start if start.day == 1 else start.replace(day=1) + dt.timedelta(days=31)), _month(end)
    if first >= beyond:
        return problem(400, "Bad Request", "no full months found in specified date range", path)
    return _counts(state, endpoint, match["project"], parts, first, beyond, path)


def _counts(
    state: ReplayState, endpoint: Endpoint, domain: str, parts: dict[str, str], first: str, beyond: str, path: str
) -> Reply:
    """The rows of a series, from `first` to before `beyond`: months as `2022-11`, days as `2022-11-30`."""
    project, slice_, daily = short_name(domain), slice_key(endpoint, parts), endpoint.granularity == "daily"
    revised, published = state.revisions.get(project, {}), state.newest_month
    series = (daily_series if daily else monthly_series)(state.data, project, slice_, revised)
    rows = [
        {"timestamp": f"{time if daily else time + '-01'}T00:00:00.000Z", endpoint.value_field: count}
        for time, count in sorted(series.items())
        if first <= time < beyond and time[:7] <= published and count
    ]
    if not rows:
        return problem(404, "Not Found", NO_DATA, path)
    return json_reply({"items": [{"project": project, **parts, "granularity": endpoint.granularity, "results": rows}]})


def _top(state: ReplayState, subject: str, domain: str, kind: str, pages: str, year: str, month: str, path: str) -> Reply:
    """A top list of a whole month: 404 where there is none, or not yet."""
    if kind not in PARTS["editor-type"] or pages not in PARTS["page-type"] or _day(f"{year}{month}01") is None:
        return problem(400, "Bad Request", "Given year/month/day is invalid date", path)
    project = short_name(domain)
    name = f"{year}-{month}"
    rows = top_list(state.data, subject, project, kind, pages, name) if name <= state.newest_month else []
    if not rows:
        return problem(404, "Not Found", NO_DATA, path)
    item = {"project": project, "editor-type": kind, "page-type": pages, "granularity": "monthly"}
    return json_reply({"items": [item | {"results": [{"timestamp": f"{year}-{month}-01T00:00:00.000Z", "top": rows}]}]})


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
