"""A change of software, rules or definitions is known for this wiki and time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from causes.evidence import Evidence
from causes.findings import Finding, Hypothesis, Strength
from causes.hypotheses.known_event import values_of

STRENGTHS = {"strong": Strength.STRONG, "possible": Strength.POSSIBLE, "weak": Strength.WEAK}


def weigh(evidence: Evidence) -> Finding | None:
    if not evidence.breaks:
        return None
    best = max(evidence.breaks, key=lambda event: STRENGTHS[event.weight])
    return Finding("known_break", STRENGTHS[best.weight], values_of(best))


def tell(values: Mapping[str, Any]) -> str:
    return _("A known break falls into this month: %(name)s.") % {"name": values["name"]}


HYPOTHESIS = Hypothesis(
    name="known_break",
    label=gettext_lazy("Known break"),
    cause=None,
    category="policy",
    weigh=weigh,
    tell=tell,
)
