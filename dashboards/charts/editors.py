"""Edits by who made them, one area on the other, where the counts are stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dashboards.charts import parts
from dashboards.charts.series import CountSeries
from edits.metrics import get_metric
from edits.models import EditorType, Project

# In this order from the bottom. Patterns besides colours: areas can be told apart without seeing colours.
LOOKS: dict[str, tuple[str, str]] = {
    EditorType.USER.value: ("--blue", ""),
    EditorType.ANONYMOUS.value: ("--orange", "/"),
    EditorType.GROUP_BOT.value: ("--grey", "."),
    EditorType.NAME_BOT.value: ("--teal", "x"),
}
BREAKDOWN = "editor_type"


def editor_counts(project: Project, series: CountSeries) -> dict[str, parts.Floats]:
    """The counts of each editor type that has any, on the months of `series`; empty where the metric has no such breakdown."""
    metric = get_metric(series.metric)
    breakdown = metric.breakdown(BREAKDOWN)
    if breakdown is None:
        return {}
    values = {name: np.full(len(series.months), np.nan) for name in breakdown.values}
    slices = metric.parts_of(breakdown, series.counted).values()
    rows = metric.model.objects.filter(project=project, **metric.filter_of(slices))
    for name, month, count in rows.values_list(breakdown.field, "month", metric.count_field):
        position = series.position(month)
        if position is not None:
            values[name][position] = count
    return {name: counts for name, counts in values.items() if np.nan_to_num(counts).any()}


def has_editor_counts(project: Project, series: CountSeries) -> bool:
    """Whether the project has counts by editor type of what `series` counts; one query."""
    metric = get_metric(series.metric)
    breakdown = metric.breakdown(BREAKDOWN)
    if breakdown is None:
        return False
    slices = metric.parts_of(breakdown, series.counted).values()
    return metric.model.objects.filter(project=project, **metric.filter_of(slices)).exists()


def editor_label(name: str) -> str:
    """The editor type as people read it."""
    return str(EditorType(name).label)


def editor_type_traces(
    editors: Mapping[str, parts.Floats], dates: list[str], scaled: Callable[[parts.Floats], parts.Floats]
) -> list[dict[str, Any]]:
    """One area for each editor type; their figures stand in the sentence on hover."""
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": parts.inert(editor_label(name)),
            "x": dates,
            "y": parts.plain_list(scaled(counts)),
            "stackgroup": "editors",
            "line": {"width": 0.5, "color": LOOKS[name][0]},
            "fillcolor": LOOKS[name][0],
            "fillpattern": {"shape": LOOKS[name][1], "size": 6, "solidity": 0.25},
            "hoverinfo": "skip",
        }
        for name, counts in editors.items()
    ]
