"""Judgements: which months are unusual, and what became of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Abs
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from alerts.detection import registry
from alerts.detection.types import ParameterError
from database.fields import MonthField
from database.validators import validate_text
from edits.metrics import METRIC_CHOICES, METRICS
from edits.models import Project

if TYPE_CHECKING:
    from accounts.models import User


class Category(models.Model):
    """A kind of cause. The vocabulary is closed, and edited in the admin."""

    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        db_table = "alert_categories"
        ordering = ["order", "name"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        """In the language of the reader, for those that the site came with."""
        return gettext(self.name) if self.name else ""


class Direction(models.TextChoices):
    PEAK = "peak", _("peak")
    DROP = "drop", _("drop")


class DetectionPolicy(models.Model):
    """Which detector raises alerts, and with which parameters: for the whole site, for a family, or for one project."""

    project = models.OneToOneField(Project, models.CASCADE, null=True, blank=True, verbose_name=_("project"))
    family = models.CharField(
        _("family"), max_length=32, blank=True, default="", help_text=_("Such as wikipedia; empty for the whole site.")
    )
    # Unique where it applies: MariaDB has no conditional unique constraints, so the scope is spelt out in one column.
    scope = models.CharField(_("scope"), max_length=64, unique=True, editable=False)
    detector = models.CharField(_("detector"), max_length=40)
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    metrics = models.JSONField(_("metrics"), default=list, blank=True, help_text=_("Empty: all metrics."))
    directions = models.JSONField(_("directions"), default=list, blank=True, help_text=_("Empty: peaks and drops."))
    minimum_volume = models.PositiveIntegerField(
        _("minimum volume"), default=5, help_text=_("No alert below this count and this difference from the expected.")
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    reopen_step = models.FloatField(
        _("step to reopen, %"),
        default=10.0,
        validators=[MinValueValidator(0.0), MaxValueValidator(1000.0)],
        help_text=_("A settled or withdrawn alert comes back when its count has moved on by this much, in per cent."),
    )
    updated_at = models.DateTimeField(_("updated"), auto_now=True)
    history = HistoricalRecords(
        table_name="detection_policies_history", history_change_reason_field=models.CharField(max_length=500, null=True)
    )

    # Read by the history when the row is written.
    _history_user: User | None
    _change_reason: str

    class Meta:
        db_table = "detection_policies"
        ordering = ["scope"]
        verbose_name = _("detection policy")
        verbose_name_plural = _("detection policies")

    def __str__(self) -> str:
        return f"{self.scope}: {self.detector}"

    def scope_of(self) -> str:
        """Where the policy applies: `site`, `family:wikipedia`, `project:17`."""
        return f"project:{self.project_id}" if self.project_id else f"family:{self.family}" if self.family else "site"

    def save(self, *args: object, **kwargs: object) -> None:
        self.scope = self.scope_of()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def clean(self) -> None:
        """Refuse rules that could not judge, naming the field that is wrong."""
        self.scope = self.scope_of()
        errors: dict[str, str | Promise] = {}
        if self.project_id and self.family:
            errors["family"] = _("Choose a project or a family, not both.")
        elif DetectionPolicy.objects.filter(scope=self.scope).exclude(pk=self.pk).exists():
            errors["project" if self.project_id else "family"] = _("There is a policy for this already: change that one.")
        try:
            detector = registry.get(self.detector)
        except ParameterError as error:
            errors["detector"] = str(error)
        else:
            try:
                detector.parse(self.parameters if isinstance(self.parameters, dict) else {"": self.parameters})
            except ParameterError as error:
                errors["parameters"] = str(error)
        for name, known in (("metrics", set(METRICS)), ("directions", set(Direction.values))):
            given = getattr(self, name)
            if not isinstance(given, list) or not all(isinstance(item, str) and item in known for item in given):
                errors[name] = _("Must be a list of some of: %(known)s.") % {"known": ", ".join(sorted(known))}
        if errors:
            raise ValidationError(errors)


class Status(models.TextChoices):
    NEW = "new", _("new")
    ACKNOWLEDGED = "acknowledged", _("in review")
    EXPLAINED = "explained", _("explained")
    DISMISSED = "dismissed", _("dismissed")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Severity(models.TextChoices):
    NOTABLE = "notable", _("notable")
    HIGH = "high", _("high")
    EXTREME = "extreme", _("extreme")


# Two owners, never the same column.
DETECTOR_FIELDS = (
    "count", "rolling_mean", "threshold", "percentage_difference", "expected", "lower", "upper", "excess", "score",
    "p_value", "q_value", "severity", "evidence", "detector", "detector_version", "policy_version", "data_as_of",
    "episode_end", "provisional",
)  # fmt: skip
HUMAN_FIELDS = ("category", "label", "assignee", "dismissal_reason")
# Moved by the life cycle (`alerts.lifecycle`) alone, on behalf of either.
LIFECYCLE_FIELDS = (
    "status", "raised_count", "raised_at", "settled_count", "withdrawn_at", "withdrawn_from", "withdrawn_because",
    "reopened_at",
)  # fmt: skip


class Withdrawal(models.TextChoices):
    """Why the detector took an alert back."""

    FELL = "fell", _("revised data no longer stand out")
    BASELINE = "baseline", _("what is expected of the month changed")
    RULE = "rule", _("the rule changed")
    EPISODE = "episode", _("part of an episode that began earlier")
    UNTESTABLE = "untestable", _("the month can no longer be tested")


class Alert(models.Model):
    """One month of one metric of one project that stood out."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="alerts", db_index=False, verbose_name=_("project"))
    metric = models.CharField(_("metric"), max_length=32, choices=METRIC_CHOICES)
    month = MonthField(_("month"))
    direction = models.CharField(_("direction"), max_length=8, choices=Direction, default=Direction.PEAK)

    # The detector's.
    count = models.PositiveBigIntegerField(_("count"))
    rolling_mean = models.FloatField(_("rolling mean"), null=True, blank=True)
    threshold = models.FloatField(_("threshold"), null=True, blank=True)
    percentage_difference = models.FloatField(_("% difference"), null=True, blank=True)
    expected = models.FloatField(_("expected"), null=True, blank=True)
    lower = models.FloatField(_("normal from"), null=True, blank=True)
    upper = models.FloatField(_("normal up to"), null=True, blank=True)
    excess = models.FloatField(_("excess"), null=True, blank=True)
    score = models.FloatField(_("score"), null=True, blank=True, help_text=_("Comparable between wikis; larger is rarer."))
    # For lists that begin with the rarest or the largest: a drop's score and excess are negative, and no less for it.
    rarity = models.GeneratedField(expression=Abs("score"), output_field=models.FloatField(null=True), db_persist=True)
    magnitude = models.GeneratedField(expression=Abs("excess"), output_field=models.FloatField(null=True), db_persist=True)
    p_value = models.FloatField(_("p"), null=True, blank=True)
    q_value = models.FloatField(_("q"), null=True, blank=True)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity, default=Severity.NOTABLE)
    evidence = models.JSONField(_("evidence"), default=dict, blank=True)
    detector = models.CharField(_("detector"), max_length=40)
    detector_version = models.CharField(_("detector version"), max_length=20)
    policy_version = models.CharField(_("policy"), max_length=80, blank=True)
    data_as_of = models.DateTimeField(_("data as of"))
    episode_end = MonthField(_("lasted until"), null=True, blank=True)
    provisional = models.BooleanField(_("provisional"), default=False)

    # The life cycle's.
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.NEW)
    raised_count = models.PositiveBigIntegerField(_("count when raised"))
    raised_at = models.DateTimeField(_("raised"))
    settled_count = models.PositiveBigIntegerField(
        _("count when settled"), null=True, blank=True, help_text=_("What it was when explained, dismissed or withdrawn.")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_from = models.CharField(_("status before withdrawal"), max_length=16, blank=True)
    withdrawn_because = models.CharField(_("reason for withdrawal"), max_length=16, choices=Withdrawal, blank=True)
    reopened_at = models.DateTimeField(_("reopened"), null=True, blank=True)

    # People's.
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name=_("category"))
    label = models.CharField(_("label"), max_length=200, blank=True, validators=[validate_text])
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("assignee")
    )
    dismissal_reason = models.CharField(_("reason for dismissal"), max_length=300, blank=True, validators=[validate_text])

    version = models.PositiveIntegerField(default=1, editable=False, help_text=_("Grows with each change but a revision."))
    updated_at = models.DateTimeField(_("updated"), auto_now=True)
    # The q-value moves a little whenever any other wiki of the month is counted: not worth a row each time. The severity,
    # which it decides, is kept.
    history = HistoricalRecords(
        table_name="community_alerts_history",
        excluded_fields=["evidence", "updated_at", "q_value", "rarity", "magnitude"],
        history_change_reason_field=models.CharField(max_length=500, null=True),
    )

    # Read by the history when the row is written: who made the change (None: the detector) and why.
    _history_user: User | None
    _change_reason: str

    class Meta:
        db_table = "community_alerts"
        ordering = ["-month", "-rarity"]
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        permissions = [("label_alert", "Can label alert")]
        constraints = [
            models.UniqueConstraint(fields=["project", "metric", "month", "direction"], name="community_alerts_key"),
            models.CheckConstraint(
                condition=Q(episode_end__isnull=True) | Q(episode_end__gte=F("month")), name="community_alerts_episode"
            ),
        ]
        # Most lists leave out what was withdrawn: with the status at hand, an index alone tells which alerts are on a page.
        indexes = [
            models.Index(fields=["-month", "-rarity", "id", "status"], name="community_alerts_worst"),
            models.Index(fields=["status", "-month", "-rarity", "id"], name="community_alerts_queue"),
            models.Index(fields=["severity", "-month", "-rarity", "id"], name="community_alerts_severity"),
            models.Index(fields=["-rarity", "-month", "id", "status"], name="community_alerts_rarest"),
            models.Index(fields=["-magnitude", "-month", "id", "status"], name="community_alerts_largest"),
            models.Index(
                fields=["-percentage_difference", "-month", "-rarity", "id", "status"], name="community_alerts_percentage"
            ),
            models.Index(fields=["status", "raised_at"], name="community_alerts_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.month:%Y-%m} {self.get_direction_display()}"

    def get_absolute_url(self) -> str:
        return reverse("alert", args=[self.pk])


class DetectionState(models.Model):
    """What the detection last saw of one metric of one project, so that the next sweep judges only what is new or changed.

    The counts themselves are kept, not a time stamp: whatever made a count differ, and whichever message was lost, the next
    sweep sees it. The arrays hold one little-endian value for each month from `first_month` on.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    metric = models.CharField(max_length=32, choices=METRIC_CHOICES)
    first_month = MonthField()
    final_until = MonthField(null=True, help_text=_("Months after this one were not over when they were judged."))
    counts = models.BinaryField(help_text=_("Counts as judged, 64 bit; -1 where missing."))
    p_values = models.BinaryField(help_text=_("Chance of a month at least this high, 64 bit float; NaN where untested."))
    p_low_values = models.BinaryField(help_text=_("Chance of a month at least this low."))
    policies = models.JSONField(help_text=_("Pairs of a first month and the policy that judged from there on."))

    class Meta:
        db_table = "detection_states"
        constraints = [models.UniqueConstraint(fields=["metric", "project"], name="detection_states_key")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.metric}"


class DetectionSweep(models.Model):
    """One row for each metric: the lock that makes two sweeps at once harmless, and when the last one changed anything."""

    metric = models.CharField(_("metric"), max_length=32, choices=METRIC_CHOICES, unique=True)
    generation = models.PositiveIntegerField(default=0)
    swept_at = models.DateTimeField(_("last sweep"), null=True)

    class Meta:
        db_table = "detection_sweeps"

    def __str__(self) -> str:
        return f"{self.metric}: {self.generation}"
