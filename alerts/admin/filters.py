"""Filters of the alert list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alerts.choices import OPEN
from alerts.detection.registry import DETECTORS
from alerts.detector_words import detector_label
from alerts.expectations import expected_on
from alerts.lifecycle import LONG_OPEN
from alerts.models import Alert, AlertQuerySet, Category, Expectation
from curation.filters import DropdownFilter
from edits.clock import current_day
from edits.families import family_name
from edits.metrics import metric_choices
from edits.models import Project
from edits.months import parse_month


class FamilyFilter(DropdownFilter):
    title, parameter_name, lookup = _("family"), "family", "project__family"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        families = Project.objects.order_by("family").values_list("family", flat=True).distinct()
        return [(family, family_name(family)) for family in families]


class LanguageFilter(DropdownFilter):
    title, parameter_name, lookup = _("language"), "language", "project__language_code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        rows = Project.objects.exclude(language_code="").order_by("language_code")
        names = dict(rows.values_list("language_code", "language_name_en"))
        return sorted(((code, f"{name or code} ({code})") for code, name in names.items()), key=lambda item: item[1])


class CategoryFilter(DropdownFilter):
    title, parameter_name = _("cause"), "category"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [("none", _("none yet")), *((category.slug, str(category)) for category in Category.objects.all())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        if self.value() == "none":
            return queryset.filter(category=None)
        return queryset.filter(category__slug=self.value()) if self.value() else queryset


class DetectorFilter(DropdownFilter):
    title, parameter_name, lookup = _("detector"), "detector", "detector"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [(name, detector_label(name)) for name in DETECTORS]


class MetricFilter(DropdownFilter):
    """Of a whole and its parts one alert of a wiki and month is listed; all alerts of a part where that is chosen."""

    title, parameter_name = _("metric"), "metric"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return metric_choices()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        return cast(AlertQuerySet, queryset).shown(self.value() or "")


class MonthFilter(DropdownFilter):
    """One month, typed or picked: there are three hundred."""

    title, parameter_name = _("month"), "month"
    template = "admin/alerts/month_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [("any", "any")]  # a filter without choices is not shown; the template has its own field

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        if not self.value():
            return queryset
        try:
            return queryset.filter(month=parse_month(str(self.value())))
        except ValueError as error:
            raise IncorrectLookupParameters(ValidationError(str(error))) from error


class WaitingFilter(admin.SimpleListFilter):
    title, parameter_name = _("waiting"), "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [
            ("open", _("Open")),
            ("long", _("Open for more than 7 days")),
            ("mine", _("Open and assigned to me")),
            ("nobody", _("Open and assigned to nobody")),
            ("expected", _("Open, and expected just now")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        conditions = {
            "long": Q(raised_at__lt=timezone.now() - LONG_OPEN),
            "mine": Q(assignee=request.user.pk),
            "nobody": Q(assignee=None),
            "open": Q(),
        }
        today = current_day()
        if self.value() == "expected":
            return queryset.filter(expected_on(today), status__in=OPEN)
        condition = conditions.get(self.value() or "")
        if condition is None:
            return queryset
        waiting = queryset.filter(condition, status__in=OPEN)
        return waiting.exclude(expected_on(today)) if Expectation.objects.active(today).exists() else waiting
