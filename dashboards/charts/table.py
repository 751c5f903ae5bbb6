"""The months in view as rows: what the chart draws, for people who read tables and for files."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from alerts.models import Alert
from dashboards.charts.scene import Scene
from dashboards.sentences import part_words


@dataclass(frozen=True, slots=True)
class MonthRow:
    """Numbers are None where they are not known. alert: raised in this month. part_of: raised earlier, and carried on here."""

    month: dt.date
    count: int | None
    per_30_days: float | None
    expected: float | None
    lower: float | None
    upper: float | None
    rolling_mean: float | None
    classic_threshold: float | None
    editors: tuple[int | None, ...]
    alert: Alert | None
    part_of: Alert | None
    note: str

    @property
    def part_words(self) -> str:
        return part_words(self.part_of) if self.part_of else ""


def month_rows(scene: Scene) -> list[MonthRow]:
    """One row for each month in view, missing ones included, in the order of time. Only `per_30_days` is scaled."""
    series, adjusted = scene.series, scene.scaled(scene.series.counts)
    rows = []
    for position in range(*scene.inside.indices(len(series.months))):
        month = series.months[position]
        alert = scene.alerts.get(month)
        note = scene.notes.get(alert.pk) if alert else None
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
                editors=tuple(_whole(counts[position]) for counts in scene.editors.values()),
                alert=alert,
                part_of=scene.carried.get(month),
                note=note.text if note else "",
            )
        )
    return rows


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _whole(value: float) -> int | None:
    return int(value) if math.isfinite(value) else None
