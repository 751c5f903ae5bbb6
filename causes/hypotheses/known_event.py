"""Something from the calendar went on at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from causes.evidence import Evidence, KnownEvent
from causes.findings import Finding, Hypothesis, Strength

STRENGTHS = {"strong": Strength.POSSIBLE, "possible": Strength.WEAK, "weak": Strength.WEAK}


def weigh(evidence: Evidence) -> Finding | None:
    """An overlap is no cause: never strong."""
    if not evidence.events or not evidence.rose:
        return None
    best = max(evidence.events, key=lambda event: STRENGTHS[event.weight])
    return Finding("known_event", STRENGTHS[best.weight], values_of(best))


def values_of(event: KnownEvent) -> dict[str, Any]:
    return {"name": event.name, "start": event.start, "end": event.end, "url": event.url, "category": event.category}


def tell(values: Mapping[str, Any]) -> str:
    return _("Overlaps with: %(name)s.") % {"name": values["name"]}


HYPOTHESIS = Hypothesis(
    name="known_event",
    label=gettext_lazy("Overlaps a known event"),
    cause=None,
    category="contest",
    weigh=weigh,
    tell=tell,
)
