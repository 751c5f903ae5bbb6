"""The closed vocabularies of alerts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Direction(models.TextChoices):
    PEAK = "peak", _("peak")
    DROP = "drop", _("drop")


class Status(models.TextChoices):
    NEW = "new", _("new")
    ACKNOWLEDGED = "acknowledged", _("in review")
    EXPLAINED = "explained", _("explained")
    DISMISSED = "dismissed", _("dismissed")
    WITHDRAWN = "withdrawn", _("withdrawn")


# Alerts that wait for somebody to decide.
OPEN = frozenset({Status.NEW, Status.ACKNOWLEDGED})
# A person has settled these: the detector brings them back only when the count has moved on by the policy's step.
SETTLED = frozenset({Status.EXPLAINED, Status.DISMISSED})


class Severity(models.TextChoices):
    NOTABLE = "notable", _("notable")
    HIGH = "high", _("high")
    EXTREME = "extreme", _("extreme")


class Withdrawal(models.TextChoices):
    """Why the detector took an alert back."""

    FELL = "fell", _("revised data no longer stand out")
    BASELINE = "baseline", _("what is expected of the month changed")
    RULE = "rule", _("the rule changed")
    EPISODE = "episode", _("part of an episode that began earlier")
    UNTESTABLE = "untestable", _("the month can no longer be tested")
