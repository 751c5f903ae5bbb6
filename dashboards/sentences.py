"""Figures in plain words."""

from __future__ import annotations

import numpy as np
from django.utils.translation import gettext as _

from alerts.models import Alert, Direction
from dashboards.charts.editors import editor_label
from dashboards.charts.parts import inert
from dashboards.charts.scene import Scene
from dashboards.episodes import Episode
from dashboards.templatetags.figures import change, counted, month, number

LONGEST_WORDS = 80


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


def hover_sentence(scene: Scene, position: int) -> str:
    """What a month was and what was expected of it, in a few short lines of inert text; on the scale of the chart."""
    series, at = scene.series, scene.series.months[position]
    count = float(series.counts[position])
    scaled = count * float(scene.scale[position])
    lines = [month(at), counted_words(count, scaled, series.metric, per_30_days=scene.per_30_days)]
    lines += [f"{editor_label(name)}: {value}" for name, value in _editor_figures(scene, position)]
    lines += [_expected(scene, position), *_classic(scene, position)]
    if at in scene.alerts:
        lines += _alert_lines(scene, scene.alerts[at])
    elif at in scene.carried:
        lines.append(f"{_mark(scene.carried[at])} {part_words(scene.carried[at])}")
    first, *others = [inert(line) for line in lines]
    return "<br>".join([f"<b>{first}</b>", *others])


def _expected(scene: Scene, position: int) -> str:
    series, scale = scene.series, scene.scale[position]
    expected, lower, upper = (float(array[position] * scale) for array in (series.expected, series.lower, series.upper))
    if not (np.isfinite(expected) and np.isfinite(upper)):
        return _("too little history to say what is normal")
    words = {"expected": number(expected), "lower": number(max(lower, 0)), "upper": number(upper)}
    return _("expected about %(expected)s, normal is %(lower)s to %(upper)s") % words


def _classic(scene: Scene, position: int) -> list[str]:
    """The figures of the classic rule, where its lines are shown."""
    series, scale = scene.series, scene.scale[position]
    mean, threshold = float(series.rolling_mean[position] * scale), float(series.classic_threshold[position] * scale)
    if "mean" not in scene.state.layers or not np.isfinite(mean):
        return []
    return [_("3-year mean %(mean)s, with 30 %% more %(threshold)s") % {"mean": number(mean), "threshold": number(threshold)}]


def _editor_figures(scene: Scene, position: int) -> list[tuple[str, str]]:
    found = {name: float(counts[position] * scene.scale[position]) for name, counts in scene.editors.items()}
    return [(name, number(value)) for name, value in found.items() if np.isfinite(value)]


def _mark(alert: Alert) -> str:
    return "▲" if alert.direction == Direction.PEAK else "▼"


def _alert_lines(scene: Scene, alert: Alert) -> list[str]:
    severity, status = str(alert.get_severity_display()), str(alert.get_status_display())
    lines = [f"{_mark(alert)} {severity} · {change(alert.percentage_difference)} · {status}"]
    if episode := scene.episode(alert):
        lines.append(episode_words(alert, episode))
    if words := alert.label or (scene.notes[alert.pk].text if alert.pk in scene.notes else ""):
        lines.append("“" + words[:LONGEST_WORDS] + ("…" if len(words) > LONGEST_WORDS else "") + "”")
    return lines
