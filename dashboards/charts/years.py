"""One project's years, one over the other."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from django.utils.formats import date_format

from dashboards.charts import parts
from dashboards.charts.marks import alert_marks
from dashboards.charts.scene import Scene
from dashboards.charts.state import MOST_YEARS
from dashboards.sentences import hover_sentence

FEWEST_YEARS = 2  # one alone is over no other


def year_over_year(scene: Scene) -> dict[str, Any]:
    """January to December, one line a year: the newest in the data's colour, earlier ones paler."""
    counts, by_month = scene.scaled(scene.series.counts), scene.by_month
    traces, shown = [], []
    places: dict[int, str | int] = {}
    for age, year in enumerate(reversed(_years(scene))):
        months = [dt.date(year, number, 1) for number in range(1, 13)]
        positions = [scene.series.position(month) for month in months]
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
                    hover_sentence(scene, position) if position is not None and np.isfinite(counts[position]) else ""
                    for position in positions
                ],
                "hovertemplate": "%{text}<extra></extra>",
                "customdata": [None if position is None else by_month[position] for position in positions],
                "line": {"color": "--blue" if age == 0 else "--grey", "width": 2.5 if age == 0 else 1.2},
                "marker": {"size": 6 if age == 0 else 4, "symbol": age},
                "opacity": 1 if age == 0 else max(0.3, 0.9 - 0.13 * age),
            }
        )
    layers = scene.state.layers
    return {
        "data": [*traces[::-1], *alert_marks(scene, counts, places)],
        "layout": parts.layout(
            hovermode="closest",
            showlegend=True,
            legend=parts.LEGEND,
            xaxis=parts.flat_axis(
                tickmode="array",
                tickvals=list(range(1, 13)),
                ticktext=[date_format(dt.date(2000, number, 1), "M") for number in range(1, 13)],
                range=[0.7, 12.3],
                fixedrange=True,
            ),
            yaxis=parts.value_axis(shown, title=scene.unit, log="log" in layers, zero="zero" in layers),
            meta={"fixed": True},
        ),
    }


def _years(scene: Scene) -> range:
    """The years in view, as many as can be told apart; with the one before, where a single one is in view."""
    last = scene.window[1].year
    first = max(scene.window[0].year, last - MOST_YEARS + 1)
    return range(max(min(first, last - FEWEST_YEARS + 1), scene.series.months[0].year), last + 1)
