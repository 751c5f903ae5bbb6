"""No one kind of editors made most of the change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from causes.evidence import Evidence
from causes.findings import Cause, Finding, Hypothesis, Strength
from causes.hypotheses.weighing import BOTS, moved_alike, share_of
from causes.words import percent


def weigh(evidence: Evidence) -> Finding | None:
    """Never more than weak: it says what is not the case."""
    kinds = evidence.kinds
    if kinds is None or kinds.leader is not None or moved_alike(evidence):
        return None
    names = {"bots": BOTS, "registered": ("user",), "anonymous": ("anonymous",)}
    shares = {who: share_of(kinds, parts) or 0.0 for who, parts in names.items()}
    return Finding("mixed", Strength.WEAK, {"rose": evidence.rose, **shares})


def tell(values: Mapping[str, Any]) -> str:
    figures = {name: percent(values[name]) for name in ("bots", "registered", "anonymous")}
    if values["rose"]:
        text = _(
            "No one kind of editors made most of the rise: registered %(registered)s, bots %(bots)s, "
            "without an account %(anonymous)s."
        )
    else:
        text = _(
            "No one kind of editors made most of the drop: registered %(registered)s, bots %(bots)s, "
            "without an account %(anonymous)s."
        )
    return text % figures


HYPOTHESIS = Hypothesis(
    name="mixed",
    label=gettext_lazy("Mixed"),
    cause=Cause.MIXED,
    category="other",
    weigh=weigh,
    tell=tell,
)
