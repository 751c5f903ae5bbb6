"""Facts in the admin: to look at, not to change. What Wikimedia counted is Wikimedia's to correct."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin_permissions import PermissionTableMixin
from database.paging import ShortPaginator
from edits.admin_filters import MetricFilter
from edits.models import CountRevision, EditCount, EditorCount, MonthlyCount, Project, ProjectAlias


class AliasInline(PermissionTableMixin, admin.TabularInline):
    model = ProjectAlias
    view_action = "project.view"
    extra = 0
    readonly_fields = ("domain", "created_at")


@admin.register(Project)
class ProjectAdmin(PermissionTableMixin, admin.ModelAdmin):
    """The list of wikis, as Wikimedia publishes it."""

    view_action = "project.view"
    list_display = ("domain", "name", "family", "language_code", "closed", "private", "special", "left_matrix_at", "page")
    list_filter = ("family", "closed", "private", "fishbowl", "special", "direction")
    search_fields = ("domain", "dbname", "site_name", "language_name", "language_name_en", "language_code", "aliases__domain")
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


class CountAdmin(PermissionTableMixin, admin.ModelAdmin):
    """Monthly counts: found by project, shown newest first, never edited."""

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

    @admin.display(description=_("project"), ordering="project__domain")
    def wiki(self, row: MonthlyCount) -> str:
        return row.project.domain

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[MonthlyCount], search_term: str
    ) -> tuple[QuerySet[MonthlyCount], bool]:
        """Search the thousand projects first: the millions of counts are then found by their key."""
        if not search_term:
            return queryset, False
        projects = Project.objects.filter(domain__icontains=search_term).values_list("pk", flat=True)[:500]
        return queryset.filter(project__in=list(projects)), False

    @admin.display(description=_("month"), ordering="month")
    def month_name(self, row: MonthlyCount) -> str:
        return f"{row.month:%Y-%m}"


@admin.register(EditCount)
class EditCountAdmin(CountAdmin):
    list_display = ("wiki", "month_name", "page_type", "editor_type", "edits", "updated_at")
    list_filter = ("page_type", "editor_type")

    @admin.display(description=_("edits"), ordering="edit_count")
    def edits(self, row: EditCount) -> str:
        return number_format(row.edit_count, use_l10n=True, force_grouping=True)


@admin.register(EditorCount)
class EditorCountAdmin(CountAdmin):
    list_display = ("wiki", "month_name", "activity_level", "editors", "updated_at")
    list_filter = ("activity_level",)

    @admin.display(description=_("editors"), ordering="editor_count")
    def editors(self, row: EditorCount) -> str:
        return number_format(row.editor_count, use_l10n=True, force_grouping=True)


@admin.register(CountRevision)
class CountRevisionAdmin(PermissionTableMixin, admin.ModelAdmin):
    """Counts that Wikimedia corrected after we had stored them."""

    view_action = "counts.view"
    list_display = ("project", "metric", "slice", "month", "old_count", "new_count", "seen_at")
    list_filter = (MetricFilter, "seen_at")
    list_select_related = ("project",)
    list_per_page = 100
    show_full_result_count = False
    paginator = ShortPaginator
    search_fields = ("project__domain",)
