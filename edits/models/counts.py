"""What a wiki did in each month."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from database.fields import MonthField
from edits.models.project import Project


class MonthlyCount(models.Model):
    """One count of one project in one month. A stored 0 is a confirmed zero; a month without a row is missing."""

    # The unique keys of the tables begin with the project and serve as its index.
    project = models.ForeignKey(Project, models.CASCADE, related_name="%(class)ss", db_index=False)
    month = MonthField(_("month"))
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    # The column of the count, and those that tell the slices of a month apart.
    count_field: ClassVar[str]
    slice_fields: ClassVar[tuple[str, ...]]

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.project} {self.month:%Y-%m}: {getattr(self, self.count_field)}"


class EditorType(models.TextChoices):
    """As in the Wikimedia Analytics API."""

    ALL = "all-editor-types", _("all editors")
    USER = "user", _("registered editors")
    ANONYMOUS = "anonymous", _("anonymous editors")
    GROUP_BOT = "group-bot", _("bots by group")
    NAME_BOT = "name-bot", _("bots by name")


class PageType(models.TextChoices):
    """As in the Wikimedia Analytics API. The two are different measures and never make one series."""

    CONTENT = "content", _("content pages")
    ALL = "all-page-types", _("all pages")


class ActivityLevel(models.TextChoices):
    """Editors by how many edits they made in the month, as in the Wikimedia Analytics API."""

    FROM_1 = "1..4-edits", _("1 to 4 edits")  # only known from the original tool; part of no series
    FROM_5 = "5..24-edits", _("5 to 24 edits")
    FROM_25 = "25..99-edits", _("25 to 99 edits")
    FROM_100 = "100..-edits", _("100 or more edits")
    TOTAL = "5..-edits", _("5 or more edits")  # recorded sources only know the sum


class EditCount(MonthlyCount):
    """Edits in a calendar month."""

    count_field = "edit_count"
    slice_fields = ("page_type", "editor_type")
    page_type = models.CharField(_("pages"), max_length=20, choices=PageType, default=PageType.CONTENT)
    editor_type = models.CharField(_("editors"), max_length=20, choices=EditorType, default=EditorType.ALL)
    edit_count = models.PositiveBigIntegerField(_("edits"), validators=[MinValueValidator(0)])

    class Meta:
        db_table = "edit_counts"
        verbose_name = _("edit count")
        verbose_name_plural = _("edit counts")
        constraints = [
            models.UniqueConstraint(fields=["project", "page_type", "editor_type", "month"], name="edit_counts_key"),
            models.CheckConstraint(condition=Q(edit_count__gte=0), name="edit_counts_not_negative"),
        ]
        # docs/adr/0021: why each index is there. The second has all that a panel and "which projects reported when" ask for.
        indexes = [
            models.Index(fields=["month"], name="edit_counts_month"),
            models.Index(fields=["editor_type", "page_type", "month", "project", "edit_count"], name="edit_counts_slice"),
        ]


class EditorCount(MonthlyCount):
    """People who edited in a calendar month, by activity level."""

    count_field = "editor_count"
    slice_fields = ("activity_level",)
    activity_level = models.CharField(_("activity"), max_length=20, choices=ActivityLevel)
    editor_count = models.PositiveBigIntegerField(_("editors"), validators=[MinValueValidator(0)])

    class Meta:
        db_table = "editor_counts"
        verbose_name = _("editor count")
        verbose_name_plural = _("editor counts")
        constraints = [
            models.UniqueConstraint(fields=["project", "activity_level", "month"], name="editor_counts_key"),
            models.CheckConstraint(condition=Q(editor_count__gte=0), name="editor_counts_not_negative"),
        ]
        indexes = [
            models.Index(fields=["month"], name="editor_counts_month"),
            models.Index(fields=["activity_level", "month", "project", "editor_count"], name="editor_counts_slice"),
        ]


class NewPageCount(MonthlyCount):
    """Pages created in a calendar month."""

    count_field = "new_page_count"
    slice_fields = ("page_type", "editor_type")
    page_type = models.CharField(_("pages"), max_length=20, choices=PageType, default=PageType.CONTENT)
    editor_type = models.CharField(_("editors"), max_length=20, choices=EditorType, default=EditorType.ALL)
    new_page_count = models.PositiveBigIntegerField(_("new pages"), validators=[MinValueValidator(0)])

    class Meta:
        db_table = "new_page_counts"
        verbose_name = _("new page count")
        verbose_name_plural = _("new page counts")
        constraints = [
            models.UniqueConstraint(fields=["project", "page_type", "editor_type", "month"], name="new_page_counts_key"),
            models.CheckConstraint(condition=Q(new_page_count__gte=0), name="new_page_counts_not_negative"),
        ]
        indexes = [
            models.Index(fields=["month"], name="new_page_counts_month"),
            models.Index(
                fields=["editor_type", "page_type", "month", "project", "new_page_count"], name="new_page_counts_slice"
            ),
        ]


class CountRevision(models.Model):
    """Wikimedia corrected a count that was stored: what it was, and what it is since then."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="count_revisions")
    metric = models.CharField(_("metric"), max_length=32)
    slice = models.CharField(_("slice"), max_length=64, help_text=_("Page and editor type, or activity level."))
    month = MonthField(_("month"))
    old_count = models.PositiveBigIntegerField(_("old count"))
    new_count = models.PositiveBigIntegerField(_("new count"))
    seen_at = models.DateTimeField(_("seen"), auto_now_add=True)

    class Meta:
        db_table = "count_revisions"
        ordering = ["-seen_at", "-pk"]
        verbose_name = _("count revision")
        verbose_name_plural = _("count revisions")

    def __str__(self) -> str:
        return f"{self.project} {self.month:%Y-%m}: {self.old_count} → {self.new_count}"
