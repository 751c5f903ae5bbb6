"""One to five accounts that are no bots made the change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from causes.evidence import Account, Evidence
from causes.findings import Cause, Finding, Hypothesis, Strength
from causes.hypotheses.weighing import BOTS, at_most
from causes.words import number, percent

MAX_ACCOUNTS = 5
SURELY_FEW = 3
CLEAR, PART = 2 / 3, 1 / 2


def gains(evidence: Evidence) -> list[tuple[float, Account]]:
    """What each account that is no bot did in the direction of the change, largest first."""
    sign = 1 if evidence.rose else -1
    found = [(sign * (each.edits - each.before), each) for each in evidence.accounts if each.kind not in BOTS]
    return sorted((pair for pair in found if pair[0] > 0), key=lambda pair: -pair[0])


def share_of_few(evidence: Evidence) -> tuple[int, float]:
    """(number of accounts, their share of the change): as few as make two thirds of it, five at the most."""
    whole, total, number_of = abs(evidence.total.difference), 0.0, 0
    if not whole:
        return 0, 0.0
    for gain, _account in gains(evidence)[:MAX_ACCOUNTS]:
        total, number_of = total + gain, number_of + 1
        if total / whole >= CLEAR:
            break
    return number_of, total / whole


def weigh(evidence: Evidence) -> Finding | None:
    number_of, share = share_of_few(evidence)
    leader = evidence.kinds.leader if evidence.kinds else None
    if share < PART or leader == "bots":
        return None
    strength = Strength.STRONG if share >= CLEAR and number_of <= SURELY_FEW else Strength.POSSIBLE
    best = gains(evidence)[:number_of]
    values = {
        "rose": evidence.rose,
        "accounts": number_of,
        "share": share,
        "edits": sum(each.edits for _gain, each in best),
        "before": sum(each.before for _gain, each in best),
        "recent": sum(each.recent for _gain, each in best),
    }
    return Finding("few_accounts", at_most(strength, evidence), values)


def tell(values: Mapping[str, Any]) -> str:
    figures = {"accounts": number(values["accounts"]), "share": percent(values["share"])}
    if values["rose"]:
        text = ngettext(
            "%(accounts)s account made %(share)s of the rise.",
            "%(accounts)s accounts made %(share)s of the rise.",
            values["accounts"],
        )
    else:
        text = ngettext(
            "%(accounts)s account that edited less made %(share)s of the drop.",
            "%(accounts)s accounts that edited less made %(share)s of the drop.",
            values["accounts"],
        )
    return text % figures


def lines(values: Mapping[str, Any]) -> list[str]:
    figures = {"edits": number(values["edits"]), "before": number(values["before"])}
    told = [_("Edits together: %(edits)s, at most %(before)s in the month before.") % figures]
    if values["recent"]:
        text = ngettext("%(count)s of them was new.", "%(count)s of them were new.", values["recent"])
        told.append(text % {"count": number(values["recent"])})
    return told


HYPOTHESIS = Hypothesis(
    name="few_accounts",
    label=gettext_lazy("A few accounts"),
    cause=Cause.FEW_ACCOUNTS,
    category="other",
    weigh=weigh,
    tell=tell,
    lines=lines,
)
