"""Runs and their outcomes in the admin: what is going on, what failed and why, and "fetch again"."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.permissions import may
from database.paging import KeysFirstPaginator, ShortPaginator
from edits import figures
from edits.admin_filters import MetricFilter, ProjectSearchMixin
from edits.fetching.runs import FAILURES
from edits.fetching.selectors import outcome_states
from edits.fetching.services import request_fetch
from edits.models import FetchOutcome, FetchRun, FetchTarget, Project

MAX_LISTED = 200


class RecordAdmin(admin.ModelAdmin):
    """For those who may see what was fetched; nobody changes it."""

    list_per_page = 100
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, "fetch.view")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_request_permission(self, request: HttpRequest) -> bool:
        """Django asks this for actions with `permissions=["request"]`."""
        return may(request.user, "fetch.request")

    def fetch_projects_again(self, request: HttpRequest, projects: QuerySet[Project]) -> None:
        """Make all series of `projects` due, and say in a message what happens next."""
        number, told = request_fetch(projects=list(projects.distinct()), now=timezone.now())
        if told:
            text = ngettext(
                "%(count)s series will be asked again by the next free worker.",
                "%(count)s series will be asked again by the next free worker.",
                number,
            )
        else:
            text = ngettext(
                "%(count)s series will be asked again later: it is saved, but no worker could be told just now.",
                "%(count)s series will be asked again later: that is saved, but no worker could be told just now.",
                number,
            )
        level = messages.SUCCESS if told else messages.WARNING
        self.message_user(request, text % {"count": figures.number(number)}, level)


@admin.register(FetchRun)
class FetchRunAdmin(RecordAdmin):
    """Sweeps, backfills and loads, the running one with its progress."""

    change_form_template = "admin/edits/fetchrun/change_form.html"
    list_display = ("started_at", "source", "state", "progress", "duration", "requested_by", "note")
    list_filter = ("source", "state")
    list_select_related = ("requested_by",)
    list_per_page = 30
    paginator = KeysFirstPaginator
    date_hierarchy = "started_at"
    fields = (
        "source", "state", "progress", "started_at", "heartbeat_at", "finished_at", "duration", "frontiers", "requested_by",
        "note", "failures",
    )  # fmt: skip
    readonly_fields = ("progress", "duration", "failures", "frontiers")
    actions = ("fetch_failed_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[FetchRun]:
        runs: QuerySet[FetchRun] = super().get_queryset(request)
        # Counted for each run that is shown, not for all of them.
        mine = FetchOutcome.objects.filter(run=OuterRef("pk")).exclude(state__in=FAILURES).order_by().values("run")
        return runs.annotate(done=Coalesce(Subquery(mine.annotate(done=Count("pk")).values("done")), 0))

    @admin.display(description=_("progress"))
    def progress(self, run: FetchRun) -> str:
        if not run.planned:
            return "–"
        done: int = run.done  # type: ignore[attr-defined]  # annotated by get_queryset
        bar = format_html('<progress max="{}" value="{}"></progress> ', run.planned, done)
        return format_html("{}{} / {}", bar if run.state == FetchRun.State.RUNNING else "", f"{done:,}", f"{run.planned:,}")

    @admin.display(description=_("duration"))
    def duration(self, run: FetchRun) -> str:
        end = run.finished_at or run.heartbeat_at
        return str(end - run.started_at).split(".")[0] if end > run.started_at else "–"

    @admin.display(description=_("outcomes"))
    def failures(self, run: FetchRun) -> str:
        failed = run.outcomes.filter(state__in=(*FAILURES, FetchOutcome.State.RATE_LIMITED)).select_related("project")
        return render_to_string(
            "admin/edits/fetchrun/outcomes.html",
            {
                "states": outcome_states(run=run),
                "failed": failed.order_by("project__domain")[:MAX_LISTED],
                "run": run,
            },
        )

    @admin.action(description=_("Fetch again what failed in these runs"), permissions=["request"])
    def fetch_failed_again(self, request: HttpRequest, runs: QuerySet[FetchRun]) -> None:
        failed = FetchOutcome.objects.filter(run__in=runs.order_by().values("pk"), state__in=FAILURES)
        self.fetch_projects_again(request, Project.objects.filter(pk__in=failed.order_by().values("project_id")))


class OfProjects(ProjectSearchMixin, RecordAdmin):
    """Rows that belong to one project each."""

    list_select_related: ClassVar[tuple[str, ...]] = ("project",)
    search_fields = ("project__domain",)
    search_help_text = _("Domain, database name, site or language name.")
    actions = ("fetch_again",)

    @admin.action(description=_("Fetch these wikis again"), permissions=["request"])
    def fetch_again(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self.fetch_projects_again(request, Project.objects.filter(pk__in=rows.order_by().values("project_id")))


@admin.register(FetchOutcome)
class FetchOutcomeAdmin(OfProjects):
    list_display = (
        "updated_at",
        "wiki",
        "metric",
        "state",
        "first_month",
        "last_month",
        "new_count",
        "revised_count",
        "error",
    )
    list_filter = ("state", MetricFilter, "updated_at")
    # A join would make MariaDB begin with the projects, and sort all outcomes.
    list_select_related = ()
    paginator = ShortPaginator

    def get_queryset(self, request: HttpRequest) -> QuerySet[FetchOutcome]:
        """With the projects of the page alone: the index on the time is in the order that is shown."""
        return super().get_queryset(request).prefetch_related("project", "run")

    @admin.display(description=_("wiki"), ordering="project__domain")
    def wiki(self, outcome: FetchOutcome) -> str:
        return outcome.project.domain


class ParkedFilter(admin.SimpleListFilter):
    title = _("condition")
    parameter_name = "condition"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("parked", _("parked")), ("failing", _("failing")), ("fine", _("fine"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[FetchTarget]) -> QuerySet[FetchTarget]:
        if self.value() == "parked":
            return queryset.exclude(parked_at=None)
        if self.value() == "failing":
            return queryset.filter(parked_at=None, failures__gt=0)
        return queryset.filter(parked_at=None, failures=0) if self.value() == "fine" else queryset


@admin.register(FetchTarget)
class FetchTargetAdmin(OfProjects):
    list_display = (
        "project",
        "metric",
        "newest_month",
        "answered_at",
        "due_at",
        "failures",
        "attempts",
        "parked_at",
        "last_error",
    )
    list_filter = (ParkedFilter, MetricFilter)
