"""The filter of the lists of alerts, as it stands in the address."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet, Value
from django.db.models.functions import Concat
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alerts.models import Alert, Category, Direction, Severity, Status
from dashboards import parameters
from edits.families import FAMILIES
from edits.metrics import METRICS

PAGE_SIZE, MOST_ROWS, LAST_PAGE = 25, 200, 100_000
OPEN = "open"
OPEN_STATUSES = (Status.NEW, Status.ACKNOWLEDGED)
SIZES: dict[str, str | Promise] = {
    "100": _("100 and more expected"),
    "1000": _("1,000 and more expected"),
    "10000": _("10,000 and more expected"),
    "100000": _("100,000 and more expected"),
}
SORTS: dict[str, tuple[str, ...]] = {  # each as an index already lies
    "newest": ("-month", "-rarity", "pk"),
    "worst": ("-rarity", "-month", "pk"),
    "largest": ("-magnitude", "-month", "pk"),
}
SORT_LABELS: dict[str, str | Promise] = {
    "newest": _("Newest first"),
    "worst": _("Rarest first"),
    "largest": _("Largest first"),
}


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts to show. Empty text means "any"; withdrawn alerts are shown only when asked for."""

    month: dt.date | None = None
    language: str = ""
    family: str = ""
    project: str = ""
    metric: str = ""
    status: str = ""
    direction: str = ""
    severity: str = ""
    category: str = ""
    size: str = ""
    sort: str = "newest"
    page: int = 1
    per_page: int = PAGE_SIZE

    @classmethod
    def read(cls, query: QueryDict) -> AlertFilter:
        """The filter in a query string; BadParameter says which value means nothing."""
        return cls(
            month=parameters.month(query, "month"),
            language=parameters.text(query, "language", longest=32),
            family=parameters.choice(query, "family", FAMILIES),
            project=parameters.text(query, "project"),
            metric=parameters.choice(query, "metric", METRICS),
            status=parameters.choice(query, "status", [OPEN, *Status.values]),
            direction=parameters.choice(query, "direction", Direction.values),
            severity=parameters.choice(query, "severity", Severity.values),
            category=parameters.text(query, "category", longest=40),
            size=parameters.choice(query, "size", SIZES),
            sort=parameters.choice(query, "sort", SORTS, "newest"),
            page=parameters.whole_number(query, "page", 1, lowest=1, highest=LAST_PAGE),
            per_page=parameters.whole_number(query, "per_page", PAGE_SIZE, lowest=1, highest=MOST_ROWS),
        )

    def apply(self, alerts: QuerySet[Alert], *, sort: str | None = None) -> QuerySet[Alert]:
        """`alerts` narrowed and ordered."""
        wanted: dict[str, Any] = {
            "month": self.month,
            "project__language_code": self.language,
            "project__family": self.family,
            "project__domain": self.project,
            "metric": self.metric,
            "direction": self.direction,
            "severity": self.severity,
            "category__slug": self.category,
            "expected__gte": int(self.size) if self.size else None,
        }
        alerts = alerts.filter(**{key: value for key, value in wanted.items() if value})
        if self.status == OPEN:
            alerts = alerts.filter(status__in=OPEN_STATUSES)
        elif self.status:
            alerts = alerts.filter(status=self.status)
        else:
            # Not the bare column: MariaDB would go by the index on it, and sort nearly all alerts for each page.
            alerts = alerts.alias(state=Concat("status", Value(""))).exclude(state=Status.WITHDRAWN)
        return alerts.order_by(*SORTS[sort or self.sort])

    def query(self, **changes: Any) -> str:
        """The filter as a query string with `changes`, defaults left out: `?family=wikipedia`, or an empty string."""
        changed = replace(self, **changes)
        pairs = []
        for field in fields(self):
            value = getattr(changed, field.name)
            if value != field.default:
                pairs.append((field.name, f"{value:%Y-%m}" if isinstance(value, dt.date) else str(value)))
        return f"?{urlencode(pairs)}" if pairs else ""

    @property
    def narrowed(self) -> bool:
        """Whether anything but the month, the metric, the order and the page was chosen."""
        return bool(self.query(month=None, metric="", sort="newest", page=1, per_page=PAGE_SIZE))


def status_choices() -> list[tuple[str, Any]]:
    return [(OPEN, _("Open (new or in review)")), *Status.choices]


def categories() -> list[Category]:
    return list(Category.objects.all())
