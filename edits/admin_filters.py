"""What lists of facts share: a filter, and the search for wikis."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from edits.finding import matching_ids
from edits.metrics import metric_choices


class MetricFilter(admin.SimpleListFilter):
    """The metrics that there are, not those that occur: finding these out means reading the whole table."""

    title, parameter_name = _("metric"), "metric"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return metric_choices()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(metric=self.value()) if self.value() else queryset


class ProjectSearchMixin(admin.ModelAdmin):
    """Searches by the names of projects, as all pages do: without regard to case, accents and apostrophes, in any script.

    The thousand projects go first: the millions of rows that belong to them are then found by their key.
    """

    project_path = "project"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(**{f"{self.project_path}__in": matching_ids(search_term)}), False
