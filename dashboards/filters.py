"""The filter of the lists of alerts, as it stands in the address."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Value
from django.db.models.functions import Concat
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alerts import choices
from alerts.models import WORST_FIRST, AlertQuerySet, Category, Direction, Severity, Status
from causes.findings import Cause
from dashboards import parameters
from dashboards.episodes import covering
from edits.families import FAMILIES
from edits.metrics import METRICS, PARTS
from edits.models import Project
from subscriptions.groups import projects_of
from subscriptions.models import Group

PAGE_SIZE, MAX_PAGE_SIZE, LAST_PAGE = 25, 200, 100_000
OPEN = "open"
ALL_EDITORS = "all"  # for the overview, which shows the first part where nothing else is asked for
SIZES: dict[str, str | Promise] = {
    "100": _("100 and more expected"),
    "1000": _("1,000 and more expected"),
    "10000": _("10,000 and more expected"),
    "100000": _("100,000 and more expected"),
}
SORTS: dict[str, tuple[str, ...]] = {  # each as an index already lies
    "newest": ("-month", "-rarity", "pk"),
    "worst": WORST_FIRST,
    "rarest": ("-rarity", "-month", "pk"),
    "largest": ("-magnitude", "-month", "pk"),
}
SORT_LABELS: dict[str, str | Promise] = {
    "newest": _("Newest first"),
    "worst": _("Worst first"),
    "rarest": _("Rarest first"),
    "largest": _("Largest first"),
}


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts to show. Empty text means "any"; withdrawn alerts are shown only when asked for.

    An alert belongs to each `month` of its episode.
    """

    month: dt.date | None = None
    language: str = ""
    family: str = ""
    project: str = ""
    group: str = ""
    metric: str = ""
    status: str = ""
    direction: str = ""
    severity: str = ""
    category: str = ""
    cause: str = ""
    size: str = ""
    editors: str = ""
    sort: str = "newest"
    page: int = 1
    per_page: int = PAGE_SIZE

    @classmethod
    def read(cls, query: QueryDict) -> AlertFilter:
        """The filter in a query string; BadParameter says which value means nothing."""
        return cls(
            month=parameters.month(query, "month"),
            language=parameters.language(query, "language"),
            family=parameters.choice(query, "family", FAMILIES),
            project=_domain(parameters.project(query, "project")),
            group=parameters.choice(query, "group", groups() if query.get("group") else ()),
            metric=parameters.choice(query, "metric", METRICS),
            status=parameters.choice(query, "status", [OPEN, *Status.values]),
            direction=parameters.choice(query, "direction", Direction.values),
            severity=parameters.choice(query, "severity", Severity.values),
            category=parameters.choice(query, "category", Category.objects.values_list("slug", flat=True)),
            cause=parameters.choice(query, "cause", Cause.values),
            size=parameters.choice(query, "size", SIZES),
            editors=parameters.choice(query, "editors", [*PARTS, ALL_EDITORS]),
            sort=parameters.choice(query, "sort", SORTS, "newest"),
            page=parameters.whole_number(query, "page", 1, lowest=1, highest=LAST_PAGE),
            per_page=parameters.whole_number(query, "per_page", PAGE_SIZE, lowest=1, highest=MAX_PAGE_SIZE),
        )

    def apply(self, alerts: AlertQuerySet, *, sort: str | None = None, withdrawn: bool = False) -> AlertQuerySet:
        """What is shown of `alerts`, narrowed and ordered; those that were withdrawn are left out unless asked for, here or by
        the status."""
        alerts = alerts.shown(self.metric)
        if self.editors in PARTS:
            alerts = alerts.concerning(self.editors)
        if self.month:
            alerts = alerts.filter(covering(self.month, self.metric))
        wanted: dict[str, Any] = {
            "project__language_code": self.language,
            "project__family": self.family,
            "project__domain": self.project,
            "direction": self.direction,
            "severity": self.severity,
            "category__slug": self.category,
            "explanation__cause": self.cause,
            "expected__gte": int(self.size) if self.size else None,
        }
        alerts = alerts.filter(**{key: value for key, value in wanted.items() if value})
        if self.group:
            alerts = alerts.filter(project__in=projects_of(Group.objects.get(slug=self.group)).values("pk"))
        if self.status == OPEN:
            alerts = alerts.filter(status__in=choices.OPEN)
        elif self.status:
            alerts = alerts.filter(status=self.status)
        elif not withdrawn:
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
        """Whether anything but the month, the metric, people or bots, the order and the page was chosen."""
        return bool(self.query(month=None, metric="", editors="", sort="newest", page=1, per_page=PAGE_SIZE))


PARAMETERS = tuple(field.name for field in fields(AlertFilter))


def groups() -> list[str]:
    """The short names of the groups of wikis that everybody sees."""
    return list(Group.objects.filter(published=True).values_list("slug", flat=True))


def _domain(project: Project | None) -> str:
    return project.domain if project else ""


def status_choices() -> list[tuple[str, Any]]:
    return [(OPEN, _("Open (new or in review)")), *Status.choices]


def category_choices() -> list[tuple[str, str]]:
    return [(category.slug, str(category)) for category in categories()]


def categories() -> list[Category]:
    return list(Category.objects.all())
