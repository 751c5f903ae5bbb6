"""Accounts with the bot flag made the change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from causes.evidence import Breakdown, Evidence
from causes.findings import Cause, Finding, Hypothesis, Strength
from causes.hypotheses.weighing import BOTS, PEOPLE, at_most, change_of, moved_alike, share_of
from causes.words import amount, number, percent
from curation.language import listed

BY_NAME = "name-bot"
SAFELY = 0.75  # share from which a somewhat different expectation would name the same part


def bots_lead(evidence: Evidence, kinds: Breakdown, *, by_name: bool) -> bool:
    """Whether bots made two thirds of the change, and most of that the ones known by name alone (or not)."""
    if kinds.leader not in ("bots", *BOTS) or moved_alike(evidence):
        return False
    bots, named = share_of(kinds, BOTS) or 0.0, share_of(kinds, (BY_NAME,)) or 0.0
    return (named > bots / 2) == by_name


def bot_finding(name: str, evidence: Evidence, kinds: Breakdown) -> Finding:
    bots, share = change_of(kinds, BOTS), share_of(kinds, BOTS) or 0.0
    people = change_of(kinds, PEOPLE) if share_of(kinds, PEOPLE) is not None else None
    strength = at_most(Strength.STRONG if share >= SAFELY else Strength.POSSIBLE, evidence)
    values = {
        "rose": evidence.rose,
        "metric": evidence.metric,
        "share": share,
        "count": bots.count,
        "expected": bots.expected,
        "people_count": people.count if people else None,
        "people_expected": people.expected if people else None,
        "people_share": 1 - share,
        "bot_names": [each.name for each in evidence.accounts if each.kind in BOTS and each.name][:3],
    }
    return Finding(name, strength, values)


def bot_lines(values: Mapping[str, Any]) -> list[str]:
    lines = [] if values["people_count"] is None else [people_line(values)]
    if values["share"] > 1 and values["people_count"] is not None:
        lines.append(_("That is more than all of it: people went the other way."))
    if values["bot_names"]:
        lines.append(_("Most active: %(names)s.") % {"names": listed(values["bot_names"])})
    return lines


def people_line(values: Mapping[str, Any]) -> str:
    figures = {"count": amount(values["metric"], values["people_count"]), "expected": number(values["people_expected"])}
    return _("People: %(count)s, %(expected)s usual.") % figures


def people_as_usual(values: Mapping[str, Any]) -> bool:
    """Whether people made next to nothing of the change; not said where the metric does not count them."""
    return values["people_count"] is not None and bool(
        abs(values["people_share"]) < 0.15 or 0.85 < values["people_count"] / max(values["people_expected"], 1) < 1.15
    )


def weigh(evidence: Evidence) -> Finding | None:
    kinds = evidence.kinds
    return bot_finding("flagged_bots", evidence, kinds) if kinds and bots_lead(evidence, kinds, by_name=False) else None


def tell(values: Mapping[str, Any]) -> str:
    figures = {
        "share": percent(values["share"]),
        "amount": amount(values["metric"], values["count"]),
        "expected": number(values["expected"]),
    }
    if values["rose"] and people_as_usual(values):
        return _("Bots made %(share)s of the rise: %(amount)s, %(expected)s usual; people edited as usual.") % figures
    if values["rose"]:
        return _("Bots made %(share)s of the rise: %(amount)s, %(expected)s usual.") % figures
    if people_as_usual(values):
        return _("Bots made %(share)s of the drop: %(amount)s, %(expected)s usual; people edited as usual.") % figures
    return _("Bots made %(share)s of the drop: %(amount)s, %(expected)s usual.") % figures


HYPOTHESIS = Hypothesis(
    name="flagged_bots",
    label=gettext_lazy("Flagged bots"),
    cause=Cause.BOTS,
    category="bot-run",
    weigh=weigh,
    tell=tell,
    lines=bot_lines,
)
