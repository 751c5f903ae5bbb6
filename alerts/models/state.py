"""What the detection remembers between sweeps."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from database.fields import MonthField
from edits.metrics import metric_choices
from edits.models import Project


class DetectionState(models.Model):
    """What the detection last saw of one metric of one project, so that the next sweep judges only what is new or changed.

    The counts themselves are kept, not a time stamp: whatever made a count differ, and whichever message was lost, the next
    sweep sees it. The arrays hold one little-endian value for each month from `first_month` on.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    metric = models.CharField(max_length=32, choices=metric_choices)
    first_month = MonthField()
    final_until = MonthField(null=True, help_text=_("Months after this one were not over when they were judged."))
    counts = models.BinaryField(help_text=_("Counts as judged, 64 bit; -1 where missing."))
    p_upper_values = models.BinaryField(help_text=_("Chance of a month at least this high, 64 bit float; NaN where untested."))
    p_lower_values = models.BinaryField(help_text=_("Chance of a month at least this low."))
    policies = models.JSONField(help_text=_("Pairs of a first month and the policy that judged from there on."))

    class Meta:
        db_table = "detection_states"
        constraints = [models.UniqueConstraint(fields=["metric", "project"], name="detection_states_key")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.metric}"


class DetectionSweep(models.Model):
    """One row for each metric: the lock that makes two sweeps at once harmless, and when the last one changed anything."""

    metric = models.CharField(_("metric"), max_length=32, choices=metric_choices, unique=True)
    generation = models.PositiveIntegerField(default=0)
    swept_at = models.DateTimeField(_("last sweep"), null=True)

    class Meta:
        db_table = "detection_sweeps"

    def __str__(self) -> str:
        return f"{self.metric}: {self.generation}"
