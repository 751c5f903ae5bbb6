"""The same time of the year stood out in earlier years."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from causes.evidence import Evidence
from causes.findings import Finding, Hypothesis, Strength
from causes.words import number

OFTEN = 2  # years


def weigh(evidence: Evidence) -> Finding | None:
    """Never strong: that it came before does not say what it was."""
    years = {year.month[:4] for year in evidence.years}
    if not years:
        return None
    latest = max(evidence.years, key=lambda year: year.month)
    named = next((year for year in sorted(evidence.years, key=lambda year: year.month, reverse=True) if year.label), latest)
    values = {"years": len(years), "of": max(evidence.years_known, len(years)), "latest": latest.month, "alert": named.alert,
              "label": named.label, "category": named.category}  # fmt: skip
    often = len(years) >= OFTEN and 2 * len(years) >= evidence.years_known
    return Finding("every_year", Strength.POSSIBLE if often else Strength.WEAK, values)


def tell(values: Mapping[str, Any]) -> str:
    text = ngettext(
        "The same time of the year stood out in %(years)s of %(of)s earlier year.",
        "The same time of the year stood out in %(years)s of %(of)s earlier years.",
        values["of"],
    )
    return text % {"years": number(values["years"]), "of": number(values["of"])}


def lines(values: Mapping[str, Any]) -> list[str]:
    if not values["label"]:
        return []
    return [_("It was then explained as: %(label)s.") % {"label": values["label"]}]


HYPOTHESIS = Hypothesis(
    name="every_year",
    label=gettext_lazy("Every year"),
    cause=None,
    category="contest",
    weigh=weigh,
    tell=tell,
    lines=lines,
)
