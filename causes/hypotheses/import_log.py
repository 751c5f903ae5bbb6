"""Pages were imported with their history: the wiki's own log says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from causes.evidence import Evidence
from causes.findings import Finding, Hypothesis, Strength
from causes.hypotheses.weighing import at_most
from causes.words import number

MANY = 100  # imported pages; each brings its history, some dozen edits


def weigh(evidence: Evidence) -> Finding | None:
    log = evidence.log
    if log is None or not log.imports or not evidence.rose:
        return None
    strength = Strength.POSSIBLE if log.imports >= MANY else Strength.WEAK
    return Finding("import_log", at_most(strength, evidence), {"imports": log.imports})


def tell(values: Mapping[str, Any]) -> str:
    text = ngettext(
        "The wiki's log has %(count)s import of pages in this month.",
        "The wiki's log has %(count)s imports of pages in this month.",
        values["imports"],
    )
    return text % {"count": number(values["imports"])}


def lines(values: Mapping[str, Any]) -> list[str]:
    return [_("An imported page brings its edits along, dated as they were made.")]


HYPOTHESIS = Hypothesis(
    name="import_log",
    label=gettext_lazy("Import"),
    cause=None,
    category="import",
    weigh=weigh,
    tell=tell,
    lines=lines,
)
