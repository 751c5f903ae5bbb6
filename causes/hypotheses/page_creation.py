"""Pages were created in great number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from causes.evidence import Evidence
from causes.findings import Finding, Hypothesis, Strength
from causes.hypotheses.weighing import at_most
from causes.words import number, percent, times

CLEAR, PART = 0.3, 0.2  # new pages beyond the usual, for each edit beyond the usual: a new page takes one to three edits
MIN_PAGES_RATIO, MIN_PAGES = 2.0, 30


def weigh(evidence: Evidence) -> Finding | None:
    pages = evidence.new_pages
    if pages is None or not evidence.rose or evidence.total.difference <= 0:
        return None
    share = pages.difference / evidence.total.difference
    if share < PART or pages.ratio < MIN_PAGES_RATIO or pages.difference < MIN_PAGES:
        return None
    strength = Strength.STRONG if share >= CLEAR else Strength.POSSIBLE
    bots = evidence.new_pages_by_bots.count / max(pages.count, 1.0) if evidence.new_pages_by_bots else None
    values = {"pages": pages.count, "expected": pages.expected, "ratio": pages.ratio, "share": share, "by_bots": bots}
    return Finding("page_creation", at_most(strength, evidence), values)


def tell(values: Mapping[str, Any]) -> str:
    figures = {
        "pages": number(values["pages"]),
        "expected": number(values["expected"]),
        "ratio": times(values["ratio"]),
    }
    return _("Many pages were created: %(pages)s, %(expected)s usual (%(ratio)s times as many).") % figures


def lines(values: Mapping[str, Any]) -> list[str]:
    told = [_("The first edits of these pages alone are %(share)s of the rise.") % {"share": percent(values["share"])}]
    if values.get("by_bots") is not None:
        told.append(_("Bots created %(share)s of the new pages.") % {"share": percent(values["by_bots"])})
    return told


HYPOTHESIS = Hypothesis(
    name="page_creation",
    label=gettext_lazy("Mass page creation"),
    cause=None,
    category="other",
    weigh=weigh,
    tell=tell,
    lines=lines,
)
