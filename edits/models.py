"""Facts: which wikis there are, and what they did in each month."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from database.fields import ExactCharField, MonthField
from edits.families import family_name
from edits.language_names import language_name


class Project(models.Model):
    """One wiki, known by its domain."""

    class Direction(models.TextChoices):
        LTR = "ltr", _("left to right")
        RTL = "rtl", _("right to left")

    domain = ExactCharField(_("domain"), max_length=100, unique=True, help_text=_("Such as en.wikipedia.org."))
    dbname = ExactCharField(_("database name"), max_length=64, unique=True, help_text=_("Such as enwiki."))
    family = models.CharField(_("family"), max_length=32, db_index=True)
    language_code = models.CharField(_("language code"), max_length=32, blank=True, db_index=True)
    language_name = models.CharField(_("language, in its own words"), max_length=100, blank=True)
    language_name_en = models.CharField(_("language, in English"), max_length=100, blank=True)
    site_name = models.CharField(_("site name"), max_length=200, blank=True)
    direction = models.CharField(_("text direction"), max_length=3, choices=Direction, default=Direction.LTR)
    closed = models.BooleanField(_("closed"), default=False)
    private = models.BooleanField(_("private"), default=False)
    fishbowl = models.BooleanField(_("fishbowl"), default=False, help_text=_("Everyone reads, few write."))
    special = models.BooleanField(_("special"), default=False, help_text=_("Not of one language, such as Commons."))
    left_matrix_at = models.DateTimeField(_("left the list of wikis"), null=True, blank=True)
    created_at = models.DateTimeField(_("first seen"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        db_table = "projects"
        ordering = ["domain"]
        verbose_name = _("project")
        verbose_name_plural = _("projects")

    def __str__(self) -> str:
        return self.domain

    def get_absolute_url(self) -> str:
        return reverse("explorer", args=[self.domain])

    @property
    def url(self) -> str:
        return f"https://{self.domain}/"

    @property
    def name(self) -> str:
        """What people call it: `Icelandic Wikipedia`, `Wikimedia Commons`; `Isländisch` where German is read."""
        if self.special or not self.language_code:
            return self._special_name()
        language = language_name(self.language_code, self.language_name, self.language_name_en)
        return gettext("%(language)s %(family)s") % {"language": language, "family": family_name(self.family)}

    def _special_name(self) -> str:
        """The list of wikis calls those without a name of their own `Wikipedia`, or as it calls their family: that is the
        name of the family's own site alone, and the others go by their domain."""
        family = str(family_name(self.family))
        if self.site_name and self.site_name not in (family, family_name("wikipedia")):
            return self.site_name
        return family if self.domain.removeprefix("www.").split(".")[0] == self.family else self.domain

    @property
    def is_open(self) -> bool:
        """Whether new counts are to be expected: public, not closed, still in the list of wikis."""
        return not (self.closed or self.private or self.left_matrix_at)


