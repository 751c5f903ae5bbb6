"""Explanations of full size: everything is known of the alert, its days, accounts and pages included."""

from __future__ import annotations

import time
from dataclasses import asdict

from alerts.models import Alert
from causes.evidence import Account, Change, Elsewhere, Evidence, Page, Tag
from causes.hypotheses.registry import explain
from causes.models import Explanation
from causes.selectors import why
from causes.services import VERSION
from edits.models import Project
from tests.causes.evidence import breakdown

BEST_OF = 20


def full_evidence(month: str) -> Evidence:
    """A bot run on three days, with all that a case file tells."""
    usual = Change(400.0, 380.0)
    return Evidence(
        month=month,
        metric="edits",
        total=Change(39_900.0, 10_000.0),
        departure=6.0,
        kinds=breakdown("bots", group_bot=31_800),
        accounts=tuple(Account(f"Bot {i}", 30_000.0 / (i + 1), 100.0, "group-bot") for i in range(10)),
        editors=usual, registered=usual, very_active=usual, newcomers=usual, new_pages=usual, new_pages_by_bots=usual,
        outside_content=usual, bytes_added=usual, bytes_changed=usual,
        top_pages=tuple(Page(f"Page_{i}", 90.0 - i, before=80.0) for i in range(10)),
        days=(330.0,) * 10 + (10_000.0,) * 3 + (330.0,) * 17,
        bot_days=(60.0,) * 10 + (9_700.0,) * 3 + (60.0,) * 17,
        elsewhere=(Elsewhere("all", "", 60, 200, 1e-30),),
        asked=f"{month}-28",
        tags=(Tag("contenttranslation", 300),),
        sample=500,
    )  # fmt: skip


def stored(alert: Alert, evidence: Evidence) -> Explanation:
    """The row as `causes.services` would write it; not saved."""
    explained = explain(evidence)
    first = explained.first
    assert first is not None
    return Explanation(
        alert=alert,
        cause=explained.cause,
        hypothesis=first.hypothesis,
        strength=int(first.strength),
        findings=[asdict(finding) | {"strength": int(finding.strength)} for finding in explained.findings],
        evidence=evidence.as_json(),
        explained_count=alert.count,
        explained_expected=alert.expected,
        rules_version=VERSION,
    )


def composing() -> float:
    """Milliseconds until a stored explanation is composed for a page, without reading its row; the best of some."""
    project = Project(domain="is.wikipedia.org")
    alert = Alert(pk=1, project=project, metric="edits", count=39_900, expected=10_000.0)
    alert.explanation = stored(alert, full_evidence("2022-11"))
    best = float("inf")
    for _ in range(BEST_OF):
        begun = time.perf_counter()
        told = why(alert)
        best = min(best, time.perf_counter() - begun)
    assert told is not None
    assert told.days is not None
    return 1000 * best
