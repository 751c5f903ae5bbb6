"""People made the change; whether few or many, nothing that is stored tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from causes.evidence import Evidence
from causes.findings import Cause, Finding, Hypothesis, Strength
from causes.hypotheses.few_accounts import PART, share_of_few
from causes.hypotheses.weighing import at_most, change_of, moved_alike
from causes.words import amount, number, percent

WHO = {"user": ("user",), "anonymous": ("anonymous",), "people": ("user", "anonymous")}


def weigh(evidence: Evidence) -> Finding | None:
    kinds = evidence.kinds
    if kinds is None or kinds.leader not in WHO or moved_alike(evidence) or share_of_few(evidence)[1] >= PART:
        return None
    change = change_of(kinds, WHO[kinds.leader])
    share = sum(part.share for part in kinds.parts if part.name in WHO[kinds.leader])
    values = {
        "rose": evidence.rose,
        "metric": evidence.metric,
        "who": kinds.leader,
        "share": share,
        "count": change.count,
        "expected": change.expected,
        "editors": evidence.editors.count if evidence.editors else None,
        "editors_expected": evidence.editors.expected if evidence.editors else None,
        "accounts": len(evidence.accounts),
        "few_share": share_of_few(evidence)[1],
        "bots_seen": kinds.bots_seen,
    }
    return Finding("people", at_most(Strength.POSSIBLE, evidence), values)


def tell(values: Mapping[str, Any]) -> str:
    figures = {
        "share": percent(values["share"]),
        "amount": amount(values["metric"], values["count"]),
        "expected": number(values["expected"]),
    }
    return SENTENCES[values["who"], values["rose"]]() % figures


SENTENCES = {
    ("user", True): lambda: _("Registered editors made %(share)s of the rise: %(amount)s, %(expected)s usual."),
    ("user", False): lambda: _("Registered editors made %(share)s of the drop: %(amount)s, %(expected)s usual."),
    ("anonymous", True): lambda: _("Editors without an account made %(share)s of the rise: %(amount)s, %(expected)s usual."),
    ("anonymous", False): lambda: _("Editors without an account made %(share)s of the drop: %(amount)s, %(expected)s usual."),
    ("people", True): lambda: _("People made %(share)s of the rise: %(amount)s, %(expected)s usual."),
    ("people", False): lambda: _("People made %(share)s of the drop: %(amount)s, %(expected)s usual."),
}


def lines(values: Mapping[str, Any]) -> list[str]:
    told = []
    if values["editors"] is not None:
        figures = {"editors": number(values["editors"]), "expected": number(values["editors_expected"])}
        told.append(_("Active editors: %(editors)s, %(expected)s usual.") % figures)
    if values.get("accounts"):
        # Translators: a few accounts made less than half of the difference.
        told.append(
            _("No few accounts did it: the most active ones made %(share)s.") % {"share": percent(values["few_share"])}
        )
    told = told or [_("Whether they were few or many is not known.")]
    if not values.get("bots_seen", True) and values["who"] != "anonymous":
        told.append(_("No edit of a bot is counted here up to that month: bots may be among the registered editors."))
    return told


HYPOTHESIS = Hypothesis(
    name="people",
    label=gettext_lazy("People"),
    cause=Cause.PEOPLE,
    category="other",
    weigh=weigh,
    tell=tell,
    lines=lines,
)
