"""Many people made the change: editors rose with the edits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from causes.evidence import Change, Evidence
from causes.findings import Cause, Finding, Hypothesis, Strength
from causes.hypotheses.few_accounts import PART, share_of_few
from causes.hypotheses.weighing import PEOPLE, at_most, change_of, moved_alike, share_of
from causes.words import number, percent, times

CLEAR = 2 / 3
WITH_THE_EDITS, PARTLY = 0.5, 0.3  # the growth of editors in relation to that of edits, both as logs
BEYOND_CHANCE = 3.0  # standard deviations of a Poisson count
MIN_RATIO = 1.15


def weigh(evidence: Evidence) -> Finding | None:
    """Needs editors; and people who made two thirds of the change, where that is known."""
    editors, kinds = evidence.editors, evidence.kinds
    share = share_of(kinds, PEOPLE)
    if editors is None or kinds is None or share is None or share < CLEAR:
        return None
    if moved_alike(evidence) or share_of_few(evidence)[1] >= PART:
        return None
    breadth = _breadth(editors, change_of(kinds, PEOPLE))
    far = abs(editors.difference) >= BEYOND_CHANCE * math.sqrt(max(editors.expected, 1.0))
    same_way = (editors.difference >= 0) == evidence.rose
    enough = max(editors.ratio, 1 / max(editors.ratio, 1e-9)) >= MIN_RATIO
    if breadth < PARTLY or not same_way or not enough or not far:
        return None
    strength = Strength.STRONG if breadth >= WITH_THE_EDITS else Strength.POSSIBLE
    newcomers = evidence.newcomers
    values = {
        "rose": evidence.rose,
        "share": share,
        "editors": editors.count,
        "editors_expected": editors.expected,
        "newcomers": newcomers.count if newcomers else None,
        "newcomers_expected": newcomers.expected if newcomers else None,
        "per_editor": change_of(kinds, PEOPLE).count / max(editors.count, 1),
        "per_editor_expected": change_of(kinds, PEOPLE).expected / max(editors.expected, 1),
    }
    return Finding("many_people", at_most(strength, evidence), values)


def _breadth(editors: Change, edits: Change) -> float:
    """How much of the growth of edits (as a log) is growth of editors."""
    growth = math.log(max(edits.ratio, 1e-9))
    return math.log(max(editors.ratio, 1e-9)) / growth if growth else 0.0


def tell(values: Mapping[str, Any]) -> str:
    figures = {
        "share": percent(values["share"]),
        "editors": number(values["editors"]),
        "expected": number(values["editors_expected"]),
    }
    if values["rose"]:
        return (
            _("People made %(share)s of the rise, and more of them (active editors: %(editors)s, %(expected)s usual).")
            % figures
        )
    return (
        _("People made %(share)s of the drop, as there were fewer (active editors: %(editors)s, %(expected)s usual).")
        % figures
    )


def lines(values: Mapping[str, Any]) -> list[str]:
    told = []
    if values["newcomers"] is not None:
        figures = {"count": number(values["newcomers"]), "expected": number(values["newcomers_expected"])}
        told.append(_("New accounts: %(count)s, %(expected)s usual.") % figures)
    figures = {"now": times(values["per_editor"]), "usual": times(values["per_editor_expected"])}
    told.append(_("Edits by people for each active editor: %(now)s, %(usual)s usual.") % figures)
    return told


HYPOTHESIS = Hypothesis(
    name="many_people",
    label=gettext_lazy("Many people"),
    cause=Cause.MANY_PEOPLE,
    category="contest",
    weigh=weigh,
    tell=tell,
    lines=lines,
)
