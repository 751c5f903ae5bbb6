"""What was asked of Wikimedia, what came of it, and what is due."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from database.fields import MonthField
from edits.models.project import Project


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
        ALL_FAILED = "all_failed", _("failed")
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
        default=dict, editable=False, help_text=_("By metric, the newest month that most wikis had when it started.")
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
        INCONSISTENT = "inconsistent", _("parts do not add up")
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
    updated_at = models.DateTimeField(_("when"), auto_now=True)

    class Meta:
        db_table = "fetch_outcomes"
        ordering = ["-updated_at", "-pk"]
        verbose_name = _("fetch outcome")
        verbose_name_plural = _("fetch outcomes")
        constraints = [models.UniqueConstraint(fields=["run", "project", "metric"], name="fetch_outcomes_key")]
        indexes = [
            models.Index(fields=["project", "metric", "-updated_at"], name="fetch_outcomes_newest"),
            models.Index(fields=["updated_at"], name="fetch_outcomes_when"),
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
