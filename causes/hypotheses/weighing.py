"""Conditions that several hypotheses share."""

from __future__ import annotations

import math

from causes.evidence import Breakdown, Change, Evidence
from causes.findings import Strength

NOTABLE_RATIO = 1.2  # a change of less than a fifth needs no explanation
NOTABLE_DEPARTURE = 2.0  # standard deviations of the detector that judged the month
PEOPLE = ("user", "anonymous")
BOTS = ("group-bot", "name-bot")
NEW_PAGES_MOVE = 0.15  # natural log: by so much the number of new pages differs from month to month, at the least


def is_notable(evidence: Evidence) -> bool:
    """Whether the month differs from what was expected by more than the wiki's months usually do."""
    ratio = evidence.total.ratio
    far = max(ratio, 1 / ratio if ratio else float("inf")) >= NOTABLE_RATIO
    return far and (evidence.departure is None or abs(evidence.departure) >= NOTABLE_DEPARTURE)


def at_most(strength: Strength, evidence: Evidence) -> Strength:
    """`strength`, but weak where the month itself is hardly unusual: then its parts only differ by chance."""
    return strength if is_notable(evidence) else Strength.WEAK


def growth_of(change: Change, rose: bool) -> float:
    """The growth of a count the way of the alert, as a natural log; below 0 where it went the other way."""
    return (1 if rose else -1) * math.log(max(change.ratio, 1e-9))


def moved_alike(evidence: Evidence) -> bool:
    """Whether all kinds of editors moved at one pace, and new pages, where they are known, did not stay behind.

    They stayed behind when they are below half of that pace by more than they usually differ.
    """
    if evidence.kinds is None or not evidence.kinds.alike:
        return False
    pages = evidence.new_pages
    whole = growth_of(evidence.total, evidence.rose)
    return pages is None or growth_of(pages, evidence.rose) >= whole / 2 - NEW_PAGES_MOVE


def share_of(breakdown: Breakdown | None, names: tuple[str, ...]) -> float | None:
    """The share of the change that the named parts made together; None where they are not known."""
    if breakdown is None:
        return None
    shares = [part.share for part in breakdown.parts if part.name in names]
    return sum(shares) if shares else None


def change_of(breakdown: Breakdown, names: tuple[str, ...]) -> Change:
    """The counts of the named parts together."""
    parts = [part for part in breakdown.parts if part.name in names]
    return Change(sum(part.count for part in parts), sum(part.expected for part in parts))


def moved_with(change: Change | None, rose: bool, least: float) -> bool:
    """Whether `change` went the way of the alert by at least the factor `least`."""
    if change is None:
        return False
    return change.ratio >= least if rose else change.ratio <= 1 / least
