"""A real month, judged by every detector: what the methodology explains the methods with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from alerts.detection.detector import FigureKind
from alerts.detection.registry import DETECTORS
from alerts.detection.types import Panel
from alerts.models import Alert, Direction
from dashboards.caching import cached_until_data_changes
from dashboards.charts.series import judged_series
from dashboards.filters import AlertFilter
from dashboards.selectors import alerts_to_show
from edits.figures import name_of_month, number, percent

NOT_TESTABLE = "not_testable"
# How each kind of figure is written.
WRITTEN: Mapping[FigureKind, Callable[[Any], str]] = {
    FigureKind.COUNT: number,
    FigureKind.FACTOR: lambda value: number(value, 2),
    FigureKind.SHARE: percent,
    FigureKind.MONTH: lambda month: name_of_month(int(month[5:7])),
}


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one detector, with its default parameters, says about the month. Numbers alone: it is kept for all readers."""

    name: str
    evidence: Mapping[str, Any]

    @property
    def expected(self) -> float | None:
        expected: float | None = self.evidence["expected"]
        return expected

    @property
    def upper(self) -> float | None:
        upper: float | None = self.evidence["upper"]
        return upper

    @property
    def verdict(self) -> str:
        return str(self.evidence["verdict"])

    @property
    def how(self) -> str:
        """How the detector got there, with the month's own numbers; empty when it could not judge the month."""
        if self.verdict == NOT_TESTABLE:
            return ""
        example = DETECTORS[self.name].example
        return _(example.text) % {name: WRITTEN[each.kind](each.of(self.evidence)) for name, each in example.figures.items()}


def example_alert() -> Alert | None:
    """The newest extreme peak of a sizeable project, else the newest peak of one, else the newest alert of all."""
    chosen = AlertFilter(direction=Direction.PEAK, metric="edits", size="1000").apply(alerts_to_show())
    return chosen.filter(severity="extreme").first() or chosen.first() or alerts_to_show().first()


def opinions(alert: Alert) -> list[Opinion]:
    """Every detector's opinion on the alert's month, from the months before it and its count."""
    return cached_until_data_changes(f"worked-example:{alert.pk}", lambda: _opinions(alert))


def _opinions(alert: Alert) -> list[Opinion]:
    series = judged_series(alert.project, alert.metric)
    position = series.position(alert.month)
    if position is None:
        return []
    months = np.array(series.months[: position + 1], dtype="datetime64[M]")
    panel = Panel(np.ascontiguousarray(series.counts[: position + 1, None]), months)
    judged = slice(position, position + 1)
    return [Opinion(detector.name, detector.detect(panel, months=judged).evidence(0, 0)) for detector in DETECTORS.values()]
