"""Filters of the alert list. Those with many choices are a drop-down instead of a column of links."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alerts.detection.registry import DETECTORS
from alerts.explain import detector_label
from alerts.lifecycle import OPEN
from alerts.models import Alert, Category
from edits.families import family_name
from edits.models import Project
from edits.months import parse_month

LONG_OPEN = dt.timedelta(days=7)


class DropdownFilter(admin.SimpleListFilter):
    """A `<select>` with a button: works with the keyboard, without scripts, and with three hundred choices."""

    template = "admin/alerts/dropdown_filter.html"
    lookup: str

    def __init__(self, request: HttpRequest, params: dict[str, list[str]], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        own = {self.parameter_name, "p", "e", "all"}
        self.others = [(name, value) for name in request.GET if name not in own for value in request.GET.getlist(name)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        return queryset.filter(**{self.lookup: self.value()}) if self.value() else queryset


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
    title, parameter_name = _("category"), "category"

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
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        conditions = {
            "long": Q(raised_at__lt=timezone.now() - LONG_OPEN),
            "mine": Q(assignee=request.user.pk),
            "nobody": Q(assignee=None),
            "open": Q(),
        }
        condition = conditions.get(self.value() or "")
        return queryset if condition is None else queryset.filter(condition, status__in=OPEN)
