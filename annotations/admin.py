"""Words in the admin: inside their alert, as a queue for review, and as a queue of reports."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_permissions import PermissionTableMixin
from alerts.admin import AlertAdmin
from alerts.curation.change_list import chip, name_of
from alerts.curation.queue import QueueMixin
from alerts.models import Alert
from annotations import reviewing, services
from annotations.actions import REPORT_ACTIONS, REVIEW_ACTIONS
from annotations.forms import ReportDecisionForm, ReviewForm
from annotations.models import Annotation, Report
from annotations.selectors import annotation_history
from database.paging import KeysFirstPaginator


class AnnotationInline(PermissionTableMixin, admin.StackedInline):
    model = Annotation
    form = ReviewForm
    view_action, change_action, add_action = "annotation.view", "annotation.review", "annotation.contribute"
    extra = 1
    fields = ("text", "link", "step", "reason", "seen_version")
    template = "admin/annotations/inline.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("author").order_by("created_at", "pk")


class NotedFilter(admin.SimpleListFilter):
    title, parameter_name = _("annotation"), "noted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Annotated")), ("no", _("Not annotated")), ("pending", _("With one that waits"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        notes = Annotation.objects.filter(alert=OuterRef("pk"))
        conditions = {
            "yes": Exists(notes.filter(status=Annotation.Status.PUBLISHED)),
            "no": ~Exists(notes.filter(status=Annotation.Status.PUBLISHED)),
            "pending": Exists(notes.filter(status=Annotation.Status.PENDING)),
        }
        condition = conditions.get(self.value() or "")
        return queryset if condition is None else queryset.filter(condition)


class AnnotatedAlertAdmin(AlertAdmin):
    """The page of an alert with what people wrote about it."""

    inlines = (AnnotationInline,)
    list_filter = (*AlertAdmin.list_filter, NotedFilter)  # type: ignore[assignment]

    def save_formset(self, request: HttpRequest, form: Any, formset: BaseInlineFormSet, change: bool) -> None:
        """Each changed form goes through the services; the formset itself writes nothing."""
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        for row in formset.forms:
            if row.has_changed():
                reviewing.save_review(form=row, alert=formset.instance, by=request.user)  # type: ignore[arg-type]
                formset.changed_objects.append((row.instance, row.changed_data))


admin.site.register(Alert, AnnotatedAlertAdmin)


def _alert_link(alert: Alert) -> str:
    url = reverse("admin:alerts_alert_change", args=[alert.pk])
    name, month = alert.project.name, date_format(alert.month, "M Y")
    return format_html('<a href="{}">{}</a><span class="sub">{}</span>', url, name, month)


def _link(annotation: Annotation) -> str:
    return render_to_string("admin/annotations/link.html", {"note": annotation})


@admin.register(Annotation)
class AnnotationAdmin(PermissionTableMixin, QueueMixin):
    """The review queue: those that wait first come first, the others newest first."""

    view_action, change_action = "annotation.view", "annotation.review"
    form = ReviewForm
    fields = ("text", "link", "reason", "seen_version")
    list_display = ("words", "on", "author", "status_chip", "open_reports", "created_at")
    list_filter = ("status", "alert__project__family")
    list_select_related = ("alert__project", "author")
    list_per_page = 50
    list_max_show_all = 200
    paginator = KeysFirstPaginator
    search_fields = ("text", "author__username", "alert__project__domain")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = REVIEW_ACTIONS
    decision_field = "step"
    change_form_template = "admin/annotations/annotation/change_form.html"

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        waiting = request.GET.get("status__exact") == Annotation.Status.PENDING
        return ("created_at", "pk") if waiting else ("-created_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Annotation]:
        # Counted for each annotation that is shown, not for all of them.
        reports = Report.objects.filter(annotation=OuterRef("pk"), status=Report.Status.OPEN).order_by().values("annotation")
        annotations: QuerySet[Annotation] = super().get_queryset(request)
        return annotations.select_related("alert__project", "author").annotate(
            reported=Subquery(reports.annotate(number=Count("pk")).values("number"))
        )

    @admin.display(description=_("text"))
    def words(self, annotation: Annotation) -> str:
        return format_html('<span class="words" dir="auto">{}</span>{}', annotation.text, _link(annotation))

    @admin.display(description=_("alert"), ordering="alert__month")
    def on(self, annotation: Annotation) -> str:
        return _alert_link(annotation.alert)

    @admin.display(description=_("status"), ordering="status")
    def status_chip(self, annotation: Annotation) -> str:
        return chip("note", annotation.status, annotation.get_status_display())

    @admin.display(description=_("reports"))
    def open_reports(self, annotation: Annotation) -> str:
        return str(annotation.reported or "–")  # type: ignore[attr-defined]

    def row_name(self, row: Annotation) -> str:
        return gettext("Annotation on %(alert)s") % {"alert": name_of(row.alert)}

    def page_context(self, request: HttpRequest, row: Annotation) -> dict[str, Any]:
        heading = Annotation.objects.filter(alert=row.alert_id, headline=True).select_related("author").first()
        written = Annotation.objects.filter(author=row.author_id).order_by().values_list("status").annotate(Count("pk"))
        return {
            "note": row,
            "alert": row.alert,
            "decisions": [name for name, step in services.STEPS.items() if row.status in step],
            "entries": annotation_history(row),
            "note_reports": row.reports.select_related("reporter", "resolved_by"),
            "heading": heading,
            "written_before": [(count, Annotation.Status(status).label) for status, count in written],
        }

    def save_model(self, request: HttpRequest, obj: Annotation, form: Any, change: bool) -> None:
        reviewing.save_review(form=form, alert=obj.alert, by=request.user)  # type: ignore[arg-type]

    def response_change(self, request: HttpRequest, obj: Annotation) -> HttpResponse:
        if "_headline" in request.POST:
            reviewing.take_headline(request, annotation=obj)
        return super().response_change(request, obj)


@admin.register(Report)
class ReportAdmin(PermissionTableMixin, QueueMixin):
    """The queue of reports: dismiss, edit, or remove."""

    view_action, change_action = "report.view", "report.resolve"
    form = ReportDecisionForm
    fields = ("text", "link", "resolution", "seen_version")
    list_display = ("why", "about", "reporter", "state", "created_at", "resolved_by")
    list_filter = ("status",)
    list_select_related = ("annotation__alert__project", "reporter", "resolved_by")
    list_per_page = 50
    list_max_show_all = 200
    search_fields = ("reason", "annotation__text", "annotation__alert__project__domain")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = REPORT_ACTIONS
    decision_field = "_decide"
    change_form_template = "admin/annotations/report/change_form.html"

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("created_at", "pk") if request.GET.get("status__exact") == Report.Status.OPEN else ("-created_at", "-pk")

    @admin.display(description=_("reason"))
    def why(self, report: Report) -> str:
        return format_html('<span class="words" dir="auto">{}</span>', report.reason)

    @admin.display(description=_("annotation"))
    def about(self, report: Report) -> str:
        return format_html(
            '<span class="words" dir="auto">{}</span>{} {}',
            report.annotation.text,
            _link(report.annotation),
            _alert_link(report.annotation.alert),
        )

    @admin.display(description=_("status"), ordering="status")
    def state(self, report: Report) -> str:
        return chip("report", report.status, report.get_status_display())

    def row_name(self, row: Report) -> str:
        return gettext("Report on %(alert)s") % {"alert": name_of(row.annotation.alert)}

    def page_context(self, request: HttpRequest, row: Report) -> dict[str, Any]:
        return {
            "report": row,
            "note": row.annotation,
            "alert": row.annotation.alert,
            "is_open": row.status == Report.Status.OPEN,
            "entries": annotation_history(row.annotation),
        }

    def save_model(self, request: HttpRequest, obj: Report, form: Any, change: bool) -> None:
        reviewing.save_report_decision(form=form, by=request.user)  # type: ignore[arg-type]
