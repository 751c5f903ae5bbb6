"""A table of events: CSV with a line of column names.

title, kind, first_day, last_day and scope must be there; id, url, touches, tag, summary, no_effect and participants may. A row
without an id is known by its title and first day.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping

from django.utils.translation import gettext as _

from curation.language import listed
from events.importers.drafts import BadDraft, EventDraft
from events.importers.sources import Batch, Source, Unreadable
from events.models import Grade

NEEDED = ("title", "kind", "first_day", "last_day", "scope")
OPTIONAL = ("id", "url", "touches", "tag", "summary", "no_effect", "participants")
YES, NO = {"yes", "true", "1"}, {"", "no", "false", "0"}


def read(source: Source) -> Batch:
    """The events of the file; Unreadable for what is no such table."""
    try:
        text = source.read_bytes(accept="text/csv").decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(_("The table is not UTF-8: %(why)s") % {"why": error.reason}) from error
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    names = [name.strip() for name in rows.fieldnames or ()]
    missing = [name for name in NEEDED if name not in names]
    unknown = [name for name in names if name not in (*NEEDED, *OPTIONAL)]
    if missing or unknown:
        words = {"missing": listed(missing) or "–", "unknown": listed(unknown)[:200] or "–"}
        raise Unreadable(_("The columns are not those of a table of events: missing %(missing)s; unknown %(unknown)s") % words)
    rows.fieldnames = names
    batch = Batch()
    try:
        for row in rows:
            _take(batch, row, line=rows.line_num)
    except csv.Error as error:
        raise Unreadable(
            _("The table breaks off in line %(line)s: %(why)s") % {"line": rows.line_num, "why": error}
        ) from error
    return batch


def _take(batch: Batch, row: Mapping[str, str | None], *, line: int) -> None:
    where = _("line %(line)s") % {"line": line}
    if None in row or None in row.values():
        batch.misunderstood(where, _("has another number of cells than the first line"))
        return
    cells = {name: (value or "").strip() for name, value in row.items()}
    try:
        batch.drafts.append(_draft(cells))
    except (BadDraft, ValueError) as error:
        batch.misunderstood(where, str(error))


def _draft(cells: Mapping[str, str]) -> EventDraft:
    participants = cells.get("participants", "")
    if participants and not (participants.isascii() and participants.isdecimal() and len(participants) < 10):
        raise BadDraft(_("participants: “%(value)s” is not a whole number") % {"value": participants[:40]})
    no_effect = cells.get("no_effect", "").lower()
    if no_effect not in YES | NO:
        raise BadDraft(_("no_effect: “%(value)s” is neither yes nor no") % {"value": no_effect[:40]})
    return EventDraft(
        external_id=cells.get("id") or f"{cells['title']} {cells['first_day']}",
        title=cells["title"],
        url=cells.get("url", ""),
        kind=cells["kind"],
        first_day=_day(cells["first_day"]),
        last_day=_day(cells["last_day"]),
        scope=cells["scope"],
        touches=tuple(cells.get("touches", "").split()),
        tag=cells.get("tag", ""),
        summary=cells.get("summary", ""),
        no_effect=no_effect in YES,
        participants=int(participants) if participants else None,
        grade=Grade.THIRD_PARTY,
    )


def _day(text: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise BadDraft(_("“%(value)s” is not a day: write it as YYYY-MM-DD") % {"value": text[:40]}) from None
