"""Months that belong together: an alert, the months after it that carry it on, and the one that stood out most."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from alerts.detection.episodes import MAX_EPISODE_MONTHS
from alerts.models import Alert, Direction
from edits.metrics import METRICS, PARTS
from edits.months import add_months, month_range

WHOLES = {part.part_of.whole for part in PARTS.values() if part.part_of}


@dataclass(frozen=True, slots=True)
class Episode:
    """`end`: its last month. `month`, `count`: the largest one of a peak, the smallest one of a drop."""

    end: dt.date
    month: dt.date
    count: int


def touching(first: dt.date, last: dt.date) -> Q:
    """Alerts of which a month lies between `first` and `last`, both included."""
    return Q(month__range=(first, last)) | lasting_into(first)


def lasting_into(month: dt.date) -> Q:
    """Alerts that began before `month` and last into it."""
    return Q(month__gte=add_months(month, -MAX_EPISODE_MONTHS), month__lt=month, episode_end__gte=month)


def carried_into(month: dt.date, metric: str) -> Q:
    """Alerts that began before `month` and last into it; where `metric` is not a part, without those of a part where the whole
    stands out by now."""
    carried = lasting_into(month)
    if metric and METRICS[metric].part_of:
        return carried
    covers = Q(month=month) | Q(month__lt=month, episode_end__gte=month)
    of_whole = Q(project=OuterRef("project"), metric__in=WHOLES, month__gt=OuterRef("month"))
    taken_over = Exists(Alert.objects.standing().filter(covers, of_whole))
    return carried & ~(Q(metric__in=[part.name for part in PARTS.values()]) & Q(taken_over))


def covering(month: dt.date, metric: str) -> Q:
    """Alerts that `month` belongs to: those that it began, and those that it carries on."""
    return Q(month=month) | carried_into(month, metric)


def months_of(alert: Alert) -> list[dt.date]:
    """The alert's own month and those that carry it on."""
    return list(month_range(alert.month, alert.episode_end or alert.month))


def carried_on(alerts: Iterable[Alert]) -> dict[dt.date, Alert]:
    """The months after an alert's own that belong to it, each with that alert."""
    return {month: alert for alert in alerts for month in months_of(alert)[1:]}


def episode_of(alert: Alert, counts: Mapping[dt.date, int]) -> Episode | None:
    """The episode that `alert` began, by the stored `counts`; None where the alert is its only month."""
    if alert.episode_end is None or alert.episode_end == alert.month:
        return None
    inside = {month: counts[month] for month in month_range(alert.month, alert.episode_end) if month in counts}
    inside[alert.figures_month] = alert.count
    outermost = max if alert.direction == Direction.PEAK else min
    month = outermost(inside, key=lambda each: inside[each])
    return Episode(alert.episode_end, month, inside[month])
