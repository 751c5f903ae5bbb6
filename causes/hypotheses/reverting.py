"""Edits that were undone, and those that undid them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from causes.evidence import Evidence
from causes.findings import Finding, Hypothesis, Strength
from causes.hypotheses.few_accounts import share_of_few
from causes.hypotheses.weighing import at_most
from causes.words import number, percent

MIN_RATIO = 2.0
CLEAR, PART = 2 / 3, 1 / 3
MIN_SAMPLE = 50  # edits; fewer say little about all that an account did


def weigh(evidence: Evidence) -> Finding | None:
    """Where reverts are counted, or where a sample tells of the accounts that made the rise. Silent where neither is known."""
    if not evidence.rose or evidence.total.difference <= 0:
        return None
    return _counted(evidence) or _sampled(evidence)


def _counted(evidence: Evidence) -> Finding | None:
    """Each revert stands for two edits: the one undone and the one that undid it."""
    reverts = evidence.reverts
    if reverts is None or reverts.ratio < MIN_RATIO:
        return None
    share = 2 * reverts.difference / evidence.total.difference
    if share < PART:
        return None
    values = {"count": reverts.count, "expected": reverts.expected, "share": share}
    return Finding("reverting", at_most(Strength.STRONG if share >= CLEAR else Strength.POSSIBLE, evidence), values)


def _sampled(evidence: Evidence) -> Finding | None:
    """Never more than possible: a sample of the few accounts that matter most."""
    if evidence.sampled_reverts is None or evidence.sample < MIN_SAMPLE:
        return None
    sampled = evidence.sampled_reverts / evidence.sample
    if sampled * share_of_few(evidence)[1] < PART:
        return None
    values = {"sampled": sampled, "sample": evidence.sample}
    return Finding("reverting", at_most(Strength.POSSIBLE, evidence), values)


def tell(values: Mapping[str, Any]) -> str:
    if "sampled" in values:
        share = {"share": percent(values["sampled"])}
        return _("Of the sampled edits by the most active accounts, %(share)s undid another edit or were undone.") % share
    figures = {
        "count": number(values["count"]),
        "expected": number(values["expected"]),
        "share": percent(values["share"]),
    }
    return _("Reverted edits and their reverts made %(share)s of the rise (reverts: %(count)s, %(expected)s usual).") % figures


HYPOTHESIS = Hypothesis(
    name="reverting",
    label=gettext_lazy("Vandalism and reverting"),
    cause=None,
    category="vandalism",
    weigh=weigh,
    tell=tell,
)
