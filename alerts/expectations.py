"""What moderators expect: for so long, alerts of a project are not announced and do not wait for anybody.

Months are judged, drawn and counted as always. When the day has passed, or somebody ends it, the alerts are back where they
would have been.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from database.fields import MonthField
from database.validators import validate_text
from edits.metrics import metric_choices
from edits.models import Project

if TYPE_CHECKING:
    from accounts.models import User
    from alerts.models import Alert


class ExpectationQuerySet(models.QuerySet["Expectation"]):
    def active(self, today: dt.date) -> ExpectationQuerySet:
        """Those that hold on `today`: their last day is not over, and nobody ended them."""
        return self.filter(ended_at=None, until__gte=today)

    def covering(self, alert: Alert, *, today: dt.date) -> ExpectationQuerySet:
        """Those by which `alert` is expected on `today`."""
        mine = self.active(today).filter(project=alert.project_id, first_month__lte=alert.month)
        return mine.filter(metric__in=["", alert.metric])


class Expectation(models.Model):
    """Alerts of `project` in months from `first_month` on are expected, on every day up to and including `until`."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="expectations", verbose_name=_("wiki"))
    metric = models.CharField(
        _("metric"), max_length=32, choices=metric_choices, blank=True, default="", help_text=_("Empty: all metrics.")
    )
    title = models.CharField(_("what is expected"), max_length=200, validators=[validate_text])
    link = models.CharField(_("event"), max_length=200, blank=True, editable=False)
    first_month = MonthField(_("from the month"))
    until = models.DateField(_("until"), help_text=_("The last day on which its alerts are not announced."))
    reason = models.CharField(_("reason"), max_length=300, validators=[validate_text])
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("by")
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    history = HistoricalRecords(
        table_name="expectations_history", history_change_reason_field=models.CharField(max_length=500, null=True)
    )

    objects = ExpectationQuerySet.as_manager()

    # Read by the history when the row is written.
    _history_user: User | None
    _change_reason: str

    class Meta:
        db_table = "expectations"
        ordering = ["-until", "-pk"]
        verbose_name = _("expectation")
        verbose_name_plural = _("expectations")
        constraints = [models.CheckConstraint(condition=Q(until__gte=F("first_month")), name="expectations_days")]
        indexes = [models.Index(fields=["until", "project"], name="expectations_active")]

    def __str__(self) -> str:
        return f"{self.title}: {self.project}"

    @property
    def status(self) -> str:
        """For lists: `ended` once somebody ended it."""
        return "ended" if self.ended_at else "set"


def expected_on(today: dt.date) -> Exists:
    """The condition by which an alert is expected on `today`, for queries of alerts."""
    covering = Expectation.objects.active(today).filter(project=OuterRef("project"), first_month__lte=OuterRef("month"))
    return Exists(covering.filter(Q(metric="") | Q(metric=OuterRef("metric"))))
