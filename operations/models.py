"""What the site knows of itself: which of its processes are alive, and how long their work takes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """The last sign of life of one part of the site: `beat`, `worker:default`, `worker:wikimedia`."""

    name = models.CharField(_("part"), max_length=64, unique=True)
    at = models.DateTimeField(_("last sign of life"))

    class Meta:
        db_table = "heartbeats"
        ordering = ["name"]
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name


class TaskTiming(models.Model):
    """How often a task has run on all workers together, how often it failed and how long it took; one row per task."""

    task = models.CharField(_("task"), max_length=200, unique=True)
    runs = models.PositiveBigIntegerField(_("runs"), default=0)
    failures = models.PositiveBigIntegerField(_("failures"), default=0)
    seconds = models.FloatField(_("seconds, all runs"), default=0.0)
    last_seconds = models.FloatField(_("seconds, last run"), default=0.0)
    last_at = models.DateTimeField(_("last run"))

    class Meta:
        db_table = "task_timings"
        ordering = ["task"]
        verbose_name = _("task timing")
        verbose_name_plural = _("task timings")

    def __str__(self) -> str:
        return self.task
