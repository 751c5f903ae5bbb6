"""Facts in the admin: to look at, not to change. What Wikimedia counted is Wikimedia's to correct."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin_permissions import PermissionTableMixin
from database.paging import ShortPaginator
from edits.admin_filters import MetricFilter, ProjectSearchMixin
from edits.figures import number
from edits.metrics import count_models
from edits.models import CountRevision, MonthlyCount, Project, ProjectAlias


class AliasInline(PermissionTableMixin, admin.TabularInline):
    model = ProjectAlias
    view_action = "project.view"
    extra = 0
    readonly_fields = ("domain", "created_at")


@admin.register(Project)
class ProjectAdmin(PermissionTableMixin, ProjectSearchMixin):
    """The list of wikis, as Wikimedia publishes it."""

    view_action = "project.view"
    list_display = (
        "domain",
        "name",
        "family",
        "language_code",
        "closed",
        "private",
        "special",
        "removed_from_sitematrix_at",
        "page",
    )
    list_filter = ("family", "closed", "private", "fishbowl", "special", "direction")
    project_path = "pk"
    search_fields = ("domain",)  # that there is a search; ProjectSearchMixin says how
    search_help_text = _("Domain, former domain, database name, site name or language.")
    list_per_page = 100
    show_full_result_count = False
    inlines = (AliasInline,)

    @admin.display(description=_("name"))
    def name(self, project: Project) -> str:
        return project.name

    @admin.display(description=_("explorer"))
    def page(self, project: Project) -> str:
        return format_html('<a href="{}">{}</a>', project.get_absolute_url(), _("chart"))


class CountAdmin(PermissionTableMixin, ProjectSearchMixin):
    """Monthly counts: found by project, shown newest first, never edited."""

    model: type[MonthlyCount]
    view_action = "counts.view"
    list_per_page = 100
    list_max_show_all = 100
    show_full_result_count = False
    paginator = ShortPaginator
    ordering = ("-month", "-pk")  # as the index on the month already lies
    search_fields = ("project__domain",)
    search_help_text = _("Domain, such as is.wikipedia.org. At most 10,000 rows are listed.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[MonthlyCount]:
        """Without a join: MariaDB would begin with the projects and sort millions of rows for the first hundred."""
        return super().get_queryset(request).prefetch_related("project")

    @admin.display(description=_("wiki"), ordering="project__domain")
    def wiki(self, row: MonthlyCount) -> str:
        return row.project.domain

    @admin.display(description=_("month"), ordering="month")
    def month_name(self, row: MonthlyCount) -> str:
        return f"{row.month:%Y-%m}"

    @admin.display(description=_("count"))
    def amount(self, row: MonthlyCount) -> str:
        return number(getattr(row, row.count_field))

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return ("wiki", "month_name", *self.model.slice_fields, "amount", "updated_at")

    def get_list_filter(self, request: HttpRequest) -> tuple[str, ...]:
        return self.model.slice_fields


for count_model in count_models():
    admin.site.register(count_model, CountAdmin)


@admin.register(CountRevision)
class CountRevisionAdmin(PermissionTableMixin, ProjectSearchMixin):
    """Counts that Wikimedia corrected after we had stored them."""

    view_action = "counts.view"
    list_display = ("project", "metric", "slice", "month", "old_count", "new_count", "seen_at")
    list_filter = (MetricFilter, "seen_at")
    list_select_related = ("project",)
    list_per_page = 100
    show_full_result_count = False
    paginator = ShortPaginator
    search_fields = ("project__domain",)
