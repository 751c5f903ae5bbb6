"""Words in the admin: inside their alert, as a queue for review, and as a queue of reports."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_permissions import PermissionTableMixin
from accounts.models import User
from accounts.permissions import may
from accounts.requests import acting_user
from alerts.explain import alert_name
from alerts.lifecycle import IllegalTransition, Move, moves_for_people
from alerts.models import Alert
from annotations import reviewing, services
from annotations.actions import REPORT_ACTIONS, REVIEW_ACTIONS
from annotations.forms import ReportDecisionForm, ReviewForm, ReviewPageForm
from annotations.models import Annotation, Report
from annotations.selectors import annotation_history
from curation.queue import QueueMixin
from curation.widgets import chip
from database.paging import KeysFirstPaginator
from edits.figures import short_month

MAX_NOTES_ON_PAGE = 20  # with the fields of each, far from the number of fields that Django takes


class ReviewFormSet(BaseInlineFormSet):
    """One page of an alert's notes. Each changed form goes through the services; the formset itself writes nothing."""

    page_number = "1"
    instance: Alert

    @cached_property
    def page(self) -> Page:
        return Paginator(super().get_queryset(), MAX_NOTES_ON_PAGE).get_page(self.page_number)

    @cached_property
    def _shown(self) -> list[Annotation]:
        """The notes of the page; of a form that was sent those that it speaks of, whatever was written since."""
        if not self.is_bound:
            return list(self.page.object_list)
        sent = [self.data.get(f"{self.prefix}-{number}-id", "") for number in range(MAX_NOTES_ON_PAGE + self.extra)]
        keys = [int(key) for key in sent if key.isdecimal() and len(key) < 19]
        return sorted(super().get_queryset().filter(pk__in=keys), key=lambda note: keys.index(note.pk))

    def get_queryset(self) -> Any:
        return self._shown

    def write(self, *, by: User) -> None:
        for form in self.forms:
            if form.has_changed():
                reviewing.save_review(form=form, alert=self.instance, by=by)  # type: ignore[arg-type]  # a ReviewForm
                self.changed_objects.append((form.instance, form.changed_data))


class AnnotationInline(PermissionTableMixin, admin.StackedInline):
    model = Annotation
    form, formset = ReviewForm, ReviewFormSet
    view_action, change_action, add_action = "annotation.view", "annotation.review", "annotation.contribute"
    extra = 1
    fields = ("text", "link", "step", "reason", "seen_version")
    template = "admin/annotations/inline.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("author").order_by("-created_at", "-pk")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.page_number = request.GET.get("notes", "1")
        return formset


class NotedFilter(admin.SimpleListFilter):
    title, parameter_name = _("note"), "noted"

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


# The page of an alert shows what people wrote about it; its list can be narrowed down by that.
alert_admin = type(admin.site.get_model_admin(Alert))
alert_admin.inlines = (*alert_admin.inlines, AnnotationInline)
alert_admin.list_filter = (*alert_admin.list_filter, NotedFilter)


def _alert_link(alert: Alert) -> str:
    url = reverse("admin:alerts_alert_change", args=[alert.pk])
    name, month = alert.project.name, short_month(alert.month)
    return format_html('<a href="{}">{}</a><span class="sub">{}</span>', url, name, month)


def _link(annotation: Annotation) -> str:
    return render_to_string("admin/annotations/link.html", {"note": annotation})


READY_REASONS = (
    _("There is no source for it."),
    _("It is not about this month."),
    _("It says what others have said already."),
    _("It names or blames a person."),
    _("It is advertising."),
)


@admin.register(Annotation)
class AnnotationAdmin(PermissionTableMixin, QueueMixin):
    """The review queue: those that wait first come first, the others newest first."""

    view_action, change_action = "annotation.view", "annotation.review"
    form = ReviewPageForm
    fields = ("text", "link", "cause", "reason", "seen_version")
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
        return str(annotation.reported or "–")  # type: ignore[attr-defined]  # annotated by get_queryset

    def row_name(self, row: Annotation) -> str:
        return gettext("Note on %(alert)s") % {"alert": alert_name(row.alert)}

    def page_context(self, request: HttpRequest, row: Annotation) -> dict[str, Any]:
        heading = Annotation.objects.filter(alert=row.alert_id, headline=True).select_related("author").first()
        written = Annotation.objects.filter(author=row.author_id).order_by().values_list("status").annotate(Count("pk"))
        return {
            "note": row,
            "alert": row.alert,
            "ready_reasons": READY_REASONS,
            "decisions": [name for name, step in services.STEPS.items() if row.status in step],
            "may_explain": may(request.user, "alert.triage") and Move.EXPLAIN in moves_for_people(row.alert.status),
            "entries": annotation_history(row),
            "note_reports": row.reports.select_related("reporter", "resolved_by"),
            "heading": heading,
            "written_before": [(count, Annotation.Status(status).label) for status, count in written],
        }

    def save_model(self, request: HttpRequest, obj: Annotation, form: Any, change: bool) -> None:
        try:
            reviewing.save_review(form=form, alert=obj.alert, by=acting_user(request))
        except IllegalTransition as error:
            self.message_user(request, str(error.message), messages.ERROR)

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

    @admin.display(description=_("note"))
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
        return gettext("Report on %(alert)s") % {"alert": alert_name(row.annotation.alert)}

    def page_context(self, request: HttpRequest, row: Report) -> dict[str, Any]:
        return {
            "report": row,
            "note": row.annotation,
            "alert": row.annotation.alert,
            "is_open": row.status == Report.Status.OPEN,
            "entries": annotation_history(row.annotation),
        }

    def save_model(self, request: HttpRequest, obj: Report, form: Any, change: bool) -> None:
        reviewing.save_report_decision(form=form, by=acting_user(request))
