"""The most active accounts and the most edited pages of a month, from the Wikimedia Analytics API.

What is said of a wrong answer goes into logs, so it quotes no row: they name people.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from unicodedata import category
from urllib.parse import quote

from edits.records import NO_TEXT
from edits.wikimedia.analytics import count_of, results_of, short_name
from edits.wikimedia.errors import BadPayload, NoData
from edits.wikimedia.session import Session

MAX_ROWS = 100  # what Wikimedia gives; fewer are normal
MAX_NAME = 300  # characters; a title has 255 bytes and a prefix


@dataclass(frozen=True, slots=True)
class TopList:
    """One list: `path` stands before the project, names in `name_field`."""

    path: str
    name_field: str


EDITORS = TopList("editors/top-by-edits", "user_text")
PAGES = TopList("edited-pages/top-by-edits", "page_title")


@dataclass(frozen=True, slots=True)
class TopRow:
    """One row. `name` is None for those without an account, all in one. Titles have underscores and canonical prefixes."""

    rank: int
    name: str | None
    edits: int


def fetch_top(
    session: Session, *, top: TopList, domain: str, editor_type: str, page_type: str, month: dt.date
) -> tuple[TopRow, ...]:
    """The list of a month, best first; empty where Wikimedia has none, or not yet.

    Raises what Session.get_json raises but for NoData; BadPayload, with the path of the field, for an answer that is wrong.
    """
    project = quote(domain, safe="")
    path = f"{top.path}/{project}/{editor_type}/{page_type}/{month:%Y}/{month:%m}/all-days"
    try:
        payload = session.get_json(f"{session.config.analytics_url}/{path}")
    except NoData:
        return ()
    expected = {"project": short_name(domain), "editor-type": editor_type, "page-type": page_type}
    return parse_top(payload, top=top, expected=expected, month=month)


def parse_top(payload: Any, *, top: TopList, expected: dict[str, str], month: dt.date) -> tuple[TopRow, ...]:
    """The rows of an answer in the order of their ranks."""
    results = results_of(payload, expected=expected)
    if not results:
        return ()
    result = results[0]
    rows = result.get("top") if isinstance(result, dict) else None
    if len(results) != 1 or not isinstance(rows, list):
        raise BadPayload("items[0].results is not one object with a list 'top'")
    if not str(result.get("timestamp")).startswith(f"{month:%Y-%m-01}"):
        raise BadPayload(f"items[0].results[0].timestamp is {result.get('timestamp')!r}, not {month:%Y-%m}")
    found = [_row(row, top, f"items[0].results[0].top[{i}]") for i, row in enumerate(rows[:MAX_ROWS])]
    if len({row.rank for row in found}) != len(found):
        raise BadPayload("items[0].results[0].top: a rank appears twice")
    return tuple(sorted(found, key=lambda row: row.rank))


def _row(row: Any, top: TopList, path: str) -> TopRow:
    if not isinstance(row, dict):
        raise BadPayload(f"{path} is not an object")
    name = row.get(top.name_field)
    if top.name_field not in row or not (name is None or _is_name(name)):
        raise BadPayload(f"{path}.{top.name_field} is not up to {MAX_NAME} characters of text")
    return TopRow(count_of(row.get("rank"), f"{path}.rank"), name, count_of(row.get("edits"), f"{path}.edits"))


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and 0 < len(name) <= MAX_NAME and not any(category(char) in NO_TEXT for char in name)
