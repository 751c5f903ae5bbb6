"""The queue of reports on events."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin_permissions import PermissionTableMixin
from accounts.models import User
from curation.bulk import Bulk, bulk_action
from curation.reports import NotPossible
from events import reports
from events.models import EventReport


class AnswerForm(forms.Form):
    reason = forms.CharField(label=_("answer"), max_length=300, required=False, help_text=_("The reporter reads it."))


class NeededAnswerForm(forms.Form):
    reason = forms.CharField(label=_("reason (required)"), max_length=300, help_text=_("Author and reporter read it."))


def _dismiss(report: EventReport, by: User, given: dict[str, Any], seen: int | None) -> EventReport:
    return reports.report_dismiss(report=report, by=by, resolution=given["reason"])


def _uphold(report: EventReport, by: User, given: dict[str, Any], seen: int | None) -> EventReport:
    return reports.report_uphold(report=report, by=by, resolution=given["reason"])


ACTIONS = tuple(
    bulk_action(
        Bulk(
            name=name,
            title=title,
            form=form,
            apply=apply,
            refusals=(NotPossible,),
            row_template="admin/events/report/bulk_row.html",
            related=("event", "reporter"),
        )
    )
    for name, title, form, apply in (
        ("dismiss_reports", _("Dismiss selected reports"), AnswerForm, _dismiss),
        ("uphold_reports", _("Take the reported events out of the calendar"), NeededAnswerForm, _uphold),
    )
)


@admin.register(EventReport)
class EventReportAdmin(PermissionTableMixin, admin.ModelAdmin):
    """Dismiss a report, or take what it is about out of the calendar; to change the words, open the event."""

    view_action = change_action = "event.edit"
    list_display = ("why", "about", "reporter", "status", "created_at", "resolved_by", "resolution")
    list_filter = ("status",)
    list_select_related = ("event", "reporter", "resolved_by")
    list_per_page = 50
    search_fields = ("reason", "event__title")
    show_full_result_count = False
    fields = readonly_fields = ("why", "about", "reporter", "status", "created_at", "resolved_by", "resolved_at", "resolution")
    actions = ACTIONS

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        waiting = request.GET.get("status__exact") == EventReport.Status.OPEN
        return ("created_at", "pk") if waiting else ("-created_at", "-pk")

    @admin.display(description=_("reason"))
    def why(self, report: EventReport) -> str:
        return format_html('<span class="words" dir="auto">{}</span>', report.reason)

    @admin.display(description=_("event"))
    def about(self, report: EventReport) -> str:
        place = reverse("admin:events_event_change", args=[report.event_id])
        return format_html('<a href="{}"><bdi>{}</bdi></a>', place, report.event.title)
