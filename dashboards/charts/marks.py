"""What stands out on a line: a triangle for each alert, a small one for each month that carries it on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from alerts.models import Alert, Direction, Severity, Status
from dashboards.charts import parts
from dashboards.charts.chart_data import ChartData

SYMBOLS: dict[str, str] = {Direction.PEAK: "triangle-up", Direction.DROP: "triangle-down"}
SIZES: dict[str, int] = {Severity.NOTABLE: 10, Severity.HIGH: 12, Severity.EXTREME: 14}
CARRIED_SIZE = 7
OUTLINE = {"alerts": 2.0, "carried": 1.2}  # of the chosen one, and of settled ones
UNKNOWN_COLOUR, UNKNOWN_SYMBOL = "--grey", "circle"  # of what a newer version wrote
COLOURS: dict[tuple[str, str], str] = {
    (Direction.PEAK, Severity.NOTABLE): "--grey",
    (Direction.PEAK, Severity.HIGH): "--orange",
    (Direction.PEAK, Severity.EXTREME): "--red",
    (Direction.DROP, Severity.NOTABLE): "--grey",
    (Direction.DROP, Severity.HIGH): "--blue",
    (Direction.DROP, Severity.EXTREME): "--blue-deep",
}
# Explained and dismissed ones are drawn hollow: nothing is left to do there.
SETTLED = {Status.EXPLAINED, Status.DISMISSED}


def size_of(severity: str) -> int:
    """How large the mark of a severity is; the smallest for one of a newer version."""
    return SIZES.get(severity, SIZES[Severity.NOTABLE])


def triangle(size: float, *, down: bool = False) -> str:
    """The path of a triangle around its middle, as plotly draws it."""
    half, sign = size / 2, -1 if down else 1
    return f"M{-half:g} {sign * half * 0.8:g}h{size:g}l{-half:g} {-sign * size * 0.9:g}z"


def alert_marks(chart: ChartData, counts: parts.Floats, places: Mapping[int, str | int]) -> list[dict[str, Any]]:
    """Up or down, larger and redder the rarer, hollow once settled. `places`: where on the axis of time a position of the
    series is drawn; what has no place is not."""
    small = {position: (alert, CARRIED_SIZE) for position, alert in _drawn(chart, chart.carried, counts, places)}
    large = {
        position: (alert, size_of(alert.severity) + (4 if alert.pk == chart.state.alert else 0))
        for position, alert in _drawn(chart, chart.alerts, counts, places)
    }
    named = (("carried", small), ("alerts", large))
    return [_markers(name, marks, chart.state.alert, counts, places) for name, marks in named if marks]


def _drawn(
    chart: ChartData, months: Mapping[Any, Alert], counts: parts.Floats, places: Mapping[int, str | int]
) -> list[tuple[int, Alert]]:
    every = [(chart.series.position(month), alert) for month, alert in months.items()]
    return [(at, alert) for at, alert in every if at is not None and at in places and np.isfinite(counts[at])]


def _markers(
    name: str,
    marks: Mapping[int, tuple[Alert, int]],
    chosen: int,
    counts: parts.Floats,
    places: Mapping[int, str | int],
) -> dict[str, Any]:
    alerts = [alert for alert, _size in marks.values()]
    colours = [COLOURS.get((alert.direction, alert.severity), UNKNOWN_COLOUR) for alert in alerts]
    hollow = [alert.status in SETTLED for alert in alerts]
    heavy = [alert.pk == chosen or empty for alert, empty in zip(alerts, hollow, strict=True)]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [places[position] for position in marks],
        "y": [parts.plain(float(counts[position])) for position in marks],
        "hoverinfo": "none",
        "customdata": [alert.pk for alert in alerts],
        "marker": {
            "symbol": [SYMBOLS.get(alert.direction, UNKNOWN_SYMBOL) for alert in alerts],
            "size": [size for _alert, size in marks.values()],
            "color": ["--bg" if empty else colour for empty, colour in zip(hollow, colours, strict=True)],
            "line": {
                "color": ["--ink" if alert.pk == chosen else colour for alert, colour in zip(alerts, colours, strict=True)],
                "width": [OUTLINE[name] if thick else 0.5 for thick in heavy],
            },
            "opacity": 1,
        },
        "cliponaxis": False,
        "showlegend": False,
    }
