"""What a person follows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.choices import Direction, Severity
from database.deletion import cascade_whole
from database.fields import ExactCharField, MonthField
from edits.models import Project
from subscriptions.models.groups import Group
from subscriptions.models.people import Address


class Scope(models.TextChoices):
    """What can be followed."""

    WIKI = "wiki", _("wiki")
    LANGUAGE = "language", _("language")
    FAMILY = "family", _("family")
    GROUP = "group", _("group")
    FILTER = "filter", _("saved filter")
    EVERYTHING = "everything", _("everything")


class Cadence(models.TextChoices):
    IMMEDIATELY = "immediately", _("immediately")
    WEEKLY = "weekly", _("weekly")
    MONTHLY = "monthly", _("monthly")


class Follow(models.Model):
    """One thing that one person follows."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="follows", db_index=False, verbose_name=_("person")
    )
    scope = models.CharField(_("what"), max_length=16, choices=Scope)
    project = models.ForeignKey(Project, cascade_whole, null=True, blank=True, related_name="+", verbose_name=_("wiki"))
    group = models.ForeignKey(Group, cascade_whole, null=True, blank=True, related_name="+", verbose_name=_("group"))
    value = ExactCharField(_("value"), max_length=400, blank=True)  # a language, a family, the query of a filter
    key = ExactCharField(max_length=430, editable=False)  # all of the above in one text: unique on every database
    metrics = models.JSONField(_("metrics"), default=list, blank=True, help_text=_("Empty: all metrics."))
    direction = models.CharField(_("direction"), max_length=8, choices=Direction, blank=True)
    severity = models.CharField(_("least severity"), max_length=8, choices=Severity, default=Severity.NOTABLE)
    only_unexplained = models.BooleanField(_("only unexplained"), default=False)
    cadence = models.CharField(_("how often"), max_length=16, choices=Cadence, default=Cadence.MONTHLY)
    address = models.ForeignKey(
        Address, models.SET_NULL, null=True, blank=True, related_name="follows", verbose_name=_("where to")
    )
    muted_until = models.DateField(_("muted until"), null=True, blank=True)
    # Nothing older is ever announced: somebody who begins to follow is told of the newest month, not of twenty years.
    from_month = MonthField(_("from month"), null=True, blank=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        db_table = "subscriptions"
        ordering = ["scope", "value", "pk"]
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="subscriptions_key"),
            models.CheckConstraint(
                condition=Q(scope="wiki", project__isnull=False)
                | Q(scope="group", group__isnull=False)
                | (Q(scope__in=["language", "family", "filter"]) & ~Q(value=""))
                | Q(scope="everything"),
                name="subscriptions_what",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def whole_key(self) -> str:
        """What is followed in one text: `wiki:17`, `language:hi`, `filter:category=bots`, `everything:`."""
        return f"{self.scope}:{self.project_id or self.group_id or self.value}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key = self.whole_key()
        super().save(*args, **kwargs)
