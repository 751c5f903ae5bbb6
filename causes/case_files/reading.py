"""From the stored parts of a case file to evidence. What is not known, or of another count, gives nothing.

No name of a person leaves this module: evidence names bots, and counts people (docs/privacy.md).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from alerts.models import Alert
from causes.attribution.leading import NOBODY, leading
from causes.attribution.usual import median_before
from causes.evidence import Account, Breakdown, Change, LogEntries, Page, Part, Tag
from causes.hypotheses.weighing import BOTS
from causes.models import CaseFile
from edits.models import PageType

Values = dict[str, Any]
EVERY_DAY = 20  # edits a day; a day without any then is not chance (e^-20)
MIN_MONTHS = 6  # before the month, until their median is what is usual


def evidence_of(alert: Alert, file: CaseFile | None, kinds: Breakdown | None = None) -> Values:
    """Fields of `Evidence` that the file fills, by name. kinds: the breakdown of the alert, where it is known."""
    if file is None:
        return {}
    idle = {part.name for part in kinds.parts if not part.count} if kinds else set()
    found = _days(alert, file) | _accounts(file) | _pages(file) | _log(file)
    found |= {
        "registered": _change(file, "editors", ["user"]),
        "very_active": _change(file, "editors", ["user-100"]),
        "newcomers": _change(file, "newcomers", ["all"]),
        "bytes_added": _change(file, "bytes", ["net"]),
        "bytes_changed": _change(file, "bytes", ["absolute"]),
        "outside_content": _change(file, "outside", None, idle),
        "new_pages": _change(file, "new_pages", None, idle),
        "new_pages_by_bots": _change(file, "new_pages", BOTS, idle),
    }
    found["recorded"] = any(entry.get("recorded") for entry in file.contents.values())
    found["asked"] = f"{file.fetched_at:%Y-%m-%d}" if file.fetched_at and not found["recorded"] else ""
    found["unknown"] = tuple(name for name, entry in file.contents.items() if "data" not in entry)
    found["pages"] = _page_types(alert, file, found["outside_content"])
    if alert.metric == "new_pages":  # they are the alert, and no evidence for it
        del found["new_pages"]
    return {name: value for name, value in found.items() if value is not None}


# --- Days ------------------------------------------------------------------------------------------------------------------


def _days(alert: Alert, file: CaseFile) -> Values:
    """Edits by day. They are of the month that the alert's figures are of, and add up to its count."""
    data = file.data("days")
    if data is None or file.contents["days"]["of"] != alert.count:
        return {}
    cells: Mapping[str, list[int]] = data["cells"]
    days = tuple(float(sum(counts)) for counts in zip(*cells.values(), strict=True))
    bots = tuple(float(sum(counts)) for counts in zip(*(cells[kind] for kind in BOTS if kind in cells), strict=True))
    every_day = (alert.expected or 0.0) / len(days) >= EVERY_DAY
    return {"days": days, "bot_days": bots, "missing_days": days.count(0.0) if every_day else 0}


def excess_by_day(alert: Alert, days: Sequence[float]) -> dict[dt.date, float]:
    """Edits beyond what a day was expected to have, by day; empty where not all days of the alert are known."""
    if not days or alert.expected is None or (alert.episode_end or alert.month) != alert.month:
        return {}
    usual = alert.expected / len(days)
    return {alert.month + dt.timedelta(days=i): count - usual for i, count in enumerate(days)}


# --- Series ----------------------------------------------------------------------------------------------------------------


def _change(file: CaseFile, part: str, names: Collection[str] | None, idle: Collection[str] = ()) -> Change | None:
    """The cells called so together (None: all that were asked): the month against the median of the twelve before.

    None where one of them is not known. A silent cell of editors who did nothing in content pages either (`idle`) is zero.
    """
    data = file.data(part)
    if data is None:
        return None
    cells, silent = data["cells"], data["silent"]
    wanted = [name for name in [*cells, *silent] if names is None or name in names]
    known = [cells[name] for name in wanted if name in cells]
    if not known or any(name not in cells and name not in idle for name in wanted):
        return None
    sums = np.array(known, dtype=float).sum(axis=0)  # None becomes NaN, and so does a sum with it
    if not np.isfinite(sums[-1]) or np.isfinite(sums[:-1]).sum() < MIN_MONTHS:
        return None
    return Change(float(sums[-1]), float(median_before(sums[:-1])))


def _page_types(alert: Alert, file: CaseFile, outside: Change | None) -> Breakdown | None:
    """Content pages and others, where the alert's count is of all pages.

    The days add up to the count, so the answers are of the snapshot that the alert was judged by.
    """
    data = file.data("days")
    if outside is None or data is None or data.get("pages") != PageType.ALL or alert.expected is None:
        return None
    if file.contents["days"]["of"] != alert.count or outside.count > alert.count:
        return None
    count = np.array([[alert.count - outside.count, outside.count]])
    expected = np.array([[max(alert.expected - outside.expected, 0.0), min(outside.expected, alert.expected)]])
    found = leading(count, expected, np.full((1, 2), np.nan), [(0,), (1,)])
    if not found.tells[0]:
        return None
    names = ("content", "non-content")
    parts = [
        Part(name, float(count[0, i]), float(expected[0, i]), float(found.contribution[0, i])) for i, name in enumerate(names)
    ]
    leader = None if found.leader[0] == NOBODY else names[int(found.leader[0])]
    surprise = float(np.nan_to_num(found.surprise[0]))
    return Breakdown("page_type", tuple(parts), leader, bool(found.alike[0]), surprise)


# --- Lists -----------------------------------------------------------------------------------------------------------------


def _accounts(file: CaseFile) -> Values:
    """The most active accounts; bots by name. Of an account that was not on the list of the month before the most it can have
    made then is taken."""
    data = file.data("accounts")
    if data is None:
        return {}
    kind, floor = data["kind"], float(data["floor"] or 0)
    wiki = (file.data("wiki") or {}).get("accounts", {})
    accounts = tuple(
        Account(
            name=name if kind in BOTS else None,
            edits=float(edits),
            before=floor if before is None else float(before),
            kind=kind,
            recent=bool(wiki.get(str(place), {}).get("recent")),
        )
        for place, (name, edits, before) in enumerate(data["accounts"])
    )
    return {"accounts": accounts}


def _pages(file: CaseFile) -> Values:
    data = file.data("pages")
    if data is None:
        return {}
    floor = float(data["floor"] or 0)
    pages = (Page(title, float(edits), before=floor if old is None else float(old)) for title, edits, old in data["pages"])
    return {"top_pages": tuple(pages)}


def _log(file: CaseFile) -> Values:
    """What the wiki itself told: its logs, and tags of what the accounts did that made most of the change."""
    data = file.data("wiki")
    if data is None:
        return {}
    sample = tuple(Tag(name, count) for name, count in (*data["tags"], *((f"#{tag}", n) for tag, n in data["hashtags"])))
    return {
        "log": LogEntries(data["imports"], data["rights"]),
        "tags": sample,
        "sample": data["sample"],
        "sampled_reverts": data.get("reverts"),  # files of an earlier version have none
    }
