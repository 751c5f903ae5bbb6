"""The calendar in the admin: events to review and edit, where they were read, and what imports came to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.admin_permissions import PermissionTableMixin
from accounts.models import User
from curation.bulk import Bulk, bulk_action
from curation.reports import NotPossible
from database.paging import KeysFirstPaginator
from edits.families import FAMILIES
from events import (
    admin_expectations,  # noqa: F401 - registers the page of expectations
    admin_reports,  # noqa: F401 - registers the queue of reports
    services,
)
from events.forms import ReviewForm
from events.models import Event, EventSeries, EventSource, ImportRun, Status


class ReasonForm(forms.Form):
    """What a bulk action on events asks."""

    reason = forms.CharField(label=_("reason or note"), max_length=300, required=False, help_text=_("Goes to the history."))


class NeededReasonForm(forms.Form):
    reason = forms.CharField(label=_("reason (required)"), max_length=300, help_text=_("The author reads it."))


def _publish(event: Event, by: User, given: dict[str, Any], seen: int | None) -> Event:
    return services.event_publish(event=event, by=by, reason=given["reason"], expected_version=seen)


def _reject(event: Event, by: User, given: dict[str, Any], seen: int | None) -> Event:
    return services.event_reject(event=event, by=by, reason=given["reason"], expected_version=seen)


ACTIONS = tuple(
    bulk_action(
        Bulk(
            name=name,
            title=title,
            form=form,
            apply=apply,
            refusals=(NotPossible, services.ChangedMeanwhile),
            row_template="admin/events/event/bulk_row.html",
        )
    )
    for name, title, form, apply in (
        ("publish_events", _("Publish selected events"), ReasonForm, _publish),
        ("reject_events", _("Reject selected events"), NeededReasonForm, _reject),
    )
)


class OriginFilter(admin.SimpleListFilter):
    title, parameter_name = _("origin"), "origin"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("imported", _("Imported")), ("written", _("Written by a person")), ("edited", _("Imported and edited"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        wanted = {
            "imported": Q(author=None),
            "written": Q(author__isnull=False),
            "edited": Q(author=None, edited=True),
        }.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(wanted)


class FamilyFilter(admin.SimpleListFilter):
    title, parameter_name = _("family"), "family"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, label) for name, label in FAMILIES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        if self.value() not in FAMILIES:
            return queryset
        return queryset.filter(Q(scope__contains=f"family:{self.value()}") | Q(scope__contains=f".{self.value()}.org"))


class SourceInline(admin.TabularInline):
    model = EventSource
    fields = readonly_fields = ("importer", "external_id", "url", "leads", "seen_at", "gone_at")
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # to whom the event is shown

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Event)
class EventAdmin(PermissionTableMixin, admin.ModelAdmin):
    """The calendar; what waits for review comes first."""

    view_action, change_action, add_action = "event.view", "event.edit", "event.edit"
    form = ReviewForm
    fieldsets = (
        (None, {"fields": ("title", "url", ("first_day", "last_day"), "kind", "scope", "touches", "summary", "tag")}),
        (_("More"), {"fields": ("series", "no_effect", "participants", "reason", "seen_version")}),
    )
    list_display = ("title", "kind", "first_day", "last_day", "where", "status", "grade", "read_from", "author")
    list_filter = ("status", "kind", OriginFilter, FamilyFilter, "grade", "no_effect")
    list_select_related = ("author",)
    list_per_page = 50
    paginator = KeysFirstPaginator
    show_full_result_count = False
    search_fields = ("title", "scope", "tag")
    search_help_text = _("Title, place, or word in edit summaries.")
    date_hierarchy = None
    autocomplete_fields = ()
    actions = ACTIONS
    inlines = (SourceInline,)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        waiting = request.GET.get("status__exact") == Status.PENDING
        return ("created_at", "pk") if waiting else ("-first_day", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        events: QuerySet[Event] = super().get_queryset(request)
        return events.prefetch_related("sources")

    @admin.display(description=_("where"))
    def where(self, event: Event) -> str:
        return event.scope if len(event.scope) <= 80 else f"{event.scope[:78]} …"

    @admin.display(description=_("read from"))
    def read_from(self, event: Event) -> str:
        return format_html_join(", ", "{}", ((source.importer,) for source in event.sources.all())) or "–"

    def save_model(self, request: HttpRequest, obj: Event, form: Any, change: bool) -> None:
        by: Any = request.user
        if change:
            saved = services.event_edit(
                event=obj, by=by, values=form.values, expected_version=form.cleaned_data["seen_version"],
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
        else:
            saved = services.event_create(by=by, values=form.values)
        obj.pk, obj.version = saved.pk, saved.version


@admin.register(EventSeries)
class EventSeriesAdmin(PermissionTableMixin, admin.ModelAdmin):
    """Events that come back."""

    view_action = "event.view"
    list_display = ("title", "kind", "usual_start", "usual_end", "since", "until", "editions_known")
    search_fields = ("title", "slug")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EventSeries]:
        series: QuerySet[EventSeries] = super().get_queryset(request)
        return series.annotate(known=Count("editions"))

    @admin.display(description=_("editions"))
    def editions_known(self, series: EventSeries) -> int:
        return series.known  # type: ignore[attr-defined,no-any-return]  # as above


@admin.register(ImportRun)
class ImportRunAdmin(PermissionTableMixin, admin.ModelAdmin):
    """What each import came to, and what it did not understand."""

    view_action = "event.view"
    list_display = ("importer", "started_at", "state", "told", "error", "requested_by")
    list_filter = ("importer", "state")
    list_select_related = ("requested_by",)

    @admin.display(description=_("counts"))
    def told(self, run: ImportRun) -> str:
        return ", ".join(f"{name} {count:,}" for name, count in run.counts.items() if count)
