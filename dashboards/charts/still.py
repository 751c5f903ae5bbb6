"""A chart as a picture, drawn on the server: what stands there until the interactive one has come, and without JavaScript.

It is made from the same figure. The plane of the lines is stretched to the place that it gets, so that it fits every screen;
marks and words stand at percentages of it and keep their shape.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from dashboards.charts.marks import triangle
from dashboards.keeping import keep
from edits.figures import number

Figure = dict[str, Any]
Point = tuple[float, float]

PLANE = 1000.0  # the lines' own units, in both directions
TICKS_WANTED = 5
DASHES = {"dash": "6 5", "dot": "2 4", "dashdot": "6 4 2 4", "longdash": "10 5"}
DAY = 86_400.0


def still(figure: Figure) -> SafeString:
    """An inline `<div class="still">` with the lines, the range, the marks and the axes of `figure`, safe for a page."""
    return keep("still", figure, lambda: _still(figure)) if figure["data"] else mark_safe("")


def _still(figure: Figure) -> str:
    plane = f'viewBox="0 0 {PLANE:.0f} {PLANE:.0f}" preserveAspectRatio="none"'
    drawn = f'<svg width="100%" height="100%">{plot(figure, (PLANE, PLANE), plane)}</svg>'
    return f'<div class="still" aria-hidden="true">{drawn}</div>'


def plot(figure: Figure, size: Point, plane: str = "") -> str:
    """The inside of an `<svg>`: grid, lines, marks and words of `figure`. Lines are drawn on a plane of `size`, whose own
    `<svg>` has the attributes `plane`; all else stands at percentages. Colours are custom properties of the stylesheet.
    """
    axes, traces = _Axes(figure["layout"]), _stacked(figure["data"])
    lines = "".join(_path(trace, axes, size) for trace in traces if "lines" in trace["mode"])
    marks = "".join(mark for trace in traces if trace["mode"] == "markers" for mark in _marks(trace, axes))
    breaks = "".join(_diamond(each, axes) for each in figure["layout"].get("annotations", ()) if each.get("name") == "break")
    return f'{axes.grid()}<svg {plane} width="100%" height="100%">{lines}</svg>{marks}{breaks}{axes.words()}'


class _Axes:
    """Where a value of the figure lies, as shares of the plane from its left and its top."""

    def __init__(self, layout: Figure) -> None:
        self.x, self.y = layout["xaxis"], layout["yaxis"]
        self.log = self.y.get("type") == "log"
        self.left, self.right = (_number(end) for end in self.x["range"])
        self.bottom, self.top = self.y["range"]

    def place(self, x: str | float, y: float) -> Point | None:
        """None for what a logarithmic axis has no place for."""
        if self.log and y <= 0:
            return None
        height = (math.log10(y) if self.log else y) - self.bottom
        return (_number(x) - self.left) / (self.right - self.left), 1 - height / (self.top - self.bottom)

    def ticks(self) -> list[float]:
        """Round values of the upright axis within its range."""
        if self.log:
            powers = range(math.ceil(self.bottom), math.floor(self.top) + 1)
            return [10.0**power for power in powers]
        rough = (self.top - self.bottom) / TICKS_WANTED
        unit = 10.0 ** math.floor(math.log10(rough))
        step = next(factor * unit for factor in (1, 2, 5, 10) if factor * unit >= rough)
        first = math.ceil(self.bottom / step)
        return [step * count for count in range(first, math.floor(self.top / step) + 1)]

    def grid(self) -> str:
        places = (self.place(self.x["range"][0], tick) for tick in self.ticks())
        return "".join(
            f'<line class="grid" x1="0" x2="100%" y1="{_percent(place[1])}" y2="{_percent(place[1])}"/>'
            for place in places
            if place
        )

    def words(self) -> str:
        """Counts on the left, months below."""
        left = self.x["range"][0]
        heights = ((escape(number(tick)), self.place(left, tick)) for tick in self.ticks())
        found = [
            f'<text class="up" x="-8" dy=".35em" text-anchor="end" y="{_percent(place[1])}">{count}</text>'
            for count, place in heights
            if place
        ]
        for value, text in zip(self.x["tickvals"], self.x["ticktext"], strict=True):
            along = (_number(value) - self.left) / (self.right - self.left)
            if 0 <= along <= 1:
                words = " ".join(escape(part) for part in text.split("<br>"))
                found.append(f'<text class="along" dy="18" text-anchor="middle" x="{_percent(along)}" y="100%">{words}</text>')
        return "".join(found)


def _number(value: str | float) -> float:
    """A place on the axis of time: a date as days, a number as it is."""
    if isinstance(value, str):
        return dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC).timestamp() / DAY
    return float(value)


def _percent(share: float) -> str:
    return f"{100 * share:.2f}%"


def _colour(value: str) -> str:
    return f"var({value})" if value.startswith("--") else value


def _stacked(traces: Iterable[Figure]) -> list[Figure]:
    """Areas that stand on one another get the sums as their heights, the highest drawn first."""
    areas: list[Figure] = []
    others: list[Figure] = []
    heights: list[float] = []
    for trace in traces:
        if "stackgroup" not in trace:
            others.append(trace)
            continue
        heights = [below + (value or 0) for below, value in zip(heights or [0.0] * len(trace["y"]), trace["y"], strict=True)]
        ends = [trace["x"][-1], trace["x"][0]]
        areas.append({**trace, "x": [*trace["x"], *ends], "y": [*heights, 0, 0], "fill": "toself"})
    return [*reversed(areas), *others]


def _runs(trace: Figure, axes: _Axes) -> list[list[Point]]:
    """The stretches of a line without a gap."""
    runs: list[list[Point]] = [[]]
    for x, y in zip(trace["x"], trace["y"], strict=True):
        place = None if x is None or y is None else axes.place(x, y)
        if place is not None:
            runs[-1].append(place)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _path(trace: Figure, axes: _Axes, size: Point) -> str:
    closed = "Z" if trace.get("fill") == "toself" else ""
    shape = "".join(
        "M" + "L".join(f"{x * size[0]:.1f} {y * size[1]:.1f}" for x, y in run) + closed
        for run in _runs(trace, axes)
        if len(run) > 1
    )
    if not shape:
        return ""
    line = trace.get("line", {})
    fill = _colour(trace["fillcolor"]) if closed else "none"
    dash = f";stroke-dasharray:{DASHES[line['dash']]}" if line.get("dash") in DASHES else ""
    look = f"fill:{fill};stroke:{_colour(line.get('color', 'none'))};stroke-width:{line.get('width', 1)}{dash}"
    return f'<path d="{shape}" style="{look};opacity:{trace.get("opacity", 1):.2f}"/>'


def _diamond(mark: Figure, axes: _Axes) -> str:
    """A known break: a diamond on the axis, as on the chart."""
    along = (_number(mark["x"]) - axes.left) / (axes.right - axes.left)
    if not 0 <= along <= 1:
        return ""
    look = f"fill:{_colour(mark['font']['color'])}"
    return f'<svg x="{_percent(along)}" y="100%"><path class="break" d="M0 -5l4 5l-4 5l-4 -5z" style="{look}"/></svg>'


def _each(value: Any, count: int) -> Sequence[Any]:
    return value if isinstance(value, list) else [value] * count


def _marks(trace: Figure, axes: _Axes) -> Iterable[str]:
    """Triangles as on the chart, and dots for months between gaps."""
    marker, count = trace["marker"], len(trace["x"])
    outline = marker.get("line", {})
    symbols, sizes = _each(marker.get("symbol", "circle"), count), _each(marker["size"], count)
    colours, edges = _each(marker["color"], count), _each(outline.get("color", marker["color"]), count)
    for x, y, symbol, size, colour, edge in zip(trace["x"], trace["y"], symbols, sizes, colours, edges, strict=True):
        place = None if y is None else axes.place(x, y)
        if place is None or not 0 <= place[0] <= 1:
            continue
        half = size / 2
        shape = triangle(size, down=symbol == "triangle-down")
        if symbol == "circle":
            shape = f"M{-half} 0a{half} {half} 0 1 0 {size} 0a{half} {half} 0 1 0 {-size} 0z"
        look = f"fill:{_colour(colour)};stroke:{_colour(edge)}"
        there = f'x="{_percent(place[0])}" y="{_percent(place[1])}" overflow="visible"'
        yield f'<svg {there}><path d="{shape}" style="{look}"/></svg>'
