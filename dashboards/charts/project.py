"""One project's chart: its line, what was expected, what stood out, and what people know about it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import numpy as np
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from alerts.models import Alert
from dashboards.charts import parts
from dashboards.charts.editors import editor_type_traces
from dashboards.charts.marks import alert_marks
from dashboards.charts.notes import note_marks, stems
from dashboards.charts.scene import Scene, read_scene
from dashboards.charts.state import ChartState
from dashboards.charts.years import year_over_year
from dashboards.sentences import hover_sentence
from edits.models import Project

Figure = dict[str, Any]


def of_page(found: re.Match[str], query: QueryDict) -> Figure:
    """The chart of `/projects/<domain>/`."""
    project = get_object_or_404(Project, domain=found["domain"])
    return figure(project, ChartState.read(query))


def of_alert(found: re.Match[str], query: QueryDict) -> Figure:
    """The chart of `/alerts/<id>/`: the years around it."""
    alert = get_object_or_404(Alert.objects.select_related("project"), pk=int(found["pk"]))
    return figure(alert.project, ChartState.around(alert.metric, alert.month, alert.pk))


def figure(project: Project, state: ChartState) -> Figure:
    """Data and layout, for plotly; Http404 where nothing is stored."""
    scene = read_scene(project, state)
    if scene is None:
        raise Http404
    return year_over_year(scene) if "years" in state.layers else timeline(scene)


def timeline(scene: Scene) -> Figure:
    """Months from left to right, with the slider under them."""
    state, series, inside = scene.state, scene.series, scene.inside
    dates = [f"{month:%Y-%m-%d}" for month in series.months]
    counts = scene.scaled(series.counts)
    shown = [counts[inside]]
    traces: list[dict[str, Any]] = []
    stacked = editor_type_traces(scene.editors, dates, scene.scaled)
    traces += stacked
    if "band" in state.layers and not stacked:
        traces += band(dates, scene)
        shown.append(_bounded(scene.scaled(series.upper)[inside], counts[inside]))
    if "mean" in state.layers:
        mean, threshold = scene.scaled(series.rolling_mean), scene.scaled(series.classic_threshold)
        traces.append(line(dates, mean, _("3-year mean"), "--teal", width=1.5))
        traces.append(line(dates, threshold, scene.classic_label, "--teal", width=1.5, dash="dot"))
        shown.append(threshold[inside])
    traces.append(count_line(dates, counts, scene))
    traces += lonely_dots(dates, counts)
    traces += alert_marks(scene, counts, dict(enumerate(dates)))
    axis = parts.value_axis(shown, title=scene.unit, log="log" in state.layers, zero="zero" in state.layers)
    first, last = scene.window
    extent = [_half_month(series.months[0], -1), _half_month(series.months[-1], 1)]
    notes = note_marks(scene.alerts, scene.notes, scene.window) if "notes" in state.layers else []
    return {
        "data": traces,
        "layout": parts.layout(
            margin={"l": 52, "r": 12, "t": 28 + 20 * max((note["lane"] + 1 for note in notes), default=0), "b": 30},
            xaxis=parts.flat_axis(
                type="date",
                range=[_half_month(first, -1), _half_month(last, 1)],
                **parts.month_ticks(first, last),
                rangeslider={
                    "visible": True,
                    "range": extent,
                    "yaxis": {"rangemode": "auto"},
                    "thickness": 0.09,
                    "bgcolor": "--soft",
                    "bordercolor": "--line",
                    "borderwidth": 1,
                },
            ),
            yaxis=axis,
            showlegend=bool(stacked),
            legend=parts.LEGEND,
            meta={"from": f"{first:%Y-%m}", "to": f"{last:%Y-%m}", "stored": [f"{m:%Y-%m}" for m in series.span or ()]},
            annotations=[note["mark"] for note in notes],
            shapes=stems(notes),
        ),
    }


def _half_month(month: dt.date, sign: int) -> str:
    """So that the first and the last month do not stick to the edge."""
    return f"{month + dt.timedelta(days=15 * sign):%Y-%m-%d}"


def _bounded(upper: parts.Floats, counts: parts.Floats) -> parts.Floats:
    """An upper bound may be many times the counts where history is short: it must not squeeze the line."""
    highest = np.nanmax(counts) if np.isfinite(counts).any() else np.nan
    return np.minimum(upper, 1.3 * highest)


def line(dates: list[str], values: parts.Floats, name: str, colour: str, *, width: float, dash: str = "solid") -> Figure:
    """A plain line; a month without a value is a gap."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": dates,
        "y": parts.plain_list(values),
        "line": {"color": colour, "width": width, "dash": dash},
        "hoverinfo": "skip",
    }


def band(dates: list[str], scene: Scene) -> list[Figure]:
    """The expected range, one closed shape for each stretch without a gap, and the expected value in it."""
    lower, upper = scene.scaled(scene.series.lower), scene.scaled(scene.series.upper)
    known = np.isfinite(lower) & np.isfinite(upper)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], known.view(np.int8), [0]))))
    x: list[str | None] = []
    y: list[float | int | None] = []
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        x += [*dates[start:stop], *reversed(dates[start:stop]), None]
        y += [*parts.plain_list(upper[start:stop]), *reversed(parts.plain_list(lower[start:stop])), None]
    shape = {
        "type": "scatter",
        "mode": "lines",
        "name": _("Expected range"),
        "x": x,
        "y": y,
        "fill": "toself",
        "fillcolor": "--band",
        "line": {"width": 0},
        "hoverinfo": "skip",
    }
    expected = line(dates, scene.scaled(scene.series.expected), _("Expected"), "--blue", width=1, dash="dash")
    return [shape, expected | {"opacity": 0.45}]


def count_line(dates: list[str], counts: parts.Floats, scene: Scene) -> Figure:
    """The counts, with the sentence that is shown on hover and the alert that a click opens."""
    present = np.isfinite(counts)
    inside = scene.inside  # what is out of view cannot be hovered: a new range brings a new figure
    texts = [
        hover_sentence(scene, position) if present[position] and inside.start <= position < inside.stop else ""
        for position in range(len(dates))
    ]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "counts",
        "x": dates,
        "y": parts.plain_list(counts),
        "text": texts,
        "hovertemplate": "%{text}<extra></extra>",
        "customdata": scene.by_month,
        "connectgaps": False,
        "line": {"color": "--blue", "width": 1.8},
        "showlegend": False,
    }


def lonely_dots(dates: list[str], counts: parts.Floats) -> list[Figure]:
    """Dots for months with gaps on both sides: no line goes through them, and they would not be seen."""
    present = np.concatenate(([False], np.isfinite(counts), [False]))
    alone = np.flatnonzero(present[1:-1] & ~present[:-2] & ~present[2:]).tolist()
    if not alone:
        return []
    dots = {"type": "scatter", "mode": "markers", "name": "dots", "hoverinfo": "skip", "showlegend": False}
    x, y = [dates[i] for i in alone], [parts.plain(float(counts[i])) for i in alone]
    return [{**dots, "x": x, "y": y, "marker": {"color": "--blue", "size": 5}}]
