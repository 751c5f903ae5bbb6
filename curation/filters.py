"""Filters of admin lists."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest


class DropdownFilter(admin.SimpleListFilter):
    """A `<select>` with a button: works with the keyboard, without scripts, and with three hundred choices."""

    template = "admin/dropdown_filter.html"
    lookup: str

    def __init__(self, request: HttpRequest, params: dict[str, list[str]], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        own = {self.parameter_name, "p", "e", "all"}
        self.others = [(name, value) for name in request.GET if name not in own for value in request.GET.getlist(name)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.lookup: self.value()}) if self.value() else queryset
