"""What can be done with many alerts at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alerts.admin.decisions import DECIDE
from alerts.admin.forms import BulkForm
from alerts.lifecycle import ChangedMeanwhile, IllegalTransition, Move
from alerts.models import Alert
from alerts.spreadsheet import Cell, csv_response
from curation.bulk import Bulk, bulk_action

logger = logging.getLogger(__name__)


TITLES: dict[Move, Promise] = {
    Move.ACKNOWLEDGE: _("Take up selected alerts"),
    Move.EXPLAIN: _("Explain selected alerts (cause and label)"),
    Move.DISMISS: _("Dismiss selected alerts"),
    Move.REOPEN: _("Reopen selected alerts"),
    Move.ASSIGN: _("Assign selected alerts to me"),
}

COLUMNS = (
    "project", "site_name", "language", "family",
    "metric", "month", "direction", "count", "expected", "threshold", "percentage_difference", "severity",
    "status", "category", "label", "dismissal_reason", "assignee", "raised_count", "raised_at", "withdrawn_at",
    "detector", "detector_version", "annotations",
)  # fmt: skip


@admin.action(description=_("Export selected alerts (CSV)"), permissions=["view"])
def export_csv(model_admin: ModelAdmin, request: HttpRequest, queryset: QuerySet[Alert]) -> StreamingHttpResponse:
    """The selected alerts as a table for spreadsheets."""
    alerts = queryset.select_related("project", "category", "assignee").defer("evidence").prefetch_related("annotations")
    logger.info("%s exports alerts: %s", request.user, request.get_full_path())

    rows = ([_cell(alert, name) for name in COLUMNS] for alert in alerts.iterator(2000))
    return csv_response("alerts", COLUMNS, rows)


_TOLD: dict[str, Callable[[Alert], str]] = {
    "month": lambda alert: f"{alert.month:%Y-%m}",
    "site_name": lambda alert: alert.project.name,
    "language": lambda alert: alert.project.language_code,
    "family": lambda alert: alert.project.family,
    "annotations": lambda alert: " | ".join(note.text for note in alert.annotations.all() if note.status == "published"),
}


def _cell(alert: Alert, name: str) -> Cell:
    value = _TOLD[name](alert) if name in _TOLD else getattr(alert, name)
    return value if isinstance(value, (int, float, str)) or value is None else str(value)


BULK_ACTIONS = (
    *(
        bulk_action(
            Bulk(
                name=f"bulk_{move.value}",
                title=title,
                form=partial(BulkForm, move=move),
                apply=DECIDE[move],
                refusals=(IllegalTransition, ChangedMeanwhile),
                row_template="admin/alerts/alert/bulk_row.html",
                related=("project", "category"),
            )
        )
        for move, title in TITLES.items()
    ),
    export_csv,
)
