"""One project's chart: its line, what was expected, what stood out, and what people know about it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import numpy as np
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from alerts.models import Alert
from dashboards.charts import events, parts
from dashboards.charts.bands import NO_MARKS, Marks, breaks_of, marks_of
from dashboards.charts.chart_data import ChartData, chart_data_of, read_chart_data
from dashboards.charts.editors import editor_type_traces
from dashboards.charts.marks import alert_marks
from dashboards.charts.notes import note_marks, stems
from dashboards.charts.series import judged_series
from dashboards.charts.state import ChartState
from dashboards.charts.years import year_over_year
from dashboards.sentences import hover_sentence
from edits.metrics import METRICS
from edits.models import Project

Figure = dict[str, Any]


def of_page(found: re.Match[str], query: QueryDict) -> Figure:
    """The chart of `/projects/<domain>/`."""
    project = get_object_or_404(Project, domain=found["domain"])
    return figure(project, ChartState.read(query))


def of_alert(found: re.Match[str], query: QueryDict) -> Figure:
    """The chart of `/alerts/<id>/`: the years around it."""
    alert = get_object_or_404(Alert.objects.filter(metric__in=METRICS).select_related("project"), pk=int(found["pk"]))
    state = ChartState.around(alert.metric, alert.month, alert.pk)
    # The page has what was going on in words; the numbers of the regions are explained in the explorer alone.
    chart = read_chart_data(alert.project, replace(state, layers=state.layers - {"events"}))
    if chart is None:
        raise Http404
    return drawn(chart, breaks_of(alert.project, chart))


def figure(project: Project, state: ChartState) -> Figure:
    """Data and layout, for plotly; Http404 where nothing is stored."""
    chart = read_chart_data(project, state)
    if chart is None:
        raise Http404
    return drawn(chart, marks_of(project, chart) if "events" in state.layers else NO_MARKS)


def only_alert(alert: Alert) -> tuple[Figure, Marks]:
    """The years around an alert, with its mark and no other, and the known breaks in them; two queries."""
    state = ChartState.around(alert.metric, alert.month, alert.pk)
    chart = chart_data_of(alert.project, state, judged_series(alert.project, alert.metric), [alert], {})
    if chart is None:
        return {"data": [], "layout": {}}, NO_MARKS
    marks = breaks_of(alert.project, chart)
    return drawn(chart, marks, hover=False), marks


def drawn(chart: ChartData, marks: Marks = NO_MARKS, *, hover: bool = True) -> Figure:
    """The chart of `chart`: its months, its years one over the other, or why there is nothing to draw.

    `hover`: with a sentence for each month, which a picture has no use for.
    """
    if chart.is_empty:
        return nothing_to_show(_("No count is stored of these months."))
    return year_over_year(chart, hover=hover) if "years" in chart.state.layers else timeline(chart, marks, hover=hover)


def nothing_to_show(words: str) -> Figure:
    """An empty chart that says why it is empty."""
    said = {"text": parts.inert(words), "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5, "showarrow": False}
    hidden = {"visible": False, "fixedrange": True}
    return {"data": [], "layout": parts.layout(xaxis=hidden, yaxis=hidden, annotations=[said], meta={"fixed": True})}


def timeline(chart: ChartData, marks: Marks = NO_MARKS, *, hover: bool = True) -> Figure:
    """Months from left to right, with the slider under them; events and known breaks behind the lines."""
    state, series, inside = chart.state, chart.series, chart.inside
    dates = [f"{month:%Y-%m-%d}" for month in series.months]
    counts = chart.scaled(series.counts)
    shown = [counts[inside]]
    traces: list[dict[str, Any]] = []
    stacked = editor_type_traces(chart.editors, dates, chart.scaled)
    traces += stacked
    if "band" in state.layers and not stacked:
        traces += band(dates, chart)
        shown.append(_bounded(chart.scaled(series.upper)[inside], counts[inside]))
    if "mean" in state.layers:
        mean, threshold = chart.scaled(series.rolling_mean), chart.scaled(series.classic_threshold)
        traces.append(line(dates, mean, _("3-year mean"), "--teal", width=1.5))
        traces.append(line(dates, threshold, chart.classic_label, "--teal", width=1.5, dash="dot"))
        shown.append(threshold[inside])
    traces.append(count_line(dates, counts, chart, hover=hover))
    traces += lonely_dots(dates, counts)
    traces += alert_marks(chart, counts, dict(enumerate(dates)))
    axis = parts.value_axis(shown, title=chart.unit, log="log" in state.layers, zero="zero" in state.layers)
    first, last = chart.window
    extent = [_half_month(series.months[0], -1), _half_month(series.months[-1], 1)]
    above = events.height_of(marks)
    notes = note_marks(chart.alerts, chart.notes, chart.window, above=above) if "notes" in state.layers else []
    return {
        "data": traces,
        "layout": parts.layout(
            margin={"l": 52, "r": 12, "t": 28 + above + 20 * max((note["lane"] + 1 for note in notes), default=0), "b": 30},
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
            meta={
                "from": f"{first:%Y-%m}",
                "to": f"{last:%Y-%m}",
                "stored": [f"{m:%Y-%m}" for m in series.span or ()],
                "above": above,
            },
            annotations=[*(note["mark"] for note in notes), *events.labels_of(marks, chart.window)],
            shapes=[*events.shapes_of(marks), *stems(notes)],
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


def band(dates: list[str], chart: ChartData) -> list[Figure]:
    """The expected range, one closed shape for each stretch without a gap, and the expected value in it."""
    lower, upper = chart.scaled(chart.series.lower), chart.scaled(chart.series.upper)
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
    expected = line(dates, chart.scaled(chart.series.expected), _("Expected"), "--blue", width=1, dash="dash")
    return [shape, expected | {"opacity": 0.45}]


def count_line(dates: list[str], counts: parts.Floats, chart: ChartData, *, hover: bool) -> Figure:
    """The counts, with the sentence that is shown on hover and the alert that a click opens."""
    present = np.isfinite(counts)
    inside = chart.inside if hover else slice(0, 0)  # what is out of view cannot be hovered: a new range brings a new figure
    texts = [
        hover_sentence(chart, position) if present[position] and inside.start <= position < inside.stop else ""
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
        "customdata": chart.by_month,
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
