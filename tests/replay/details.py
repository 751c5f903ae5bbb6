"""What is asked about single alerts: days, parts that no metric follows, most active accounts, most edited pages.

Recorded where it is (see `tests.replay.data.load_details`), made up elsewhere from the edits by fixed rules. What is made up
says so: accounts and pages are called "Made up".
"""

from __future__ import annotations

import datetime as dt
import random
from itertools import accumulate, pairwise
from typing import Any

from edits.months import days_in
from tests.replay.data import ALL, EDITS, KINDS, ReplayData, Series, Slice, asked_slices

WEEKEND = 0.8  # of the edits of a working day
# By value field: what is made up for each edit to content pages, at least and at most.
FOR_EACH_EDIT = {
    "edits": (0.1, 0.6),
    "new_pages": (0.02, 0.1),
    "editors": (0.02, 0.1),
    "new_registered_users": (0.01, 0.05),
    "net_bytes_diff": (20.0, 300.0),
    "abs_bytes_diff": (400.0, 900.0),
}
TOP_SHARE = 0.08  # of the edits of the kind, for the first of a list; the others have a half, a third and so on of that
TITLES = ("Made_up_page_{}", "Composée_«{}»", "صفحة_مختلقة_{}", "דף_בדוי_{}", "Project:Made up_{}", "创建的页面_{}")


def monthly_series(data: ReplayData, project: str, slice_: Slice, revised: Series) -> Series:
    """A series by month: recorded; other months are made up in proportion to the edits of the same kind of editors."""
    known = data.counts(project, slice_, revised)
    if slice_ == EDITS or slice_ in KINDS or slice_ in asked_slices():
        return known
    kind = next((kind for kind in KINDS if kind[1] in slice_), EDITS)
    least, most = FOR_EACH_EDIT[slice_[0]]
    each = random.Random("/".join((project, *slice_))).uniform(least, most)
    made_up = {month: round(each * count) for month, count in data.counts(project, kind, revised).items()}
    return made_up | known


def daily_series(data: ReplayData, project: str, slice_: Slice, revised: Series) -> Series:
    """A series by day, which adds up to that by month, day by `YYYY-MM-DD`.

    `data.days` has the shape of a month where it is recorded; elsewhere it is a week's rhythm with chance.
    """
    days: Series = {}
    for month, count in monthly_series(data, project, slice_, revised).items():
        first = dt.date.fromisoformat(f"{month}-01")
        weights = data.days.get((project, slice_, month)) or made_up_days(f"{project}/{slice_}/{month}", first)
        sums = [0, *accumulate(weights)]
        parts = [round(count * later / sums[-1]) - round(count * before / sums[-1]) for before, later in pairwise(sums)]
        days |= {f"{first + dt.timedelta(days=i)}": part for i, part in enumerate(parts)}
    return days


def made_up_days(seed: str, first: dt.date) -> list[float]:
    """Weights of the days of a month, the same on every machine."""
    source = random.Random(seed)
    weekdays = [(first + dt.timedelta(days=i)).weekday() for i in range(days_in(first))]
    return [(WEEKEND if weekday >= 5 else 1.0) * source.uniform(0.9, 1.1) for weekday in weekdays]


def top_list(data: ReplayData, subject: str, project: str, kind: str, pages: str, month: str) -> list[dict[str, Any]]:
    """The rows of a top list (`editors` or `edited-pages`), best first; empty where there are no edits."""
    field = {"editors": "user_text", "edited-pages": "page_title"}[subject]
    recorded = data.tops.get((subject, project, kind, pages, month))
    rows = recorded if recorded is not None else _made_up_top(data, subject, project, kind, month)
    return [{field: name, "edits": edits, "rank": rank} for rank, name, edits in rows]


def _made_up_top(data: ReplayData, subject: str, project: str, kind: str, month: str) -> list[tuple[int, str | None, int]]:
    whole = data.counts(project, EDITS if kind == ALL else ("edits", kind, "content"), {}).get(month, 0)
    if kind == "anonymous" and subject == "editors":
        return [(1, None, whole)] if whole else []
    edits = [(rank, round(whole * TOP_SHARE / rank)) for rank in range(1, 101)]
    return [(rank, _name(subject, kind, rank), count) for rank, count in edits if count]


def _name(subject: str, kind: str, rank: int) -> str:
    if subject == "edited-pages":
        return TITLES[rank % len(TITLES)].format(rank)
    return f"Made up bot {rank}" if kind.endswith("bot") else f"Made up {rank}"


def wiki_answer(domain: str, asked: dict[str, str]) -> dict[str, Any]:
    """What a wiki's own API says (formatversion=2), made up: accounts of some years, tags of a tool, no imports."""
    source, start = random.Random(domain), f"{asked.get('lestart', '2020-01-01')[:10]}T12:00:00Z"
    names = [name for key in ("ususers", "ucuser") for name in asked.get(key, "").split("|") if name]
    groups = [["*", "user", "bot"] if "bot" in name.lower() else ["*", "user"] for name in names]
    edit = {"tags": ["contenttranslation"], "comment": "Made up #MadeUp"}
    known = {
        "users": [
            {
                "userid": i + 1,
                "name": name,
                "registration": f"{source.randint(2005, 2015)}-05-01T00:00:00Z",
                "groups": groups[i],
            }
            for i, name in enumerate(names)
        ],
        "usercontribs": [{"userid": 1, "user": names[0], **edit} for _ in range(50)] if names else [],
        "logevents": [{"type": "rights", "timestamp": start}] if asked.get("letype") == "rights" else [],
    }
    return {name: known[name] for name in asked["list"].split("|")}
