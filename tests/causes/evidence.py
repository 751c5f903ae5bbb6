"""Evidence for tests: a month of a wiki with 10,000 edits, of which the arguments tell what differs."""

from __future__ import annotations

from typing import Any

from causes.evidence import Breakdown, Change, Evidence, Part

USUAL = {"user": 7000.0, "anonymous": 1000.0, "group-bot": 1900.0, "name-bot": 100.0}
FAR_OUT = 6.0


def breakdown(leader: str | None, alike: bool = False, surprise: float = 0.1, **counts: float) -> Breakdown:
    """Parts with the counts given (`group_bot=…`), the others as usual."""
    now = USUAL | {name.replace("_", "-"): count for name, count in counts.items()}
    change = sum(now.values()) - sum(USUAL.values()) or 1.0
    parts = tuple(Part(name, now[name], usual, (now[name] - usual) / change, 0.0) for name, usual in USUAL.items())
    return Breakdown("editor_type", parts, leader, alike, surprise)


def evidence(kinds: Breakdown | None = None, **values: Any) -> Evidence:
    total = Change(sum(part.count for part in kinds.parts), sum(USUAL.values())) if kinds else Change(30_000.0, 10_000.0)
    defaults: dict[str, Any] = {
        "month": "2022-11", "metric": "edits", "total": total, "departure": FAR_OUT if total.difference > 0 else -FAR_OUT,
    }  # fmt: skip
    return Evidence(kinds=kinds, **(defaults | values))
