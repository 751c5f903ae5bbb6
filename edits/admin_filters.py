"""Filters that lists of facts share."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from edits.metrics import METRIC_CHOICES


class MetricFilter(admin.SimpleListFilter):
    """The metrics that there are, not those that occur: finding these out means reading the whole table."""

    title, parameter_name = _("metric"), "metric"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return METRIC_CHOICES

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(metric=self.value()) if self.value() else queryset
