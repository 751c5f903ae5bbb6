"""Everybody edited more, or less: all kinds moved alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from causes.evidence import Evidence
from causes.findings import Cause, Finding, Hypothesis, Strength
from causes.hypotheses.weighing import BOTS, PEOPLE, at_most, change_of, growth_of, moved_alike
from causes.words import times

KEEPS_PACE = 0.3  # of the growth of the whole, as a log; who has less hardly moved


def weigh(evidence: Evidence) -> Finding | None:
    kinds = evidence.kinds
    if kinds is None or not moved_alike(evidence):
        return None
    people, bots = change_of(kinds, PEOPLE), change_of(kinds, BOTS)
    behind = KEEPS_PACE * growth_of(evidence.total, evidence.rose)
    all_moved = all(growth_of(side, evidence.rose) >= behind for side in (people, bots))
    values = {
        "rose": evidence.rose,
        "ratio": evidence.total.ratio,
        "people_ratio": people.ratio,
        "bots_ratio": bots.ratio,
        "all_moved": all_moved,
    }
    clear = all_moved and (kinds.leader is None or _clear(evidence))
    return Finding("general_change", at_most(Strength.STRONG if clear else Strength.POSSIBLE, evidence), values)


def _clear(evidence: Evidence) -> bool:
    return evidence.departure is not None and abs(evidence.departure) >= 3


def tell(values: Mapping[str, Any]) -> str:
    ratio = {"ratio": times(values["ratio"])}
    if values.get("all_moved", True):
        if values["rose"]:
            return _("Everybody edited more: %(ratio)s times as much as usual.") % ratio
        return _("Everybody edited less: %(ratio)s times as much as usual.") % ratio
    if values["rose"]:
        return _("Almost everybody edited more: %(ratio)s times as much as usual.") % ratio
    return _("Almost everybody edited less: %(ratio)s times as much as usual.") % ratio


def lines(values: Mapping[str, Any]) -> list[str]:
    figures = {"people": times(values["people_ratio"]), "bots": times(values["bots_ratio"])}
    return [_("People: %(people)s times the usual, bots: %(bots)s times.") % figures]


HYPOTHESIS = Hypothesis(
    name="general_change",
    label=gettext_lazy("Everybody"),
    cause=Cause.EVERYBODY,
    category="other",
    weigh=weigh,
    tell=tell,
    lines=lines,
)
