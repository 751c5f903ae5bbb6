"""Reads of explanations: composed from what is stored, in the reader's language. Nothing is computed anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Count, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from alerts.models import Alert
from causes.case_files.reading import excess_by_day
from causes.findings import Cause, Strength
from causes.hypotheses.registry import HYPOTHESES
from causes.hypotheses.weighing import BOTS
from causes.models import CaseFile, Explanation
from causes.shown import (
    Days,
    Figure,
    Listed,
    bots_shown,
    contributions_url,
    days_shown,
    figures_shown,
    pages_shown,
    tags_shown,
    unknown_shown,
)
from causes.words import percent
from edits.models import EditorType

MAX_TOLD = 6


@dataclass(frozen=True, slots=True)
class Told:
    """One finding in words."""

    name: str
    label: str | Promise
    strength: str | Promise
    level: int
    sentence: str
    lines: tuple[str, ...]
    category: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of the count, for the bars: `share` of the change, and where its bar begins and how wide it is, in per cent."""

    label: str
    count: float
    expected: float
    share: float
    share_text: str
    left: float
    width: float

    @property
    def side(self) -> str:
        """Which side of 0 the bar is on, by the name of its style."""
        return "less" if self.share < 0 else "more"


@dataclass(frozen=True, slots=True)
class Why:
    """What the page says about the cause of an alert."""

    cause: str
    cause_label: str | Promise
    sentence: str
    findings: tuple[Told, ...]
    bars: tuple[Bar, ...]
    days: Days | None
    figures: tuple[Figure, ...]
    pages: tuple[Listed, ...]
    bots: tuple[Listed, ...]
    tags: str
    unknown: str
    asked: dt.date | None
    recorded: bool
    cells_as_of: dt.datetime | None
    is_current: bool
    suggestion: str
    accepted_at: dt.datetime | None


def explanation_of(alert: Alert) -> Explanation | None:
    """The stored explanation of `alert`; None where there is none yet."""
    try:
        return alert.explanation
    except ObjectDoesNotExist:
        return None


def why(alert: Alert) -> Why | None:
    """The explanation of `alert` in the active language; None where it has not been explained yet."""
    stored = explanation_of(alert)
    if stored is None:
        return None
    told = tuple(found for finding in stored.findings[:MAX_TOLD] if (found := _told(finding)) is not None)
    cause = Cause(stored.cause)
    sentence = told[0].sentence if told and told[0].level > Strength.WEAK else _not_explained(cause, told)
    return Why(
        cause=cause.value,
        cause_label=cause.label,
        sentence=sentence,
        findings=told,
        bars=_bars(stored.evidence.get("kinds")),
        days=days_shown(stored.evidence),
        figures=figures_shown(stored.evidence),
        pages=pages_shown(stored.evidence, alert.project.domain),
        bots=bots_shown(stored.evidence, alert.project.domain),
        tags=tags_shown(stored.evidence),
        unknown=unknown_shown(stored.evidence),
        recorded=bool(stored.evidence.get("recorded")),
        asked=dt.date.fromisoformat(stored.evidence["asked"]) if stored.evidence.get("asked") else None,
        cells_as_of=stored.cells_as_of,
        is_current=stored.explained_count == alert.count,
        suggestion=stored.suggestion,
        accepted_at=stored.accepted_at,
    )


def _told(finding: dict[str, Any]) -> Told | None:
    """A stored finding in words; None for one of a hypothesis that is no more."""
    hypothesis = HYPOTHESES.get(finding["hypothesis"])
    if hypothesis is None:
        return None
    values, strength = finding["values"], Strength(finding["strength"])
    return Told(
        name=hypothesis.name,
        label=hypothesis.label,
        strength=strength.label,
        level=int(strength),
        sentence=hypothesis.tell(values),
        lines=tuple(hypothesis.lines(values)),
        category=values.get("category") or hypothesis.category,
    )


def _not_explained(cause: Cause, told: tuple[Told, ...]) -> str:
    if cause == Cause.MIXED and told:
        return next((each.sentence for each in told if each.name == "mixed"), told[0].sentence)
    return _("Not explained: nothing that is stored says what made the difference.")


def _bars(kinds: dict[str, Any] | None) -> tuple[Bar, ...]:
    """One bar for each kind of editors, on a common axis that holds 0 and every share."""
    if not kinds:
        return ()
    shares = [part["share"] for part in kinds["parts"]]
    low, high = min(0.0, *shares), max(0.0, *shares)
    span = high - low or 1.0
    return tuple(
        Bar(
            label=str(EditorType(part["name"]).label),
            count=part["count"],
            expected=part["expected"],
            share=part["share"],
            share_text=percent(part["share"]),
            left=round(100 * (min(part["share"], 0.0) - low) / span, 2),
            width=round(100 * abs(part["share"]) / span, 2),
        )
        for part in kinds["parts"]
    )


def people_of(alert: Alert) -> tuple[Listed, ...]:
    """The most active accounts by name, where they are people: for moderators alone. One query."""
    file = CaseFile.objects.filter(pk=alert.pk).first()
    data = file.data("accounts") if file else None
    if data is None or data["kind"] in BOTS:
        return ()
    domain = alert.project.domain
    return tuple(
        Listed(name, contributions_url(domain, name), edits, before)
        for name, edits, before in data["accounts"]
        if name is not None
    )


def daily_excess(alert: Alert) -> dict[dt.date, float]:
    """Edits beyond what a day was expected to have, by day, as they are stored with the explanation; empty where unknown."""
    stored = explanation_of(alert)
    return excess_by_day(alert, stored.evidence.get("days", ())) if stored else {}


@dataclass(frozen=True, slots=True)
class Drove:
    """What alerts of one cause made of all the differences of a month: `share` from 0 to 1."""

    cause: str
    label: str | Promise
    alerts: int
    share: float


def drove(alerts: QuerySet[Alert]) -> list[Drove]:
    """What drove the differences of `alerts`, of one metric, the largest first. One query."""
    rows = (
        Explanation.objects.filter(alert__in=alerts.order_by().values("pk"))
        .values("cause")
        .annotate(number=Count("pk"), size=Sum("alert__magnitude"))
    )
    found = {row["cause"]: (row["number"], row["size"] or 0.0) for row in rows}
    whole = sum(size for _number, size in found.values()) or 1.0
    ranked = sorted(found.items(), key=lambda item: (-item[1][1], item[0]))
    return [Drove(cause, Cause(cause).label, number, size / whole) for cause, (number, size) in ranked]


def causes_of(alerts: Iterable[Alert]) -> dict[int, tuple[str, str | Promise]]:
    """The chip of each alert that is explained: its name and its label. One query."""
    ids = [alert.pk for alert in alerts]
    rows = Explanation.objects.filter(alert__in=ids).values_list("alert_id", "cause")
    return {alert: (cause, Cause(cause).label) for alert, cause in rows}


def as_json(alert: Alert) -> dict[str, Any] | None:
    """The explanation for the evidence file: figures and findings, without names of people."""
    stored = explanation_of(alert)
    if stored is None:
        return None
    evidence = {name: value for name, value in stored.evidence.items() if name != "accounts"}
    return {
        "cause": stored.cause,
        "hypothesis": stored.hypothesis,
        "strength": Strength(stored.strength).name.lower() if stored.strength else None,
        "findings": [each | {"strength": Strength(each["strength"]).name.lower()} for each in stored.findings],
        "evidence": evidence,
        "count": stored.explained_count,
        "parts_fetched": stored.cells_as_of,
        "version": stored.rules_version,
    }
