"""Accounts that are called bots but have no bot flag made the change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from causes.evidence import Evidence
from causes.findings import Cause, Finding, Hypothesis
from causes.hypotheses.flagged_bots import bot_finding, bot_lines, bots_lead
from causes.words import amount, number, percent


def weigh(evidence: Evidence) -> Finding | None:
    kinds = evidence.kinds
    return bot_finding("name_bots", evidence, kinds) if kinds and bots_lead(evidence, kinds, by_name=True) else None


def tell(values: Mapping[str, Any]) -> str:
    figures = {
        "share": percent(values["share"]),
        "amount": amount(values["metric"], values["count"]),
        "expected": number(values["expected"]),
    }
    if values["rose"]:
        return _("Bots made %(share)s of the rise, most of it without a bot flag: %(amount)s, %(expected)s usual.") % figures
    return _("Bots made %(share)s of the drop, most of it without a bot flag: %(amount)s, %(expected)s usual.") % figures


HYPOTHESIS = Hypothesis(
    name="name_bots",
    label=gettext_lazy("Bots by name only"),
    cause=Cause.BOTS,
    category="bot-run",
    weigh=weigh,
    tell=tell,
    lines=bot_lines,
)
