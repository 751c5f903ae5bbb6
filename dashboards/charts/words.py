"""What a chart shows, in words: for who cannot see it, and for the lines around it."""

from __future__ import annotations

import numpy as np
from django.utils.translation import gettext as _

from alerts.models import Alert
from curation.language import listed
from dashboards.charts.chart_data import ChartData
from dashboards.charts.series import JudgedSeries
from edits.figures import change, counted, month, number
from edits.metrics import METRICS
from edits.models import Project

MAX_NAMED = 5  # months that stood out


def name_of(project: Project, metric: str) -> str:
    """What the chart is of."""
    return _("%(wiki)s: %(metric)s") % {"wiki": project.name, "metric": METRICS[metric].label}


def newest(series: JudgedSeries) -> int | None:
    """The position of the newest month that has a count."""
    known = np.flatnonzero(np.isfinite(series.counts))
    return int(known[-1]) if known.size else None


def newest_words(series: JudgedSeries) -> str:
    """What the newest month was, and what is usual."""
    at = newest(series)
    if at is None:
        return _("No count is stored yet.")
    words = {"month": month(series.months[at]), "count": counted(round(float(series.counts[at])), series.metric)}
    lower, upper = float(series.lower[at]), float(series.upper[at])
    if not (np.isfinite(lower) and np.isfinite(upper)):
        return _("%(month)s: %(count)s") % words
    words |= {"lower": number(max(lower, 0)), "upper": number(upper)}
    return _("%(month)s: %(count)s; %(lower)s to %(upper)s is usual") % words


def described(project: Project, chart: ChartData) -> str:
    """The whole chart in a few sentences: which months, the newest one, and those that stood out."""
    first, last = chart.window
    span = {"first": month(first), "last": month(last)}
    sentences = [_("Months from %(first)s to %(last)s.") % span, newest_words(chart.series) + "."]
    stood_out = [alert for at, alert in chart.alerts.items() if first <= at <= last]
    named = sorted(stood_out, key=lambda alert: -(alert.rarity or 0))[:MAX_NAMED]
    if not named:
        return " ".join([*sentences, _("No month stood out.")])
    told = listed(f"{month(alert.month)} ({change(alert.percentage_difference)})" for alert in named)
    sentences.append(_("Stood out most: %(months)s.") % {"months": told})
    return " ".join(sentences)


def alert_line(alert: Alert) -> str:
    """What stood out, in one line."""
    words = {
        "month": month(alert.figures_month),
        "count": counted(alert.count, alert.metric),
        "change": change(alert.percentage_difference),
    }
    if alert.percentage_difference is None:
        return _("%(month)s: %(count)s") % words
    return _("%(month)s: %(count)s, %(change)s against expected") % words
