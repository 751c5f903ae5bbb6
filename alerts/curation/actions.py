"""What can be done with many alerts at once."""

from __future__ import annotations

import csv
import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from alerts import services
from alerts.curation.bulk import Bulk, bulk_action
from alerts.curation.forms import BulkForm
from alerts.lifecycle import ChangedMeanwhile, IllegalTransition, Move
from alerts.models import Alert
from alerts.spreadsheet import safe_row

Given = dict[str, Any]
logger = logging.getLogger(__name__)


def _acknowledge(alert: Alert, by: User, given: Given, seen: int | None) -> Alert:
    return services.alert_acknowledge(alert=alert, by=by, note=given["reason"], expected_version=seen)


def _explain(alert: Alert, by: User, given: Given, seen: int | None) -> Alert:
    label = given["label"] or services.KEEP
    return services.alert_explain(
        alert=alert, by=by, category=given["category"], label=label, note=given["reason"], expected_version=seen
    )


def _dismiss(alert: Alert, by: User, given: Given, seen: int | None) -> Alert:
    return services.alert_dismiss(alert=alert, by=by, reason=given["reason"], expected_version=seen)


def _reopen(alert: Alert, by: User, given: Given, seen: int | None) -> Alert:
    return services.alert_reopen(alert=alert, by=by, reason=given["reason"], expected_version=seen)


def _assign(alert: Alert, by: User, given: Given, seen: int | None) -> Alert:
    return services.alert_assign(alert=alert, by=by, assignee=by, note=given["reason"], expected_version=seen)


MOVES: dict[Move, tuple[Any, Callable[[Alert, User, Given, int | None], Alert]]] = {
    Move.ACKNOWLEDGE: (_("Take up selected alerts"), _acknowledge),
    Move.EXPLAIN: (_("Explain selected alerts (category and label)"), _explain),
    Move.DISMISS: (_("Dismiss selected alerts"), _dismiss),
    Move.REOPEN: (_("Reopen selected alerts"), _reopen),
    Move.ASSIGN: (_("Assign selected alerts to me"), _assign),
}

COLUMNS = (
    "project", "site_name", "language", "family",
    "metric", "month", "direction", "count", "expected", "threshold", "percentage_difference", "severity",
    "status", "category", "label", "dismissal_reason", "assignee", "raised_count", "raised_at", "withdrawn_at",
    "detector", "detector_version", "annotations",
)  # fmt: skip


class _Echo:
    """What csv writes to, so that rows can be sent as they are made."""

    def write(self, text: str) -> str:
        return text


def export_csv(model_admin: ModelAdmin, request: HttpRequest, queryset: QuerySet[Alert]) -> StreamingHttpResponse:
    """The selected alerts as a table for spreadsheets."""
    writer = csv.writer(_Echo())
    alerts = queryset.select_related("project", "category", "assignee").defer("evidence").prefetch_related("annotations")
    logger.info("%s exports alerts: %s", request.user, request.get_full_path())

    def lines() -> Iterable[str]:
        yield "\ufeff" + writer.writerow(COLUMNS)
        for alert in alerts.iterator(2000):
            yield writer.writerow(safe_row([_cell(alert, name) for name in COLUMNS]))

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="alerts.csv"'
    return response


export_csv.short_description = _("Export selected alerts (CSV)")  # type: ignore[attr-defined]
export_csv.allowed_permissions = ("view",)  # type: ignore[attr-defined]


_TOLD: dict[str, Callable[[Alert], str]] = {
    "month": lambda alert: f"{alert.month:%Y-%m}",
    "site_name": lambda alert: alert.project.name,
    "language": lambda alert: alert.project.language_code,
    "family": lambda alert: alert.project.family,
    "annotations": lambda alert: " | ".join(note.text for note in alert.annotations.all() if note.status == "published"),
}


def _cell(alert: Alert, name: str) -> Any:
    value = _TOLD[name](alert) if name in _TOLD else getattr(alert, name)
    return value if isinstance(value, (int, float, str)) or value is None else str(value)


BULK_ACTIONS = (
    *(
        bulk_action(
            Bulk(
                name=f"bulk_{move.value}",
                title=title,
                form=partial(BulkForm, move=move),
                apply=apply,
                refusals=(IllegalTransition, ChangedMeanwhile),
                row_template="admin/alerts/alert/bulk_row.html",
                related=("project", "category"),
            )
        )
        for move, (title, apply) in MOVES.items()
    ),
    export_csv,
)
