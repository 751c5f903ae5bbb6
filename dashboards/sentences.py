"""Figures in plain words."""

from __future__ import annotations

import numpy as np
from django.utils.translation import gettext as _

from alerts.models import Alert, Direction
from dashboards.charts.chart_data import ChartData
from dashboards.charts.editors import editor_label
from dashboards.charts.parts import inert
from dashboards.episodes import Episode
from edits.figures import change, counted, month, number

MAX_WORDS = 80


def counted_words(count: float, scaled: float, metric: str, *, per_30_days: bool) -> str:
    """`9,579 edits`, or `9,270 edits per 30 days (9,579 in the month)`."""
    if not per_30_days:
        return counted(round(count), metric)
    words = {"count": counted(round(scaled), metric), "raw": number(count)}
    return _("%(count)s per 30 days (%(raw)s in the month)") % words


def episode_words(alert: Alert, episode: Episode) -> str:
    """`until April 2013, most in March 2013: 1,411,641 edits`."""
    until = _("until %(month)s") % {"month": month(episode.end)}
    if episode.month == alert.month:
        return until
    words = {"until": until, "month": month(episode.month), "count": counted(episode.count, alert.metric)}
    if alert.direction == Direction.PEAK:
        return _("%(until)s, most in %(month)s: %(count)s") % words
    return _("%(until)s, fewest in %(month)s: %(count)s") % words


def part_words(alert: Alert) -> str:
    """What a month that carries an alert on is a part of."""
    since = {"month": month(alert.month)}
    if alert.direction == Direction.PEAK:
        return _("part of the peak since %(month)s") % since
    return _("part of the drop since %(month)s") % since


def outside_words(chart: ChartData, position: int) -> str:
    """Why a month outside the normal range is no alert; empty for all other months."""
    series, at = chart.series, chart.series.months[position]
    count, lower, upper = (float(array[position]) for array in (series.counts, series.lower, series.upper))
    if at in chart.alerts or at in chart.carried or not (count > upper or count < lower):
        return ""
    needed = float((series.alarm_from if count > upper else series.alarm_to)[position])
    if not np.isfinite(needed):
        return _("outside the normal range; the rules here raise no alert for this")
    if count > upper and count < needed:
        return _("above the normal range, but an alert needs at least %(count)s") % {"count": number(np.ceil(needed))}
    if count < lower and count > needed:
        return _("below the normal range, but too few to raise an alert")
    return _("outside the normal range, but no alert: it was withdrawn, or the rules of the time did not raise one")


def hover_sentence(chart: ChartData, position: int) -> str:
    """What a month was and what was expected of it, in a few short lines of inert text; on the scale of the chart."""
    series, at = chart.series, chart.series.months[position]
    count = float(series.counts[position])
    scaled = count * float(chart.scale[position])
    lines = [month(at), counted_words(count, scaled, series.metric, per_30_days=chart.per_30_days)]
    lines += [f"{editor_label(name)}: {value}" for name, value in _editor_figures(chart, position)]
    lines += [_expected(chart, position), *_classic(chart, position)]
    if at in chart.alerts:
        lines += _told_lines(chart, chart.alerts[at])
    elif at in chart.carried:
        lines.append(f"{_mark(chart.carried[at])} {part_words(chart.carried[at])}")
    elif words := outside_words(chart, position):
        lines.append(words)
    first, *others = [inert(line) for line in lines]
    return "<br>".join([f"<b>{first}</b>", *others])


def _expected(chart: ChartData, position: int) -> str:
    series, scale = chart.series, chart.scale[position]
    expected, lower, upper = (float(array[position] * scale) for array in (series.expected, series.lower, series.upper))
    if not (np.isfinite(expected) and np.isfinite(upper)):
        return _("too little history to say what is normal")
    words = {"expected": number(expected), "lower": number(max(lower, 0)), "upper": number(upper)}
    return _("expected about %(expected)s, normal is %(lower)s to %(upper)s") % words


def _classic(chart: ChartData, position: int) -> list[str]:
    """The figures of the classic rule, where its lines are shown."""
    series, scale = chart.series, chart.scale[position]
    mean, threshold = float(series.rolling_mean[position] * scale), float(series.classic_threshold[position] * scale)
    if "mean" not in chart.state.layers or not np.isfinite(mean):
        return []
    return [_("3-year mean %(mean)s, with 30 %% more %(threshold)s") % {"mean": number(mean), "threshold": number(threshold)}]


def _editor_figures(chart: ChartData, position: int) -> list[tuple[str, str]]:
    found = {name: float(counts[position] * chart.scale[position]) for name, counts in chart.editors.items()}
    return [(name, number(value)) for name, value in found.items() if np.isfinite(value)]


def _mark(alert: Alert) -> str:
    return "▲" if alert.direction == Direction.PEAK else "▼"


def alert_lines(alert: Alert) -> list[str]:
    """How far out and how rare the alert is, and what became of it."""
    severity, status = str(alert.get_severity_display()), str(alert.get_status_display())
    figures = change(alert.percentage_difference)
    if alert.worst_month:
        figures = _("%(change)s in %(month)s") % {"change": figures, "month": month(alert.worst_month)}
    return [f"{_mark(alert)} {severity} · {figures} · {status}"]


def _told_lines(chart: ChartData, alert: Alert) -> list[str]:
    lines = alert_lines(alert)
    if episode := chart.episode(alert):
        lines.append(episode_words(alert, episode))
    if words := alert.label or (chart.notes[alert.pk].text if alert.pk in chart.notes else ""):
        lines.append("“" + words[:MAX_WORDS] + ("…" if len(words) > MAX_WORDS else "") + "”")
    return lines
