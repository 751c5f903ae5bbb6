"""The files of a dump: their columns, their rows, their licence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, QuerySet

from alerts.models import Alert
from alerts.spreadsheet import Cell
from annotations.models import Annotation
from edits.metrics import count_models
from edits.models import Project
from events.selectors import published

ROWS_AT_ONCE = 50_000  # so that each statement stays short whatever the size of the site
CC0 = "CC0-1.0"


@dataclass(frozen=True, slots=True)
class Table:
    """One file. `licence`: None where nobody has given one, as for what people wrote."""

    name: str
    about: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[tuple[Cell, ...]]]
    licence: str | None = CC0


def _in_pieces(rows: QuerySet[Any], *columns: str) -> Iterator[tuple[Any, ...]]:
    """`columns` of all `rows`, by their keys: rows that are added meanwhile move no piece."""
    newest = rows.order_by().aggregate(newest=Max("pk"))["newest"] or 0
    for start in range(0, newest, ROWS_AT_ONCE):
        piece = rows.filter(pk__gt=start, pk__lte=start + ROWS_AT_ONCE).order_by("pk")
        yield from piece.values_list(*columns)


def _of(rows: Callable[[], QuerySet[Any]], **columns: str) -> tuple[tuple[str, ...], Callable[[], Iterator[tuple[Any, ...]]]]:
    """Columns by the names of their fields."""
    return tuple(columns), lambda: _in_pieces(rows(), *columns.values())


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


def tables() -> tuple[Table, ...]:
    """All files, in the order in which a reader needs them."""
    projects = _of(
        lambda: Project.objects.all(), project="domain", **_same("dbname", "family", "language_code", "language_name"),
        **_same("language_name_en", "direction", "closed", "private"),
    )  # fmt: skip
    alerts = _of(
        lambda: Alert.objects.all(), id="pk", project="project__domain",
        **_same("metric", "month", "direction", "worst_month", "episode_end", "count", "rolling_mean", "threshold"),
        **_same("percentage_difference", "expected", "lower", "upper", "excess", "score", "p_value", "q_value", "severity"),
        **_same("status", "parts", "shown_under_id"), category="category__slug", label="label", cause="explanation__cause",
        **_same("provisional", "detector", "detector_version", "policy_version", "data_as_of", "updated_at"),
    )  # fmt: skip
    notes = _of(
        lambda: Annotation.objects.filter(status=Annotation.Status.PUBLISHED), id="pk", alert="alert_id",
        **_same("text", "link", "headline", "updated_at"),
    )  # fmt: skip
    events = _of(
        published, id="pk", **_same("title", "kind"), link="url",
        **_same("scope", "first_day", "last_day", "participants", "grade", "updated_at"),
    )  # fmt: skip
    counts = []
    for model in sorted(count_models(), key=lambda each: each._meta.db_table):
        found = _of(
            model.objects.all, project="project__domain", month="month", **_same(*model.slice_fields), count=model.count_field
        )
        counts.append(Table(model._meta.db_table, f"Monthly counts: {model._meta.verbose_name_plural}.", *found))
    return (
        Table("projects", "Wikis.", *projects),
        *counts,
        Table("alerts", "Months that stood out, withdrawn ones among them.", *alerts),
        Table("annotations", "Published notes about alerts.", *notes, licence=None),
        Table("events", "What was known to go on.", *events),
    )
