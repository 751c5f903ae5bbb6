"""Why this alert? Plain sentences, in the reader's language, from the evidence stored with it; nothing is computed anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.detector_words import detector_label
from alerts.models import Alert, Direction
from curation.language import isolated
from edits.figures import (
    DASH,
    MAX_PER_CENT,
    counted,
    day,
    estimate,
    month,
    name_of_month,
    number,
    percent,
    times,
    unsigned_change,
)  # fmt: skip
from edits.metrics import METRICS

MAX_CHANCE_SHOWN = 10_000  # chances beyond this rest on the model's tail alone: nobody has seen that many months
NOTABLE_SEASON = 0.05  # a smaller seasonal effect changes no reader's mind
LEVEL_CHANGE = 1.3  # a factor between the last months and the long run that is worth a sentence
SHORT_HISTORY = 12  # months; below, no month of the year has been seen twice


@dataclass(frozen=True, slots=True)
class Explanation:
    """`sentences`: what happened, how far out it is, and what was taken into account. `chances`: the same for statisticians,
    empty where the detector makes no claim about chance. `provenance`: who says so."""

    sentences: tuple[str, ...]
    chances: str
    provenance: str

    def __str__(self) -> str:
        return " ".join((*self.sentences, self.provenance))


def explain(alert: Alert) -> Explanation:
    """The explanation of `alert` in the active language."""
    circumstances = " ".join(text for text in (tell(alert) for tell in CIRCUMSTANCES) if text)
    sentences = (_what_happened(alert), _how_far_out(alert), circumstances)
    chances = _chances(alert) if alert.p_value is not None else ""
    return Explanation(tuple(sentence for sentence in sentences if sentence), chances, _provenance(alert))


def alert_name(alert: Alert) -> str:
    """What people call it: Icelandic Wikipedia, November 2022."""
    return wiki_and_month(alert.project.name, month(alert.month))


def wiki_and_month(wiki: str, when: str) -> str:
    """Two names, with the comma of the reader's language."""
    return _("%(wiki)s, %(month)s") % {"wiki": wiki, "month": when}


def metric_words(alert: Alert) -> str:
    """What is counted, and which of its parts stand out: “Edits (bots)”, “Edits (bots, people: drop)”."""
    known = METRICS.get(alert.metric)  # None: of a newer version
    metric = str(known.label) if known else alert.metric
    parts = ", ".join(f"{mark.label}: {mark.way}" if mark.opposite else str(mark.label) for mark in alert.marks)
    # Translators: such as “Edits (bots)”: the edits of a wiki stand out, and those of its bots.
    return _("%(metric)s (%(parts)s)") % {"metric": metric, "parts": parts} if parts else metric


def _details(alert: Alert) -> Mapping[str, Any]:
    details = alert.evidence.get("details")
    return details if isinstance(details, dict) else {}


def _what_happened(alert: Alert) -> str:
    values = {
        "amount": counted(alert.count, alert.metric),
        "month": month(alert.figures_month),
        "expected": estimate(alert.expected or 0),
        "upper": estimate(alert.upper or 0),
        "lower": estimate(alert.lower or 0),
    }
    if alert.expected is None:
        return _("%(amount)s in %(month)s.") % values
    if alert.provisional:
        return (
            _("%(amount)s in %(month)s so far; about %(expected)s were expected for the part of the month that has passed.")
            % values
        )
    if alert.direction == Direction.DROP:
        return _("%(amount)s in %(month)s, expected about %(expected)s (normal from %(lower)s).") % values
    return _("%(amount)s in %(month)s, expected about %(expected)s (normal up to %(upper)s).") % values


def _how_far_out(alert: Alert) -> str:
    if alert.excess is None:
        return ""
    far_out = alert.percentage_difference
    values = {"excess": estimate(abs(alert.excess)), "share": unsigned_change(far_out or 0)}
    if far_out is None:
        text = _("%(excess)s more, where nothing is usual.") % values
    elif alert.direction == Direction.DROP:
        text = _("About %(share)s fewer than usual.") % values
    elif far_out > MAX_PER_CENT:
        text = _("About %(times)s as many as usual.") % {"times": times(far_out)}
    else:
        text = _("About %(share)s more than usual.") % values
    return f"{text} {_rarity(alert)}".strip()


