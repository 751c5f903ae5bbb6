"""Months that belong together: an alert, the months after it that carry it on, and the one that stood out most."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alerts.models import Alert, Direction
from edits.months import add_months, month_range


@dataclass(frozen=True, slots=True)
class Episode:
    """`end`: its last month. `month`, `count`: the largest one of a peak, the smallest one of a drop."""

    end: dt.date
    month: dt.date
    count: int


def carried_on(alerts: Iterable[Alert]) -> dict[dt.date, Alert]:
    """The months after an alert's own that belong to it, each with that alert."""
    return {
        month: alert
        for alert in alerts
        if alert.episode_end is not None
        for month in month_range(add_months(alert.month, 1), alert.episode_end)
    }


def episode_of(alert: Alert, counts: Mapping[dt.date, int]) -> Episode | None:
    """The episode that `alert` began, by the stored `counts`; None where the alert is its only month."""
    if alert.episode_end is None or alert.episode_end == alert.month:
        return None
    inside = {month: counts[month] for month in month_range(alert.month, alert.episode_end) if month in counts}
    inside[alert.month] = alert.count
    outermost = max if alert.direction == Direction.PEAK else min
    month = outermost(inside, key=lambda each: inside[each])
    return Episode(alert.episode_end, month, inside[month])
