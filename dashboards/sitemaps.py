"""All pages that search engines should know, by kind. Lists in other orders and filters are not among them."""

from __future__ import annotations

import datetime as dt
from functools import reduce
from operator import or_
from typing import Any, cast

from django.contrib.sitemaps import Sitemap
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.urls import reverse

from alerts.models import Alert
from dashboards.selectors import reporting_by_month
from edits.metrics import DEFAULT_METRIC, METRICS, count_models
from edits.models import Project
from events.models import Event
from events.selectors import published
from subscriptions.models import Group

LINKS_AT_ONCE = 1_000  # in one file: each is read in one statement, and takes a tenth of a second
PAGES = ("overview", "projects", "languages", "alerts", "events", "groups", "status", "quality", "methodology", "api")


class Dated(Sitemap):
    """Rows that say when they changed."""

    limit = LINKS_AT_ONCE

    def lastmod(self, item: Alert | Event) -> dt.datetime:
        return item.updated_at

    def get_latest_lastmod(self) -> dt.datetime | None:
        """By one statement: Django would read every row for it."""
        rows = cast("QuerySet[Any]", self.items())
        newest: dt.datetime | None = rows.order_by().aggregate(newest=Max("updated_at"))["newest"]
        return newest


class Pages(Sitemap):
    """Those that stand alone."""

    def items(self) -> tuple[str, ...]:
        return PAGES

    def location(self, item: str) -> str:
        return reverse(item)


class Wikis(Sitemap):
    """Wikis of which anything is counted."""

    limit = LINKS_AT_ONCE

    def items(self) -> QuerySet[Project]:
        counted = [Q(Exists(model.objects.filter(project=OuterRef("pk")))) for model in count_models()]
        return Project.objects.filter(reduce(or_, counted)).order_by("pk")


class Languages(Sitemap):
    """Languages with wikis."""

    def items(self) -> list[str]:
        codes = Project.objects.exclude(language_code="").order_by("language_code")
        return list(codes.values_list("language_code", flat=True).distinct())

    def location(self, item: str) -> str:
        return reverse("language-projects", args=[item])


class Months(Sitemap):
    """Months of which anything is counted."""

    def items(self) -> list[dt.date]:
        return list(reporting_by_month(METRICS[DEFAULT_METRIC]).months)

    def location(self, item: dt.date) -> str:
        return reverse("month", args=[f"{item:%Y-%m}"])


class Alerts(Dated):
    """Alerts that stand."""

    def items(self) -> QuerySet[Alert]:
        return Alert.objects.shown().standing().only("pk", "updated_at").order_by("pk")


class Events(Dated):
    """The published calendar."""

    def items(self) -> QuerySet[Event]:
        return published().only("pk", "updated_at").order_by("pk")


class Groups(Sitemap):
    """Groups of wikis that everybody sees."""

    def items(self) -> QuerySet[Group]:
        return Group.objects.filter(published=True).order_by("slug")


SITEMAPS: dict[str, type[Sitemap]] = {
    "pages": Pages,
    "wikis": Wikis,
    "languages": Languages,
    "months": Months,
    "alerts": Alerts,
    "events": Events,
    "groups": Groups,
}
