"""The alert, whose columns have two owners."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Abs, Coalesce
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from alerts.choices import OPEN, Direction, Severity, Status, Withdrawal
from alerts.expectations import Expectation, expected_on
from alerts.models.policy import Category
from database.fields import MonthField
from database.validators import validate_text
from edits.metrics import FIRST_PART, METRICS, PARTS, metric_choices, together
from edits.models import Project

if TYPE_CHECKING:
    from accounts.models import User

MAX_LABEL_LENGTH = 500
# Most lists leave out what was withdrawn or is shown under another alert: with these at hand, an index alone tells which
# alerts are on a page.
LISTED = ("id", "status", "shown_under")
WORST_FIRST = ("-severity_rank", "-rarity", "-month", "pk")  # as an index already lies
# Two owners, never the same column.
DETECTOR_FIELDS = (
    "count", "rolling_mean", "threshold", "percentage_difference", "expected", "lower", "upper", "excess", "score",
    "p_value", "q_value", "severity", "evidence", "detector", "detector_version", "policy_version", "data_as_of",
    "episode_end", "worst_month", "provisional",
)  # fmt: skip
# The detector's, too, but they follow from other alerts (`alerts.engine.showing`).
SHOWING_FIELDS = ("shown_under", "parts")
HUMAN_FIELDS = ("category", "label", "assignee", "dismissal_reason")
# Moved by the life cycle (`alerts.lifecycle`) alone, on behalf of either.
LIFECYCLE_FIELDS = (
    "status", "raised_count", "raised_at", "settled_count", "withdrawn_at", "withdrawn_from", "withdrawn_because",
    "reopened_at",
)  # fmt: skip


class PartMark(NamedTuple):
    """A part that stands out in an alert, with its direction; `opposite`: not the alert's own."""

    name: str
    label: str | Promise
    way: str | Promise
    direction: str
    opposite: bool


class AlertQuerySet(models.QuerySet["Alert"]):
    """Alerts by where they stand in their life."""

    def open(self) -> AlertQuerySet:
        """Those that wait for somebody to decide."""
        return self.filter(status__in=OPEN)

    def unexpected(self, today: dt.date) -> AlertQuerySet:
        """Without those that moderators expect on `today`. Nothing is joined where nothing is expected."""
        return self.exclude(expected_on(today)) if Expectation.objects.active(today).exists() else self

    def standing(self) -> AlertQuerySet:
        """Those that the detector has not taken back."""
        return self.exclude(status=Status.WITHDRAWN)

    def shown(self, metric: str = "") -> AlertQuerySet:
        """What people are shown of `metric` (empty: of all): of a whole and its parts, one alert of a wiki and month.

        The only place that leaves alerts out for that reason: every list, count, feed and queue asks it. Who asks for a part
        by its name gets all alerts of that part, also those that are otherwise shown with the whole.
        """
        if metric and metric not in METRICS:
            return self.none()
        if metric and METRICS[metric].part_of:
            return self.filter(metric=metric)
        # Not the bare column: MariaDB would go by the index on it, and sort nearly all alerts for each page.
        shown = self.alias(under=Coalesce("shown_under", 0)).filter(under=0)
        return shown.filter(metric__in=together(metric)) if metric else shown

    def concerning(self, part: str) -> AlertQuerySet:
        """Those in which the part called `part` stands out."""
        return self.filter(concerning(part))


def concerning(part: str) -> Q:
    """Alerts in which the part called `part` (of `PARTS`) stands out; for the first part also those where none is known to."""
    named = Q(parts__contains=f"{part}:")
    return named | Q(parts="") if part == FIRST_PART else named