class ProjectAlias(models.Model):
    """A domain under which a project was known before it was renamed."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="aliases")
    domain = ExactCharField(_("former domain"), max_length=100, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "project_aliases"
        verbose_name = _("former domain")
        verbose_name_plural = _("former domains")

    def __str__(self) -> str:
        return self.domain


class MonthlyCount(models.Model):
    """One count of one project in one month. A stored 0 is a confirmed zero; a month without a row is missing."""

    # The unique keys of the tables begin with the project and serve as its index.
    project = models.ForeignKey(Project, models.CASCADE, related_name="%(class)ss", db_index=False)
    month = MonthField(_("month"))
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        abstract = True


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
        # docs/adr/0056: why each index is there. The second answers "which projects reported when" without reading a row.
        indexes = [
            models.Index(fields=["month"], name="edit_counts_month"),
            models.Index(fields=["editor_type", "page_type", "month", "project"], name="edit_counts_slice"),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.month:%Y-%m}: {self.edit_count}"


class EditorCount(MonthlyCount):
    """People who edited in a calendar month, by activity level."""

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
            models.Index(fields=["activity_level", "month", "project"], name="editor_counts_slice"),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.month:%Y-%m}: {self.editor_count}"


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


class FetchRun(models.Model):
    """One sweep, backfill or load of recorded data, and how far it came."""

    class Source(models.TextChoices):
        WIKIMEDIA = "wikimedia", _("Wikimedia")
        SITEMATRIX = "sitematrix", _("Wikimedia's list of wikis")
        SNAPSHOT = "snapshot", _("recorded data")
        SAMPLE = "sample", _("bundled sample")

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        SUCCEEDED = "succeeded", _("succeeded")
        FAILED = "failed", _("failed in part")
        RATE_LIMITED = "rate_limited", _("told to wait")
        INTERRUPTED = "interrupted", _("interrupted")

    source = models.CharField(_("source"), max_length=16, choices=Source)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.RUNNING)
    planned = models.PositiveIntegerField(_("planned"), default=0, help_text=_("Series that this run is to fetch."))
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("requested by")
    )
    note = models.CharField(_("note"), max_length=500, blank=True)
    slot = models.CharField(
        max_length=16, null=True, blank=True, unique=True, editable=False, help_text=_("Held while a sweep is running.")
    )
    frontiers = models.JSONField(
        default=dict, editable=False, help_text=_("By metric, the newest month that most projects had when it started.")
    )

    class Meta:
        db_table = "fetch_runs"
        ordering = ["-started_at", "-pk"]
        get_latest_by = "started_at"
        verbose_name = _("fetch run")
        verbose_name_plural = _("fetch runs")

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.started_at:%Y-%m-%d %H:%M}"


class FetchOutcome(models.Model):
    """What one run learnt of one metric of one project."""

    class State(models.TextChoices):
        STORED = "stored", _("stored")
        UNCHANGED = "unchanged", _("unchanged")
        NOT_PUBLISHED = "not_published", _("not yet published")
        MISSING = "missing", _("missing")
        RATE_LIMITED = "rate_limited", _("rate limited")
        UNAVAILABLE = "unavailable", _("unavailable")
        BAD_PAYLOAD = "bad_payload", _("bad payload")
        TIMED_OUT = "timed_out", _("timed out")
        ERROR = "error", _("unexpected error")
        GONE = "gone", _("gone")

    run = models.ForeignKey(FetchRun, models.CASCADE, related_name="outcomes")
    project = models.ForeignKey(Project, models.CASCADE, related_name="fetch_outcomes")
    metric = models.CharField(_("metric"), max_length=32)
    state = models.CharField(_("state"), max_length=16, choices=State)
    first_month = MonthField(_("first month"), null=True, blank=True)
    last_month = MonthField(_("last month"), null=True, blank=True)
    new_count = models.PositiveIntegerField(_("new"), default=0)
    revised_count = models.PositiveIntegerField(_("revised"), default=0)
    unchanged_count = models.PositiveIntegerField(_("unchanged"), default=0)
    seconds = models.FloatField(_("seconds"), default=0.0)
    error = models.CharField(_("error"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("when"), auto_now=True)

    class Meta:
        db_table = "fetch_outcomes"
        ordering = ["-created_at", "-pk"]
        verbose_name = _("fetch outcome")
        verbose_name_plural = _("fetch outcomes")
        constraints = [models.UniqueConstraint(fields=["run", "project", "metric"], name="fetch_outcomes_key")]
        indexes = [
            models.Index(fields=["project", "metric", "-created_at"], name="fetch_outcomes_newest"),
            models.Index(fields=["created_at"], name="fetch_outcomes_when"),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.metric}: {self.get_state_display()}"


class FetchTarget(models.Model):
    """One metric of one project as something to ask Wikimedia for: when it is due, and how it went so far.

    A worker claims it before it starts and counts the attempt; the count goes back to zero when the worker comes back,
    with whatever result. A target that has not come back three times has killed its worker each time, and is parked.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="fetch_targets")
    metric = models.CharField(_("metric"), max_length=32)
    due_at = models.DateTimeField(_("due"), db_index=True)
    history_asked_at = models.DateTimeField(_("whole history asked"), null=True, blank=True)
    answered_at = models.DateTimeField(_("last answer"), null=True, blank=True)
    first_month = MonthField(_("first month"), null=True, blank=True)
    newest_month = MonthField(_("newest month"), null=True, blank=True, help_text=_("The newest with a count above zero."))
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(_("unfinished attempts"), default=0)
    claim = models.CharField(max_length=32, blank=True, editable=False)
    claimed_by = models.ForeignKey(FetchRun, models.SET_NULL, null=True, blank=True, related_name="+", editable=False)
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    # The run that is to deal with it, until it has: a run is done when nothing is left that it planned.
    planned_by = models.ForeignKey(FetchRun, models.SET_NULL, null=True, blank=True, related_name="+", editable=False)
    parked_at = models.DateTimeField(_("parked"), null=True, blank=True)

    class Meta:
        db_table = "fetch_targets"
        ordering = ["project__domain", "metric"]
        verbose_name = _("fetch target")
        verbose_name_plural = _("fetch targets")
        constraints = [models.UniqueConstraint(fields=["project", "metric"], name="fetch_targets_key")]
        indexes = [models.Index(fields=["claim"], name="fetch_targets_claim")]

    def __str__(self) -> str:
        return f"{self.project} {self.metric}"
