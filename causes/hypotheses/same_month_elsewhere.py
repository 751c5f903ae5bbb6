"""Many wikis stood out in the same month: something that concerns them all."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from causes.evidence import Elsewhere, Evidence
from causes.findings import Finding, Hypothesis, Strength
from causes.words import number

MIN_WIKIS = 4
SURPRISING, BEYOND_DOUBT = 1e-4, 1e-8
LARGE_SHARE = 0.2
RAREST = 1_000_000  # months; smaller chances rest on the model alone


def weigh(evidence: Evidence) -> Finding | None:
    """The group of wikis (all, a family, a language) for which so many would be least likely by chance."""
    known = [group for group in evidence.elsewhere if group.found >= MIN_WIKIS and group.chance <= SURPRISING]
    if not known:
        return None
    best = min(known, key=lambda group: (group.chance, -group.found / group.judged))
    others = [group for group in known if group is not best]
    values = {"rose": evidence.rose, "best": _values(best), "others": [_values(group) for group in others]}
    sure = best.chance <= BEYOND_DOUBT and best.found / best.judged >= LARGE_SHARE
    return Finding("same_month_elsewhere", Strength.STRONG if sure else Strength.POSSIBLE, values)


def _values(group: Elsewhere) -> dict[str, Any]:
    return {"group": group.group, "name": group.name, "found": group.found, "judged": group.judged, "chance": group.chance}


def tell(values: Mapping[str, Any]) -> str:
    best = values["best"]
    if values["rose"]:
        text = ngettext(
            "Not only here: %(found)s of %(judged)s wiki rose in the same month.",
            "Not only here: %(found)s of %(judged)s wikis rose in the same month.",
            best["judged"],
        )
    else:
        text = ngettext(
            "Not only here: %(found)s of %(judged)s wiki fell in the same month.",
            "Not only here: %(found)s of %(judged)s wikis fell in the same month.",
            best["judged"],
        )
    return text % {"found": number(best["found"]), "judged": number(best["judged"])}


def lines(values: Mapping[str, Any]) -> list[str]:
    told = [_chance(values["best"])]
    for group in values["others"]:
        figures = {"name": group["name"], "found": number(group["found"]), "judged": number(group["judged"])}
        if group["name"]:
            told.append(_("Of %(name)s: %(found)s of %(judged)s.") % figures)
        else:
            told.append(_("Of all wikis: %(found)s of %(judged)s.") % figures)
    return told


def _chance(group: Mapping[str, Any]) -> str:
    months = min(10 ** int(-math.log10(max(group["chance"], 1e-300))), RAREST)
    return ngettext(
        "So many at once happen less than once in %(count)s month by chance.",
        "So many at once happen less than once in %(count)s months by chance.",
        months,
    ) % {"count": number(months)}


HYPOTHESIS = Hypothesis(
    name="same_month_elsewhere",
    label=gettext_lazy("Same month on many wikis"),
    cause=None,
    category="policy",
    weigh=weigh,
    tell=tell,
    lines=lines,
)
