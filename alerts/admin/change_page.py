"""What the page of one alert shows around its form."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from alerts.admin.selectors import MAX_HISTORY_ENTRIES, alert_history, counts_around, earlier_alerts, same_month
from alerts.detector_words import detector_label
from alerts.explain import explain
from alerts.models import Alert
from alerts.sparkline import sparkline
from edits.figures import moment, month, number

CHART_MONTHS = 72


def _number(value: float | None) -> str:
    return "–" if value is None else number(value) if abs(value) >= 100 else number(value, 2)


def why_raised(alert: Alert) -> list[tuple[Any, Any]]:
    """The rule, what it was given and what it made of it, as rows of a table."""
    facts: list[tuple[Any, Any]] = [
        (_("Rule"), f"{detector_label(alert.detector)} {alert.detector_version}"),
        (_("Policy"), alert.policy_version),
        (_("Count when raised"), number(alert.raised_count)),
        (_("Count now"), _now(alert)),
        (_("Expected"), _number(alert.expected)),
        (_("Rolling mean"), _number(alert.rolling_mean)),
        (_("Threshold"), _number(alert.threshold)),
        (_("Normal range"), f"{_number(alert.lower)} – {_number(alert.upper)}" if alert.upper is not None else ""),
        (_("Excess"), _number(alert.excess) if alert.excess is not None else ""),
        (_("Score"), number(alert.score, 1) if alert.score is not None else ""),
        (_("Raised"), moment(alert.raised_at)),
        (_("Data as of"), moment(alert.data_as_of)),
        (_("Lasted until"), month(alert.episode_end) if alert.episode_end else ""),
        (_("Withdrawn"), _withdrawn(alert)),
        (_("Reopened"), moment(alert.reopened_at) if alert.reopened_at else ""),
        (_("Reason for dismissal"), alert.dismissal_reason),
    ]
    return [(name, value) for name, value in facts if value not in ("", "–")]


def _now(alert: Alert) -> str:
    if alert.count == alert.raised_count:
        return gettext("the same")
    change = alert.count - alert.raised_count
    return f"{number(alert.count)} ({'+' if change > 0 else '−'}{number(abs(change))})"


def _withdrawn(alert: Alert) -> str:
    if not alert.withdrawn_at:
        return ""
    return f"{moment(alert.withdrawn_at)}: {alert.get_withdrawn_because_display()}"


def _chart(alert: Alert) -> str:
    counts = counts_around([alert], months=CHART_MONTHS)[alert.pk]
    text = ngettext("%(months)s month up to %(month)s", "%(months)s months up to %(month)s", CHART_MONTHS)
    label = text % {"months": number(CHART_MONTHS), "month": month(alert.month)}
    picture = sparkline(counts, marked=len(counts) - 1, drop=alert.direction == "drop", label=label, width=720, height=150)
    return format_html(
        '<figure class="wide">{}<figcaption>{}</figcaption></figure>',
        mark_safe(picture),  # noqa: S308 - numbers and an escaped label
        label,
    )


def context_of(alert: Alert, *, whole_history: bool) -> dict[str, Any]:
    """Chart, reasons, neighbours in time and place, and history."""
    return {
        "alert": alert,
        "explanation": explain(alert),
        "chart": _chart(alert),
        "why": why_raised(alert),
        "same_month": same_month(alert),
        "earlier": earlier_alerts(alert),
        "entries": alert_history(alert, limit=None if whole_history else MAX_HISTORY_ENTRIES),
        "history_goes_on": not whole_history and alert.history.count() > MAX_HISTORY_ENTRIES,
        "public_url": reverse("alert", args=[alert.pk]),
    }
