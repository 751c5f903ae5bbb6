"""What a moderator sees beside an alert."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from alerts.models import HUMAN_FIELDS, WORST_FIRST, Alert
from curation.history import HistoryEntry, history_entries
from edits.metrics import METRICS
from edits.months import add_months, to_index
from edits.selectors import counts_panel

SPARK_MONTHS = 24
MAX_HISTORY_ENTRIES = 50
# What the history speaks of: what people decide, and the numbers that they decided on.
TOLD_FIELDS = ("status", *HUMAN_FIELDS, "count", "severity", "detector_version")


def counts_around(alerts: Sequence[Alert], *, months: int = SPARK_MONTHS) -> dict[int, list[int | None]]:
    """For each alert the counts of the `months` months that end with the alert's; None where a month is missing.

    A fixed number of queries for each metric among `alerts`, however many they are.
    """
    found: dict[int, list[int | None]] = {}
    by_metric: dict[str, list[Alert]] = {}
    for alert in alerts:
        if alert.metric in METRICS:
            by_metric.setdefault(alert.metric, []).append(alert)
    for name, group in by_metric.items():
        first = add_months(min(alert.month for alert in group), 1 - months)
        last = max(alert.month for alert in group)
        panel = counts_panel(metric=METRICS[name], project_ids={a.project_id for a in group}, between=(first, last))
        column = {project: index for index, project in enumerate(panel.projects)}
        start = to_index(panel.months[0]) if panel.months else 0
        for alert in group:
            end = to_index(alert.month) - start
            rows = range(end - months + 1, end + 1)
            series = panel.values[:, column[alert.project_id]] if alert.project_id in column else ()
            found[alert.pk] = [
                int(series[row]) if 0 <= row < len(series) and series[row] == series[row] else None for row in rows
            ]
    return found


def alert_history(alert: Alert, *, limit: int | None = MAX_HISTORY_ENTRIES) -> list[HistoryEntry]:
    """The newest `limit` entries of the alert's history (None: all of them), newest first, in three queries."""
    rows = alert.history.select_related("history_user").order_by("-history_date", "-history_id")
    rows = list(rows if limit is None else rows[: limit + 1])
    return history_entries(rows, model=Alert, fields=TOLD_FIELDS, limit=limit)


def changes_since(alert: Alert, version: int) -> list[HistoryEntry]:
    """What happened to `alert` after its `version`, oldest first: for the person who was still looking at that version."""
    return [entry for entry in reversed(alert_history(alert)) if entry.version > version]


def same_month(alert: Alert, *, limit: int = 12) -> QuerySet[Alert]:
    """Alerts of other projects in the same month, of the same metric and direction, worst first."""
    others = Alert.objects.shown(alert.metric).filter(month=alert.month, direction=alert.direction).exclude(pk=alert.pk)
    return others.select_related("project", "category").order_by(*WORST_FIRST)[:limit]


def earlier_alerts(alert: Alert, *, limit: int = 12) -> QuerySet[Alert]:
    """Earlier alerts of the same project and what people called them, newest first."""
    earlier = Alert.objects.filter(project=alert.project_id, month__lt=alert.month)
    return earlier.select_related("project", "category").order_by("-month", "-rarity")[:limit]
