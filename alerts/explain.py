"""Why this alert? Plain sentences, in the reader's language, from the evidence stored with it; nothing is computed anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import formats
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alerts.models import Alert, Direction
from edits.metrics import METRICS

RAREST = 10_000  # chances beyond this rest on the model's tail alone: nobody has seen that many months
NOTABLE_SEASON = 0.05  # a smaller seasonal effect changes no reader's mind
LEVEL_CHANGE = 1.3  # a factor between the last months and the long run that is worth a sentence
SHORT_HISTORY = 12  # months; below, no month of the year has been seen twice

# The detectors as people read them; the registry's English labels, marked for translation.
DETECTOR_LABELS = {
    "rolling_mean": gettext_lazy("rolling mean (the classic rule)"),
    "farrington_flexible": gettext_lazy("Farrington flexible"),
    "expected_band": gettext_lazy("expected band"),
    "ears_c2": gettext_lazy("EARS C2"),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """`sentences`: what happened, how far out it is, and what was taken into account. `provenance`: who says so."""

    sentences: tuple[str, ...]
    provenance: str

    def __str__(self) -> str:
        return " ".join((*self.sentences, self.provenance))


def explain(alert: Alert) -> Explanation:
    """The explanation of `alert` in the active language."""
    circumstances = " ".join(text for text in (tell(alert) for tell in CIRCUMSTANCES) if text)
    sentences = (_what_happened(alert), _how_far_out(alert), circumstances)
    return Explanation(tuple(sentence for sentence in sentences if sentence), _provenance(alert))


def detector_label(name: str) -> str:
    return str(DETECTOR_LABELS.get(name, name))


def number(value: float) -> str:
    """A count in the reader's digits and grouping; with one decimal below 10, unless it is whole."""
    decimals = 1 if abs(value) < 10 and round(value, 1) != round(value) else 0
    return str(formats.number_format(round(value, decimals), decimals, use_l10n=True, force_grouping=True))


def month_name(month: dt.date) -> str:
    return str(formats.date_format(month, "YEAR_MONTH_FORMAT"))


def _details(alert: Alert) -> Mapping[str, Any]:
    details = alert.evidence.get("details")
    return details if isinstance(details, dict) else {}


def _what_happened(alert: Alert) -> str:
    amount = METRICS[alert.metric].unit(alert.count) % {"count": number(alert.count)}
    values = {
        "amount": amount,
        "month": month_name(alert.month),
        "expected": number(alert.expected or 0),
        "upper": number(alert.upper or 0),
        "lower": number(alert.lower or 0),
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
    values = {"excess": number(abs(alert.excess)), "percentage": percentage(alert.percentage_difference)}
    if alert.direction == Direction.DROP:
        text = _("%(excess)s fewer than expected (%(percentage)s).") % values
    else:
        text = _("%(excess)s more than expected (%(percentage)s).") % values
    return f"{text} {_rarity(alert)}".strip()


def percentage(value: float | None) -> str:
    """`+218%`, as the reader's language writes it."""
    if value is None:
        return _("nothing was expected")
    return _("%(sign)s%(number)s%%") % {"sign": "+" if value >= 0 else "−", "number": number(round(abs(value)))}


def _rarity(alert: Alert) -> str:
    """How often chance alone does that; or, from a detector that makes no claim about chance, the rule itself."""
    if alert.p_value is None:
        return _rule(alert)
    far = alert.p_value * RAREST < 1
    values = {"once": number(RAREST if far else _two_digits(1 / alert.p_value)), "chances": _chances(alert)}
    if far:
        return _("A month this far out happens less than once in %(once)s by chance (%(chances)s).") % values
    return _("A month this far out happens about once in %(once)s by chance (%(chances)s).") % values


def _chances(alert: Alert) -> str:
    """p, and where it is known q with the number of wikis that were judged in the same month."""
    p, wikis = _chance(alert.p_value), alert.evidence.get("wikis")
    if alert.q_value is None or not wikis:
        return _("p %(p)s") % {"p": p}
    text = ngettext("p %(p)s; q %(q)s over %(wikis)s wiki", "p %(p)s; q %(q)s over %(wikis)s wikis", wikis)
    return text % {"p": p, "q": _chance(alert.q_value), "wikis": number(wikis)}


def _rule(alert: Alert) -> str:
    if alert.threshold is None:
        return ""
    values = {"threshold": number(alert.threshold)}
    if alert.direction == Direction.DROP:
        return _("Its rule calls that a drop from %(threshold)s downwards; it makes no claim about chance.") % values
    return _("Its rule calls that a peak from %(threshold)s upwards; it makes no claim about chance.") % values


def _chance(value: float | None) -> str:
    if value is None:
        return "–"
    if value < 1 / RAREST:
        return f"< {formats.number_format(1 / RAREST, 4)}"
    return f"= {formats.number_format(value, 4 if value < 0.01 else 2)}"


def _two_digits(value: float) -> float:
    """`value` to two significant digits: more would claim a precision that no tail has."""
    return float(f"{value:.2g}")


def _season(alert: Alert) -> str:
    factor = _details(alert).get("season_factor")
    if factor is None or abs(factor - 1) < NOTABLE_SEASON:
        return ""
    values = {"month": MONTHS[alert.month.month], "percentage": number(round(100 * abs(factor - 1)))}
    if factor > 1:
        return _("%(month)s usually runs %(percentage)s%% high here; that is already taken into account.") % values
    return _("%(month)s usually runs %(percentage)s%% low here; that is already taken into account.") % values


def _level_change(alert: Alert) -> str:
    """Where the last months stand away from the long run, and the detector trusted the last months."""
    details = _details(alert)
    recent, steady, trust = (details.get(name) for name in ("level_recent", "level_steady", "weight_recent"))
    if not recent or not steady or not trust or trust < 0.5 or 1 / LEVEL_CHANGE < recent / steady < LEVEL_CHANGE:
        return ""
    values = {"recent": number(recent), "steady": number(steady)}
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
    return _("It lasted until %(month)s.") % {"month": month_name(alert.episode_end)}


# What was taken into account, each told only where it matters.
CIRCUMSTANCES: tuple[Callable[[Alert], str], ...] = (_season, _level_change, _history, _episode)


def _provenance(alert: Alert) -> str:
    return _("Judged by: %(detector)s, version %(version)s, policy %(policy)s; data as of %(date)s.") % {
        "detector": detector_label(alert.detector),
        "version": alert.detector_version,
        "policy": alert.policy_version or "–",
        "date": formats.date_format(alert.data_as_of, "DATE_FORMAT"),
    }
