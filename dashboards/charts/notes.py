"""Notes above the chart: as many as there is room for, none over another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from alerts.models import Alert
from annotations.models import Annotation
from dashboards.charts.parts import inert
from edits.months import to_index

LANES = 3
MAX_LENGTH = 36
WIDTH_IN_CHARACTERS = 130  # of a chart on a desktop, in the size of the notes; phones show the numbers alone


def short(text: str) -> str:
    """The beginning of a note, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= MAX_LENGTH:
        return line
    cut = line[: MAX_LENGTH - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[MAX_LENGTH // 2 :] else cut).rstrip(" ,.;:") + "…"


def note_marks(
    alerts: Mapping[dt.date, Alert],
    notes: Mapping[int, Annotation],
    window: tuple[dt.date, dt.date],
    *,
    above: int = 0,
) -> list[dict[str, Any]]:
    """`{"lane": 0 (lowest) …, "mark": a plotly annotation}` for each note in view that found room; the rarest choose first.

    `above`: pixels that something else takes between the chart and the notes.
    """
    first, last = to_index(window[0]), to_index(window[1])
    span = max(last - first, 1)
    inside = [
        (alert, short(alert.label or notes[alert.pk].text))
        for month, alert in alerts.items()
        if first <= to_index(month) <= last and (alert.label or alert.pk in notes)
    ]
    taken: list[list[tuple[float, float]]] = [[] for _lane in range(LANES)]
    placed = []
    for alert, text in sorted(inside, key=lambda pair: -abs(pair[0].score or 0)):
        at = (to_index(alert.month) - first) / span * WIDTH_IN_CHARACTERS
        rightwards = at + len(text) + 2 <= WIDTH_IN_CHARACTERS
        begin, end = (at - 1, at + len(text) + 2) if rightwards else (at - len(text) - 2, at + 1)
        lane = next((n for n, spans in enumerate(taken) if all(end <= a or begin >= b for a, b in spans)), None)
        if lane is None:
            continue
        taken[lane].append((begin, end))
        placed.append({"lane": lane, "mark": _mark(alert, text, lane, rightwards, above)})
    return placed


def stems(notes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A dotted line from each note down its month, so that one sees what it speaks of."""
    line = {"color": "--line", "width": 1, "dash": "dot"}
    return [
        {
            "type": "line",
            "xref": "x",
            "yref": "paper",
            "x0": note["mark"]["x"],
            "x1": note["mark"]["x"],
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "line": line,
        }
        for note in notes
    ]


def _mark(alert: Alert, text: str, lane: int, rightwards: bool, above: int) -> dict[str, Any]:
    return {
        "name": "note",
        "x": f"{alert.month:%Y-%m-%d}",
        "xref": "x",
        "y": 1,
        "yref": "paper",
        "xshift": 2 if rightwards else -2,
        "yshift": 12 + above + 20 * lane,
        "xanchor": "left" if rightwards else "right",
        "yanchor": "middle",
        "text": inert(text),
        "showarrow": False,
        "font": {"size": 12, "color": "--sub"},
        "captureevents": False,
    }