class Alert(models.Model):
    """One month of one metric of one project that stood out."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="alerts", db_index=False, verbose_name=_("wiki"))
    metric = models.CharField(_("metric"), max_length=32, choices=metric_choices)
    month = MonthField(_("month"))
    direction = models.CharField(_("direction"), max_length=8, choices=Direction, default=Direction.PEAK)

    # The detector's.
    count = models.PositiveBigIntegerField(_("count"))
    rolling_mean = models.FloatField(_("rolling mean"), null=True, blank=True)
    threshold = models.FloatField(_("threshold"), null=True, blank=True)
    # xgettext:no-python-format
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
    severity_rank = models.GeneratedField(
        expression=Case(When(severity="extreme", then=2), When(severity="high", then=1), default=0),
        output_field=models.PositiveSmallIntegerField(), db_persist=True,
    )  # fmt: skip
    evidence = models.JSONField(_("evidence"), default=dict, blank=True)
    detector = models.CharField(_("detector"), max_length=40)
    detector_version = models.CharField(_("detector version"), max_length=20)
    policy_version = models.CharField(_("policy"), max_length=80, blank=True)
    data_as_of = models.DateTimeField(_("data as of"))
    episode_end = MonthField(_("lasted until"), null=True, blank=True)
    worst_month = MonthField(
        _("worst month"), null=True, blank=True, help_text=_("Of an episode: the month that the figures are of.")
    )
    provisional = models.BooleanField(_("provisional"), default=False)
    shown_under = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="shown_with", verbose_name=_("shown under"),
        help_text=_("The alert that lists show for both: of the whole that this one is a part of."),
    )  # fmt: skip
    parts = models.CharField(
        _("parts"), max_length=64, blank=True, help_text=_("What stands out by itself, such as bots:peak,people:drop.")
    )

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
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name=_("cause"))
    label = models.CharField(_("label"), max_length=MAX_LABEL_LENGTH, blank=True, validators=[validate_text])
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
        excluded_fields=["evidence", "updated_at", "q_value", "rarity", "magnitude", "severity_rank", *SHOWING_FIELDS],
        history_change_reason_field=models.CharField(max_length=500, null=True),
    )

    objects = AlertQuerySet.as_manager()

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
        indexes = [
            models.Index(fields=["-month", "-rarity", *LISTED], name="community_alerts_worst"),
            models.Index(fields=["status", "-month", "-rarity", "id", "shown_under"], name="community_alerts_queue"),
            models.Index(fields=["severity", "-month", "-rarity", "id"], name="community_alerts_severity"),
            models.Index(fields=["-severity_rank", "-rarity", "-month", *LISTED], name="community_alerts_graded"),
            models.Index(fields=["-rarity", "-month", *LISTED], name="community_alerts_rarest"),
            models.Index(fields=["-magnitude", "-month", *LISTED], name="community_alerts_largest"),
            models.Index(
                fields=["-percentage_difference", "-month", "-rarity", *LISTED],
                name="community_alerts_percentage",
            ),
            models.Index(fields=["status", "raised_at", "shown_under"], name="community_alerts_waiting"),
            models.Index(fields=["metric", "month", "status", "shown_under"], name="community_alerts_months"),  # counted
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.month:%Y-%m} {self.get_direction_display()}"

    def get_absolute_url(self) -> str:
        return reverse("alert", args=[self.pk])

    @property
    def figures_month(self) -> dt.date:
        """The month that count, expected value, severity and evidence are of: the worst of the episode."""
        month: dt.date = self.worst_month or self.month
        return month

    @property
    def part_directions(self) -> dict[str, str]:
        """Which parts stand out in the months of the alert, and how: the direction by the part's name."""
        return dict(pair.split(":") for pair in self.parts.split(",")) if self.parts else {}

    @property
    def marks(self) -> list[PartMark]:
        """The parts that stand out beside what the alert itself is of."""
        own = METRICS[self.metric].part_of if self.metric in METRICS else None  # of a newer version
        found = ((PARTS[name].part_of, way) for name, way in self.part_directions.items() if name in PARTS)
        ways = dict(Direction.choices)
        return [
            PartMark(part.name, part.label, ways[way], way, way != self.direction)
            for part, way in found
            if part and part != own
        ]

    @property
    def told_metrics(self) -> frozenset[str]:
        """The metrics of which the alert is news: its own, the whole's, and those of the parts that stand out."""
        parts = (PARTS[name].name for name in self.part_directions if name in PARTS)
        return frozenset({self.metric, together(self.metric)[0], *parts})
