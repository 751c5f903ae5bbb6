"""Months long past changed between two fetches: the definition moved, not the wiki."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from causes.evidence import Evidence
from causes.findings import Cause, Finding, Hypothesis, Strength
from causes.words import number, percent

MIN_MONTHS = 6
MIN_SHARE_REVISED, MATERIAL = 0.5, 0.1
LIKE_THE_ALERT = 0.5  # the jump of the past in relation to that of the month, both as logs


def weigh(evidence: Evidence) -> Finding | None:
    revised = evidence.revised
    if revised is None or revised.months < MIN_MONTHS or revised.months < MIN_SHARE_REVISED * revised.looked_at:
        return None
    if abs(revised.factor - 1) < MATERIAL:
        return None
    jump, change = math.log(max(revised.factor, 1e-9)), math.log(max(evidence.total.ratio, 1e-9))
    explains = change != 0 and abs(jump) >= LIKE_THE_ALERT * abs(change)
    values = {"months": revised.months, "factor": revised.factor, "seen": revised.seen}
    return Finding("revised_past", Strength.STRONG if explains else Strength.POSSIBLE, values)


def tell(values: Mapping[str, Any]) -> str:
    text = ngettext(
        "The past was revised: %(months)s earlier month changed by %(change)s when counts were last fetched.",
        "The past was revised: %(months)s earlier months changed by about %(change)s when counts were last fetched.",
        values["months"],
    )
    return text % {"months": number(values["months"]), "change": percent(abs(values["factor"] - 1))}


def lines(values: Mapping[str, Any]) -> list[str]:
    return [_("Wikimedia applies today's bot flags and content namespaces to all earlier months: a data artefact is likely.")]


HYPOTHESIS = Hypothesis(
    name="revised_past",
    label=gettext_lazy("The past was revised"),
    cause=Cause.DATA,
    category="data-artefact",
    weigh=weigh,
    tell=tell,
    lines=lines,
)
