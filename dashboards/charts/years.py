"""One project's years, one over the other."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from dashboards.charts import parts
from dashboards.charts.chart_data import ChartData
from dashboards.charts.marks import alert_marks
from dashboards.charts.state import MAX_YEARS
from dashboards.sentences import hover_sentence
from edits.figures import short_name_of_month

MIN_YEARS = 2  # one alone is over no other
# Colour and dash of each year, the newest first: which line is which year can be told without the legend's order.
LOOKS = (
    ("--blue", "solid"), ("--orange", "solid"), ("--green", "dash"), ("--red", "dot"), ("--grey", "dashdot"),
    ("--blue-deep", "longdash"),
)  # fmt: skip


def year_over_year(chart: ChartData, *, hover: bool) -> dict[str, Any]:
    """January to December, one line a year: the newest bold in the data's colour, earlier ones in colours of their own."""
    counts, by_month = chart.scaled(chart.series.counts), chart.by_month
    traces, shown = [], []
    places: dict[int, str | int] = {}
    for age, year in enumerate(reversed(_years(chart))):
        months = [dt.date(year, number, 1) for number in range(1, 13)]
        positions = [chart.series.position(month) for month in months]
        values = np.array([np.nan if position is None else counts[position] for position in positions])
        shown.append(values)
        places |= {position: number for number, position in enumerate(positions, 1) if position is not None}
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": str(year),
                "x": list(range(1, 13)),
                "y": parts.plain_list(values),
                "text": [
                    hover_sentence(chart, position) if position is not None and np.isfinite(counts[position]) else ""
                    for position in (positions if hover else ())
                ],
                "hovertemplate": "%{text}<extra></extra>",
                "customdata": [None if position is None else by_month[position] for position in positions],
                "line": {"color": LOOKS[age][0], "dash": LOOKS[age][1], "width": 2.8 if age == 0 else 1.5},
                "marker": {"size": 6 if age == 0 else 5, "symbol": age, "color": LOOKS[age][0]},
            }
        )
    layers = chart.state.layers
    return {
        "data": [*traces[::-1], *alert_marks(chart, counts, places)],
        "layout": parts.layout(
            hovermode="closest",
            showlegend=True,
            legend=parts.LEGEND,
            xaxis=parts.flat_axis(
                tickmode="array",
                tickvals=list(range(1, 13)),
                ticktext=[short_name_of_month(number) for number in range(1, 13)],
                range=[0.7, 12.3],
                fixedrange=True,
            ),
            yaxis=parts.value_axis(shown, title=chart.unit, log="log" in layers, zero="zero" in layers),
            meta={"fixed": True},
        ),
    }


def _years(chart: ChartData) -> range:
    """The years in view, as many as can be told apart; with the one before, where a single one is in view."""
    last = chart.window[1].year
    first = max(chart.window[0].year, last - MAX_YEARS + 1)
    return range(max(min(first, last - MIN_YEARS + 1), chart.series.months[0].year), last + 1)
