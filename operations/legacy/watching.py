"""What people watched in the original tool, as what their accounts follow here; nothing is sent without an address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from accounts.services import account_of_name
from alerts.models import Direction
from operations.legacy.report import TableReport
from operations.legacy.understand import Domains, NotUnderstood, understand_moment
from operations.legacy.words import told
from subscriptions.models import Scope
from subscriptions.services import follow_of_old

# What each table watches: the scope here, and the column that names it.
WATCHED = {
    "user_project_watchlist": (Scope.WIKI, "project"),
    "user_watches": (Scope.WIKI, "project"),  # as it was called before
    "user_subscriptions": (Scope.WIKI, "project"),  # and before that
    "user_language_watchlist": (Scope.LANGUAGE, "language_code"),
    "user_language_watches": (Scope.LANGUAGE, "language_code"),
}
FOLLOWED = "followed by the account of that name, which gives an address first"
METRICS_OF = {"edit": ["edits"], "editor": ["active_editors"], "both": ["active_editors", "edits"]}


@dataclass(slots=True)
class Watching:
    """The take-over of watch lists."""

    domains: Domains
    now: dt.datetime

    def take_over(self, table: str, rows: Iterable[Mapping[str, Any]], report: TableReport) -> None:
        scope, column = WATCHED[table]
        for row in rows:
            report.rows += 1
            try:
                new = self._follow(scope, row, column)
            except NotUnderstood as error:
                report.refuse(str(error), told(row))
                continue
            report.outcomes[
                "followed by the account of that name, which gives an address first" if new else "already there"
            ] += 1

    def _follow(self, scope: Scope, row: Mapping[str, Any], column: str) -> bool:
        """Whether it was not followed yet."""
        name = str(row["username"] or "").strip()
        if not name:
            raise NotUnderstood("it names nobody")
        if not row.get("is_active", True):
            raise NotUnderstood("the person had switched it off")
        kind = str(row.get("notification_type") or "both")
        if kind not in METRICS_OF:
            raise NotUnderstood("it is about neither edits nor editors")
        value = self.domains.understand(row[column]) if scope == Scope.WIKI else str(row[column] or "")
        try:
            return follow_of_old(
                person=account_of_name(username=name),
                scope=scope,
                value=value,
                metrics=METRICS_OF[kind],
                direction=Direction.PEAK,  # the original knew no drops
                since=understand_moment(row.get("created_at")) or self.now,
            )
        except ValidationError:
            raise NotUnderstood("no such project or language is known here") from None
