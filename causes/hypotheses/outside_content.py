"""The change was made outside content pages: talk, project and user pages, templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from causes.evidence import Evidence
from causes.findings import Finding, Hypothesis, Strength
from causes.hypotheses.weighing import at_most, change_of, share_of
from causes.words import amount, number, percent

NON_CONTENT = ("non-content",)


def weigh(evidence: Evidence) -> Finding | None:
    """Where the count holds all pages, and page types moved against each other more than editor types did."""
    pages, kinds = evidence.pages, evidence.kinds
    if pages is None or pages.leader != "non-content" or pages.alike:
        return None
    tells_more = kinds is None or pages.surprise >= kinds.surprise
    change = change_of(pages, NON_CONTENT)
    values = {
        "rose": evidence.rose,
        "metric": evidence.metric,
        "share": share_of(pages, NON_CONTENT),
        "count": change.count,
        "expected": change.expected,
    }
    return Finding("outside_content", at_most(Strength.STRONG if tells_more else Strength.POSSIBLE, evidence), values)


def tell(values: Mapping[str, Any]) -> str:
    figures = {
        "share": percent(values["share"]),
        "amount": amount(values["metric"], values["count"]),
        "expected": number(values["expected"]),
    }
    if values["rose"]:
        return _("%(share)s of the rise were outside content pages: %(amount)s, %(expected)s usual.") % figures
    return _("%(share)s of the drop were outside content pages: %(amount)s, %(expected)s usual.") % figures


HYPOTHESIS = Hypothesis(
    name="outside_content",
    label=gettext_lazy("Work outside content pages"),
    cause=None,
    category="other",
    weigh=weigh,
    tell=tell,
)
