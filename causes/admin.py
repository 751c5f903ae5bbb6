"""The suggestions that wait for a person: accept many at once; and how asking Wikimedia about alerts goes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin_permissions import PermissionTableMixin
from accounts.models import User
from alerts.choices import OPEN
from alerts.lifecycle import ChangedMeanwhile, IllegalTransition
from causes.findings import Strength
from causes.models import CaseFile, Explanation
from causes.selectors import why
from causes.suggestions import suggestion_accept
from curation.bulk import Bulk, bulk_action
from edits.figures import short_month


def _accept(explanation: Explanation, by: User, given: dict[str, Any], seen: int | None) -> Explanation:
    suggestion_accept(explanation=explanation, by=by, expected_version=seen)
    return Explanation.objects.select_related("alert__project").get(pk=explanation.pk)


ACCEPT = Bulk(
    name="bulk_accept",
    title=_("Accept the suggestions for selected alerts"),
    form=forms.Form,
    apply=_accept,
    refusals=(ChangedMeanwhile, IllegalTransition, PermissionDenied),
    row_template="admin/causes/explanation/bulk_row.html",
    related=("alert__project",),
)


class OfAnAlert(PermissionTableMixin, admin.ModelAdmin):
    """Rows beside alerts, by wiki and month."""

    list_display_links = None
    list_select_related = ("alert__project",)
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description=_("wiki"), ordering="alert__project__domain")
    def wiki(self, row: Explanation | CaseFile) -> str:
        return format_html('<a href="{}" translate="no">{}</a>', row.alert.get_absolute_url(), row.alert.project.domain)

    @admin.display(description=_("month"), ordering="alert__month")
    def month(self, row: Explanation | CaseFile) -> str:
        return short_month(row.alert.month)


@admin.register(Explanation)
class ExplanationAdmin(OfAnAlert):
    """Open alerts for which a category is suggested, the strongest first. Nothing can be edited here."""

    view_action = "alert.view"
    change_action = "alert.triage"
    list_display = ("wiki", "month", "suggested_name", "sentence", "cause", "strength_name")
    list_filter = ("suggestion", "strength", "cause")
    ordering = ("-strength", "-alert__month", "pk")
    actions = [bulk_action(ACCEPT)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Explanation]:
        waiting = super().get_queryset(request).exclude(suggestion="")
        return waiting.filter(alert__status__in=OPEN, alert__category=None)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    @admin.display(description=_("suggested category"), ordering="suggestion")
    def suggested_name(self, explanation: Explanation) -> str:
        return explanation.suggested_name

    @admin.display(description=_("strength"), ordering="strength")
    def strength_name(self, explanation: Explanation) -> str | Promise:
        return Strength(explanation.strength).label if explanation.strength else ""

    @admin.display(description=_("why"))
    def sentence(self, explanation: Explanation) -> str:
        told = why(explanation.alert)
        return told.sentence if told else ""


@admin.register(CaseFile)
class CaseFileAdmin(OfAnAlert):
    """How asking Wikimedia about alerts goes: what is due, what failed, what is parked. Contents are shown with the alert."""

    view_action = "fetch.view"
    list_display = ("wiki", "month", "state", "fetched_at", "due_at", "failures", "last_error", "names_until")
    list_filter = ("state",)
    ordering = ("-due_at", "-alert__month", "pk")
    exclude = ("contents",)
    show_full_result_count = False
