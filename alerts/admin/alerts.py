"""Alerts in the admin: the moderator's list and the page of one alert."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db import transaction
from django.db.models import Q, QuerySet
from django.forms import ModelForm, NumberInput
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.admin_permissions import PermissionTableMixin
from accounts.requests import acting_user
from alerts.admin import filters
from alerts.admin.actions import BULK_ACTIONS
from alerts.admin.change_list import AlertChangeList, Columns
from alerts.admin.change_page import context_of
from alerts.admin.decisions import save_alert_form
from alerts.admin.forms import AlertForm, AlertRowForm, decisions_for, row_form
from alerts.explain import alert_name
from alerts.lifecycle import ChangedMeanwhile
from alerts.models import Alert, Category
from alerts.services import alert_label
from curation.queue import QueueMixin
from database.paging import KeysFirstPaginator
from edits.finding import matching_ids


@admin.register(Category)
class CategoryAdmin(PermissionTableMixin, admin.ModelAdmin):
    """The closed vocabulary of causes."""

    view_action, change_action, add_action, delete_action = "category.view", "category.edit", "category.edit", "user.manage"
    list_display = ("name", "slug", "order")
    list_editable = ("order",)
    prepopulated_fields = {"slug": ("name",)}

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[ModelForm]:
        named = {"order": NumberInput(attrs={"aria-label": _("order")})}
        return super().get_changelist_form(request, **kwargs | {"widgets": named})


@admin.register(Alert)
class AlertAdmin(PermissionTableMixin, Columns, QueueMixin):
    """The list and the page. Rooms above add inlines and filters: `annotations.admin` adds what people wrote."""

    view_action, change_action = "alert.view", "alert.triage"
    form = AlertForm
    fieldsets = ((None, {"fields": (("category", "label", "assignee", "reason"), "seen_version")}),)
    list_display = (
        "month_name", "project_name", "count_expected", "percentage", "severity_chip", "chart", "status_chip", "category",
        "label", "notes",
    )  # fmt: skip
    list_display_links = ("project_name",)
    list_editable = ("category", "label")
    list_filter = (
        filters.WaitingFilter, "status", "severity", "direction", filters.MetricFilter, filters.MonthFilter,
        filters.FamilyFilter, filters.LanguageFilter, filters.CategoryFilter, filters.DetectorFilter,
    )  # fmt: skip
    list_select_related = ("project", "category", "assignee")
    list_per_page = 50
    list_max_show_all = 200
    paginator = KeysFirstPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    date_hierarchy = "month"
    ordering = ("-month", "-rarity", "pk")  # as an index already lies
    search_fields = ("project__domain", "label")
    search_help_text = _("Domain, site or language name, label, or what a note says.")
    actions = BULK_ACTIONS
    change_form_template = "admin/alerts/alert/change_form.html"

    # --- the list ---

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return AlertChangeList

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[AlertRowForm]:
        return row_form()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Alert], search_term: str
    ) -> tuple[QuerySet[Alert], bool]:
        """Each word must be in the project's names, in the label or in an annotation. Projects are few: they go first."""
        for word in search_term.split()[:10]:
            projects = matching_ids(word, forgiving=False)
            told = Alert.objects.filter(annotations__text__icontains=word).values("pk")
            queryset = queryset.filter(Q(project__in=projects) | Q(label__icontains=word) | Q(pk__in=told))
        return queryset, False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        # The forms of the rows lock what they compare with, until it is saved: Django checks them outside its transaction.
        with transaction.atomic() if "_save" in request.POST else nullcontext():
            response = super().changelist_view(request, extra_context)
        cl = (getattr(response, "context_data", None) or {}).get("cl")
        if cl and getattr(cl, "formset", None) is not None and cl.formset.is_bound:
            # Refused rows are shown as they were sent, in their order, whatever the list has become meanwhile.
            cl.result_list = [form.instance for form in cl.formset.forms]
            cl.attach_row_data(cl.result_list)
        return response

    # --- saving: both forms call the services ---

    def save_model(self, request: HttpRequest, obj: Alert, form: Any, change: bool) -> None:
        if isinstance(form, AlertForm):
            save_alert_form(form=form, by=acting_user(request))
            return
        given = form.cleaned_data
        try:
            alert_label(
                alert=obj, by=acting_user(request), category=given["category"], label=given["label"],
                expected_version=given["seen_version"],
            )  # fmt: skip
        except ChangedMeanwhile as error:
            self.message_user(request, f"{obj}: {error.message} ({given['label']})", messages.ERROR)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """An inline's formset has a method `write`, which calls the services of its room."""
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        formset.write(by=acting_user(request))

    # --- the page of one alert ---

    def page_context(self, request: HttpRequest, row: Alert) -> dict[str, Any]:
        whole_history = request.GET.get("history") == "all"
        return context_of(row, whole_history=whole_history) | {"decisions": decisions_for(row)}

    def row_name(self, row: Alert) -> str:
        return alert_name(row)
