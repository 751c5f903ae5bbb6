"""What a moderator sees beside an alert."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Model, QuerySet
from django.utils.encoding import force_str
from django.utils.translation import gettext

from alerts.curation.vocabulary import reason_in_words
from alerts.models import HUMAN_FIELDS, Alert, Category
from edits.metrics import METRICS
from edits.months import add_months, to_index
from edits.selectors import counts_panel

SPARK_MONTHS = 24
HISTORY_SHOWN = 50
# What the history speaks of: what people decide, and the numbers that they decided on.
TOLD_FIELDS = ("status", *HUMAN_FIELDS, "count", "severity", "detector_version")


def counts_around(alerts: Sequence[Alert], *, months: int = SPARK_MONTHS) -> dict[int, list[int | None]]:
    """For each alert the counts of the `months` months that end with the alert's; None where a month is missing.

    A fixed number of queries for each metric among `alerts`, however many they are.
    """
    found: dict[int, list[int | None]] = {}
    by_metric: dict[str, list[Alert]] = {}
    for alert in alerts:
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


@dataclass(frozen=True, slots=True)
class Change:
    """One field that somebody changed, in words."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """Who did what to a row, when, and why. `who` is empty for the detector."""

    when: dt.datetime
    who: str
    why: str
    created: bool
    changes: tuple[Change, ...]
    version: int


def alert_history(alert: Alert, *, limit: int | None = HISTORY_SHOWN) -> list[HistoryEntry]:
    """The newest `limit` entries of the alert's history (None: all of them), newest first, in three queries."""
    rows = alert.history.select_related("history_user").order_by("-history_date", "-history_id")
    rows = list(rows if limit is None else rows[: limit + 1])
    return history_entries(rows, model=Alert, fields=TOLD_FIELDS, limit=limit)


def history_entries(
    rows: Sequence[Any], *, model: type[Model], fields: Iterable[str], limit: int | None
) -> list[HistoryEntry]:
    """The entries of history `rows` (newest first), each compared with the row before it in time."""
    names = _Names(rows)
    entries = []
    for row, before in zip_longest(rows, rows[1:]):
        changes = () if before is None else tuple(_changes(before, row, model, fields, names))
        entries.append(
            HistoryEntry(
                when=row.history_date,
                who=str(row.history_user or ""),
                why=reason_in_words(row.history_change_reason or ""),
                created=row.history_type == "+",
                changes=changes,
                version=getattr(row, "version", 0),
            )
        )
    return [entry for entry in entries[:limit] if entry.changes or entry.created or entry.why]


def changes_since(alert: Alert, version: int) -> list[HistoryEntry]:
    """What happened to `alert` after its `version`, oldest first: for the person who was still looking at that version."""
    return [entry for entry in reversed(alert_history(alert)) if entry.version > version]


class _Names:
    """The names of the people and categories that the history speaks of, fetched once."""

    def __init__(self, rows: Sequence[Any]) -> None:
        people = {pk for row in rows if (pk := getattr(row, "assignee_id", None)) is not None}
        categories = {pk for row in rows if (pk := getattr(row, "category_id", None)) is not None}
        self.assignee = {user.pk: str(user) for user in get_user_model().objects.filter(pk__in=people)} if people else {}
        self.category = {row.pk: str(row) for row in Category.objects.filter(pk__in=categories)} if categories else {}


def _changes(before: Any, after: Any, model: type[Model], fields: Iterable[str], names: _Names) -> Iterable[Change]:
    for name in fields:
        field: Any = model._meta.get_field(name)
        old, new = getattr(before, field.attname), getattr(after, field.attname)
        if old != new:
            yield Change(force_str(getattr(field, "verbose_name", name)), _words(field, old, names), _words(field, new, names))


def _words(field: Any, value: object, names: _Names) -> str:
    if value in (None, ""):
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    known: dict[object, str] = getattr(names, field.name, {})
    choices: dict[object, object] = dict(getattr(field, "flatchoices", ()))
    return known.get(value) or force_str(choices.get(value, value))


def same_month(alert: Alert, *, limit: int = 12) -> QuerySet[Alert]:
    """Alerts of other projects in the same month, of the same metric and direction, worst first."""
    others = Alert.objects.filter(month=alert.month, metric=alert.metric, direction=alert.direction).exclude(pk=alert.pk)
    return others.select_related("project", "category").order_by("-rarity", "-pk")[:limit]


def earlier_alerts(alert: Alert, *, limit: int = 12) -> QuerySet[Alert]:
    """Earlier alerts of the same project and what people called them, newest first."""
    earlier = Alert.objects.filter(project=alert.project_id, month__lt=alert.month)
    return earlier.select_related("project", "category").order_by("-month", "-rarity")[:limit]
