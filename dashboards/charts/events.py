"""The calendar on the chart: a numbered region for each event, a diamond on the axis for each known break.

The numbers are explained in the list below the chart. They have lanes like the notes have, made for the width of a phone,
so that none stands over another at any width.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from dashboards.charts.bands import Band, Marks, middle_of, place_of_breaks, span_of
from dashboards.charts.parts import inert

LANE_HEIGHT = 15


def shapes_of(marks: Marks) -> list[dict[str, Any]]:
    """Regions behind the lines, and a short stroke on the axis for each break."""
    return [*(_region(band) for band in marks.bands), *(_stroke(month) for month in place_of_breaks(marks))]


def labels_of(marks: Marks, window: tuple[dt.date, dt.date]) -> list[dict[str, Any]]:
    """The numbers of the regions, above the chart, and the diamonds of the breaks on the axis."""
    numbers = [_number(band, window) for band in marks.bands]
    return [*numbers, *(_diamond(month, words) for month, words in place_of_breaks(marks).items())]


def height_of(marks: Marks) -> int:
    """Pixels above the chart that the numbers take."""
    return LANE_HEIGHT * max((band.lane + 1 for band in marks.bands), default=0)


def _region(band: Band) -> dict[str, Any]:
    first, last = span_of(band.event)
    return {
        "name": "event", "type": "rect", "xref": "x", "yref": "paper", "x0": f"{first}", "x1": f"{last}", "y0": 0, "y1": 1,
        "layer": "below", "fillcolor": "--event", "line": {"width": 0},
    }  # fmt: skip


def _number(band: Band, window: tuple[dt.date, dt.date]) -> dict[str, Any]:
    return {
        "name": "event", "x": f"{middle_of(band.event, window)}", "xref": "x", "y": 1, "yref": "paper",
        "yshift": 8 + LANE_HEIGHT * band.lane, "text": str(band.number),
        "hovertext": inert(band.event.title), "showarrow": False, "captureevents": False,
        "font": {"size": 12, "color": "--event-ink"},
    }  # fmt: skip


def _stroke(month: dt.date) -> dict[str, Any]:
    return {
        "name": "break", "type": "line", "xref": "x", "yref": "paper", "x0": f"{month}", "x1": f"{month}", "y0": 0, "y1": 0.05,
        "layer": "below", "line": {"color": "--sub", "width": 1},
    }  # fmt: skip


def _diamond(month: dt.date, words: str) -> dict[str, Any]:
    return {
        "name": "break", "x": f"{month}", "xref": "x", "y": 0, "yref": "paper", "text": "◆", "hovertext": inert(words),
        "showarrow": False, "font": {"size": 10, "color": "--sub"}, "yshift": 1,
    }  # fmt: skip
