"""Words: what people know about an alert."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxLengthValidator, MinLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from alerts.models import Alert
from annotations.validators import shown_link, validate_link, validate_note, validate_text
from database.fields import ExactCharField

if TYPE_CHECKING:
    from accounts.models import User

MIN_LENGTH, MAX_LENGTH = 10, 500


class Annotation(models.Model):
    """A sentence or two on what caused an alert, with a link where there is one."""

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting for review")
        PUBLISHED = "published", _("published")
        REJECTED = "rejected", _("rejected")
        REMOVED = "removed", _("removed")

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="annotations", verbose_name=_("alert"))
    text = models.TextField(
        _("text"),
        max_length=MAX_LENGTH,
        validators=[MinLengthValidator(MIN_LENGTH), MaxLengthValidator(MAX_LENGTH), validate_note],
        help_text=_("What happened? 10 to 500 characters."),
    )
    link = models.CharField(
        _("link"),
        max_length=500,
        blank=True,
        validators=[validate_link],
        help_text=_("Where it can be read up, if anywhere: an http or https address."),
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="annotations", verbose_name=_("author"))
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.PENDING, db_index=True)
    # True for the one annotation that heads its alert, else NULL: unique on every database, MariaDB included.
    headline = models.BooleanField(_("headline"), null=True, blank=True, editable=False)
    review_reason = models.CharField(_("reason of the review"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)
    history = HistoricalRecords(
        table_name="annotations_history", history_change_reason_field=models.CharField(max_length=500, null=True)
    )

    # Read by the history when the row is written.
    _history_user: User | None
    _history_date: dt.datetime
    _change_reason: str

    class Meta:
        db_table = "annotations"
        ordering = ["-created_at", "-pk"]
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints = [
            models.UniqueConstraint(fields=["alert", "headline"], name="annotations_one_headline"),
            models.CheckConstraint(
                condition=models.Q(headline__isnull=True) | models.Q(headline=True, status="published"),
                name="annotations_headline_is_published",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def shown_link(self) -> str:
        """The link as it is safe to show: see `annotations.validators.shown_link`."""
        return shown_link(self.link)


class Report(models.Model):
    """Somebody says that a published annotation is wrong or harmful."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        DISMISSED = "dismissed", _("dismissed")
        UPHELD = "upheld", _("upheld")

    annotation = models.ForeignKey(Annotation, models.CASCADE, related_name="reports", verbose_name=_("note"))
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reports", verbose_name=_("reporter"))
    reason = models.CharField(_("reason"), max_length=300, validators=[validate_text])
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.OPEN, db_index=True)
    resolution = models.CharField(_("resolution"), max_length=300, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("resolved by"),
    )
    created_at = models.DateTimeField(_("reported"), auto_now_add=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)

    class Meta:
        db_table = "annotation_reports"
        ordering = ["-created_at", "-pk"]
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [models.UniqueConstraint(fields=["annotation", "reporter"], name="annotation_reports_one_each")]

    def __str__(self) -> str:
        return self.reason[:60]


class ContributionBucket(models.Model):
    """A token bucket: how much one person, or all new accounts together, may still write just now."""

    key = ExactCharField(max_length=64, unique=True)
    tokens = models.FloatField()
    refilled_at = models.DateTimeField()

    class Meta:
        db_table = "contribution_buckets"

    def __str__(self) -> str:
        return f"{self.key}: {self.tokens:.1f}"