def _rarity(alert: Alert) -> str:
    """How often chance alone does that; or, from a detector that makes no claim about chance, the rule itself."""
    if alert.p_value is None:
        return _rule(alert)
    far = alert.p_value * MAX_CHANCE_SHOWN < 1
    once = MAX_CHANCE_SHOWN if far else _two_digits(1 / alert.p_value)
    if far:
        text = ngettext(
            "Chance alone does this less than once in %(once)s month.",
            "Chance alone does this less than once in %(once)s months.",
            round(once),
        )
    else:
        text = ngettext(
            "Chance alone does this about once in %(once)s month.",
            "Chance alone does this about once in %(once)s months.",
            round(once),
        )
    return text % {"once": estimate(once)}


def _chances(alert: Alert) -> str:
    """`p = 0.0011; q = 0.04 over 1,012 wikis`: q where it is known, with the number of wikis judged in the same month."""
    p, wikis = _chance(alert.p_value), alert.evidence.get("wikis")
    if alert.q_value is None or not wikis:
        return _("p %(p)s") % {"p": p}
    text = ngettext("p %(p)s; q %(q)s over %(wikis)s wiki", "p %(p)s; q %(q)s over %(wikis)s wikis", wikis)
    return text % {"p": p, "q": _chance(alert.q_value), "wikis": number(wikis)}


def _rule(alert: Alert) -> str:
    if alert.threshold is None:
        return ""
    values = {"threshold": estimate(alert.threshold)}
    if alert.direction == Direction.DROP:
        return _("Its rule calls that a drop at %(threshold)s or fewer; it makes no claim about chance.") % values
    return _("Its rule calls that a peak from %(threshold)s upwards; it makes no claim about chance.") % values


def _chance(value: float | None) -> str:
    if value is None:
        return DASH
    if value < 1 / MAX_CHANCE_SHOWN:
        return f"< {number(1 / MAX_CHANCE_SHOWN, 4)}"
    return f"= {number(value, 4 if value < 0.01 else 2)}"


def _two_digits(value: float) -> float:
    """`value` to two significant digits: more would claim a precision that no tail has."""
    return float(f"{value:.2g}")


def _season(alert: Alert) -> str:
    factor = _details(alert).get("season_factor")
    if factor is None or abs(factor - 1) < NOTABLE_SEASON:
        return ""
    values = {"month": name_of_month(alert.figures_month.month), "percentage": percent(abs(factor - 1))}
    if factor > 1:
        return _("%(month)s usually runs %(percentage)s high here; that is already taken into account.") % values
    return _("%(month)s usually runs %(percentage)s low here; that is already taken into account.") % values


def _level_change(alert: Alert) -> str:
    """Where the last months stand away from the long run, and the detector trusted the last months."""
    details = _details(alert)
    recent, steady, trust = (details.get(name) for name in ("level_recent", "level_steady", "weight_recent"))
    if not recent or not steady or not trust or trust < 0.5 or 1 / LEVEL_CHANGE < recent / steady < LEVEL_CHANGE:
        return ""
    values = {"recent": estimate(recent), "steady": estimate(steady)}
    return _("The level here has changed lately, from about %(steady)s to about %(recent)s a month.") % values


def _history(alert: Alert) -> str:
    months = alert.evidence.get("history")
    if months is None or months >= SHORT_HISTORY:
        return ""
    text = ngettext(
        "Short history: only %(months)s month came before, so its seasons are not known yet.",
        "Short history: only %(months)s months came before, so its seasons are not known yet.",
        months,
    )
    return text % {"months": number(months)}


def _episode(alert: Alert) -> str:
    if alert.episode_end is None:
        return ""
    values = {"first": month(alert.month), "last": month(alert.episode_end)}
    if alert.worst_month is None:
        return _("It lasted until %(last)s.") % values
    return _("This is the worst month of an episode that began in %(first)s and lasted until %(last)s.") % values


# What was taken into account, each told only where it matters.
CIRCUMSTANCES: tuple[Callable[[Alert], str], ...] = (_season, _level_change, _history, _episode)


def _provenance(alert: Alert) -> str:
    return _("Judged by: %(detector)s, version %(version)s, policy %(policy)s; data as of %(date)s.") % {
        "detector": detector_label(alert.detector),
        "version": alert.detector_version,
        "policy": isolated(alert.policy_version or DASH),
        "date": day(alert.data_as_of),
    }
