"""A word-sized line of monthly counts, drawn on the server: numbers in, SVG out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

PADDING = 4.0  # so that the mark of a peak at the edge is not cut off


def sparkline(
    counts: Sequence[float | None],
    *,
    marked: int | None = None,
    drop: bool = False,
    marks: Mapping[int, bool] | None = None,
    label: str = "",
    width: int = 140,
    height: int = 32,
) -> str:
    """An inline `<svg class="spark">` of `counts`, oldest first; None is a missing month and leaves a gap.

    The scale runs from zero to the largest count. `marked` is the index of the month to mark: a triangle on it that points
    up, or down for a `drop`, a shape besides the colour; `marks` are more of them, True for a drop. `label` is read to people
    who do not see it. Colours come from the classes `line`, `dot`, `peak` and `drop`; the result is safe to put into a page as
    it is.
    """
    top = max((count for count in counts if count is not None), default=0.0) or 1.0
    step = (width - 2 * PADDING) / max(len(counts) - 1, 1)
    scale = height - 2 * PADDING - 2  # room for the mark above the largest count
    points = [
        None if count is None else (PADDING + index * step, height - PADDING - count / top * scale)
        for index, count in enumerate(counts)
    ]
    parts = [_line(run) for run in _runs(points)]
    every = dict(marks or {}) | ({} if marked is None else {marked: drop})
    for index, down in every.items():
        if 0 <= index < len(points) and (point := points[index]) is not None:
            x, y = point
            shape = (
                f'drop" d="M{x:.1f} {min(y + 5, height):.1f}l-4 -7h8z'
                if down
                else f'peak" d="M{x:.1f} {max(y - 5, 0):.1f}l-4 7h8z'
            )
            parts.append(f'<path class="{shape}"/>')
    named = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return (
        f'<svg class="spark" viewBox="0 0 {width} {height}" width="{width}" height="{height}" {named}>{"".join(parts)}</svg>'
    )


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """The stretches without a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is not None:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _line(run: Sequence[tuple[float, float]]) -> str:
    if len(run) == 1:
        return f'<circle class="dot" cx="{run[0][0]:.1f}" cy="{run[0][1]:.1f}" r="1.5"/>'
    return f'<polyline class="line" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in run)}"/>'
