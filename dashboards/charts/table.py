"""The months in view as rows: what the chart draws, for people who read tables and for files."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from alerts.models import Alert
from dashboards.charts.chart_data import ChartData
from dashboards.charts.editors import editor_label
from dashboards.sentences import outside_words, part_words


@dataclass(frozen=True, slots=True)
class MonthRow:
    """Numbers are None where they are not known. alert: raised in this month. part_of: raised earlier, and carried on here.

    outside: why a month outside the normal range is no alert.
    """

    month: dt.date
    count: int | None
    per_30_days: float | None
    expected: float | None
    lower: float | None
    upper: float | None
    rolling_mean: float | None
    classic_threshold: float | None
    editors: tuple[int | None, ...]
    editor_names: tuple[str, ...]
    alert: Alert | None
    part_of: Alert | None
    note: str
    outside: str

    @property
    def named_editors(self) -> list[tuple[str, int | None]]:
        return list(zip(self.editor_names, self.editors, strict=True))

    @property
    def part_words(self) -> str:
        return part_words(self.part_of) if self.part_of else ""


def month_rows(chart: ChartData) -> list[MonthRow]:
    """One row for each month in view, missing ones included, in the order of time. Only `per_30_days` is scaled."""
    series, adjusted = chart.series, chart.scaled(chart.series.counts)
    rows = []
    for position in range(*chart.inside.indices(len(series.months))):
        month = series.months[position]
        alert = chart.alerts.get(month)
        note = chart.notes.get(alert.pk) if alert else None
        rows.append(
            MonthRow(
                month=month,
                count=_whole(series.counts[position]),
                per_30_days=_known(adjusted[position]),
                expected=_known(series.expected[position]),
                lower=_known(series.lower[position]),
                upper=_known(series.upper[position]),
                rolling_mean=_known(series.rolling_mean[position]),
                classic_threshold=_known(series.classic_threshold[position]),
                editor_names=tuple(editor_label(name) for name in chart.editors),
                editors=tuple(_whole(counts[position]) for counts in chart.editors.values()),
                alert=alert,
                part_of=chart.carried.get(month),
                note=note.text if note else "",
                outside=outside_words(chart, position),
            )
        )
    return rows


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _whole(value: float) -> int | None:
    return int(value) if math.isfinite(value) else None
