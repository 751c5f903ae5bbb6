"""What moderators set: categories of causes, and which detector raises alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from alerts.choices import Direction
from alerts.detection import registry
from alerts.detection.types import ParameterError
from edits.metrics import METRICS
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
        verbose_name = _("cause")
        verbose_name_plural = _("causes")

    def __str__(self) -> str:
        """In the language of the reader, for those that the site came with."""
        return gettext(self.name) if self.name else ""


class DetectionPolicy(models.Model):
    """Which detector raises alerts, and with which parameters: for the whole site, for a family, or for one project."""

    project = models.OneToOneField(Project, models.CASCADE, null=True, blank=True, verbose_name=_("wiki"))
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

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.scope = self.scope_of()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuse rules that could not judge, naming the field that is wrong."""
        self.scope = self.scope_of()
        errors: dict[str, str | Promise] = {}
        if self.project_id and self.family:
            errors["family"] = _("Choose a wiki or a family, not both.")
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
