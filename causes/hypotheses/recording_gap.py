"""Days of the month are missing: the wiki could only be read, or its edits were not recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from causes.evidence import Evidence
from causes.findings import Cause, Finding, Hypothesis, Strength
from causes.hypotheses.weighing import at_most
from causes.words import number

AS_USUAL = 0.2  # the days that are there make what was expected of them, give or take this share
MIN_DAYS = 2


def weigh(evidence: Evidence) -> Finding | None:
    """Drops only. Days without any edit count as missing only where the wiki has edits every day (the caller sees to that)."""
    missing, days = evidence.missing_days, len(evidence.days)
    if evidence.rose or missing < MIN_DAYS or days <= missing:
        return None
    rest = evidence.total.count / (evidence.total.expected * (days - missing) / days) if evidence.total.expected else 0.0
    strength = Strength.STRONG if abs(rest - 1) <= AS_USUAL else Strength.POSSIBLE
    return Finding("recording_gap", at_most(strength, evidence), {"missing": missing, "rest": rest})


def tell(values: Mapping[str, Any]) -> str:
    text = ngettext(
        "%(days)s day of this month has no edits at all: the wiki was read-only, or they were not recorded.",
        "%(days)s days of this month have no edits at all: the wiki was read-only, or they were not recorded.",
        values["missing"],
    )
    return text % {"days": number(values["missing"])}


def lines(values: Mapping[str, Any]) -> list[str]:
    return [_("The other days are as usual.")] if abs(values["rest"] - 1) <= AS_USUAL else []


HYPOTHESIS = Hypothesis(
    name="recording_gap",
    label=gettext_lazy("Read-only time or recording gap"),
    cause=Cause.DATA,
    category="data-artefact",
    weigh=weigh,
    tell=tell,
    lines=lines,
)
