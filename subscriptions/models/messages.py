"""What was told, to whom, and what was switched off."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.models import Alert
from subscriptions.models.follows import Cadence, Follow
from subscriptions.models.people import Address


class Message(models.Model):
    """One message to one address: planned, claimed by one worker, and then sent, failed or given up. This is the send log."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        UNKNOWN = "unknown", _("not known whether sent")
        GAVE_UP = "gave_up", _("given up")
        DROPPED = "dropped", _("not sent: nothing to say any more")

    class Purpose(models.TextChoices):
        IMMEDIATELY = Cadence.IMMEDIATELY.value, _("news")
        WEEKLY = Cadence.WEEKLY.value, _("weekly digest")
        MONTHLY = Cadence.MONTHLY.value, _("monthly digest")
        CONFIRMATION = "confirmation", _("confirmation of an address")
        TEST = "test", _("test")

    address = models.ForeignKey(Address, models.CASCADE, related_name="messages", db_index=False, verbose_name=_("address"))
    channel = models.CharField(_("channel"), max_length=20)  # that of the address: here so that an index finds what is due
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose)
    period = models.CharField(_("period"), max_length=16)  # 2026-03, 2026-W14, or a number that grows: never twice
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.PLANNED)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("last error"), max_length=500, blank=True)
    claim = models.CharField(max_length=32, blank=True, editable=False)
    planned_at = models.DateTimeField(_("planned"))
    next_try_at = models.DateTimeField(_("next try"))
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        db_table = "subscription_messages"
        ordering = ["-pk"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["address", "purpose", "period"], name="subscription_messages_key"),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="subscription_messages_sent_when"
            ),
            models.CheckConstraint(condition=~Q(state="sending") | ~Q(claim=""), name="subscription_messages_claimed"),
        ]
        indexes = [
            models.Index(fields=["channel", "state", "next_try_at"], name="subscription_messages_due"),
            models.Index(fields=["channel", "claimed_at"], name="subscription_messages_pace"),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.period}"


class Delivery(models.Model):
    """One thing said of one alert to one address: the keys make it impossible to say it twice."""

    class Kind(models.TextChoices):
        NEWS = "news", _("new")
        EXPLAINED = "explained", _("explained since")
        WITHDRAWN = "withdrawn", _("withdrawn since")
        BACK = "back", _("stands again")

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries", verbose_name=_("message"))
    address = models.ForeignKey(Address, models.CASCADE, related_name="+", db_index=False, verbose_name=_("address"))
    follow = models.ForeignKey(
        Follow, models.SET_NULL, null=True, related_name="+", db_index=False, verbose_name=_("subscription")
    )
    alert = models.ForeignKey(Alert, models.CASCADE, related_name="+", verbose_name=_("alert"))
    kind = models.CharField(_("what"), max_length=12, choices=Kind, default=Kind.NEWS)

    class Meta:
        db_table = "subscription_deliveries"
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["follow", "alert", "kind"], name="subscription_deliveries_follow"),
            models.UniqueConstraint(fields=["address", "alert", "kind"], name="subscription_deliveries_address"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.alert_id}"


class ChannelSwitch(models.Model):
    """What the operator says about a channel: on or off, and how fast."""

    channel = models.CharField(_("channel"), max_length=20, unique=True)
    enabled = models.BooleanField(
        _("in use"), default=True, help_text=_("Off: nothing is sent; messages wait until it is on again.")
    )
    per_minute = models.PositiveIntegerField(_("messages a minute"))
    per_day = models.PositiveIntegerField(_("messages in 24 hours"))

    class Meta:
        db_table = "subscription_channels"
        ordering = ["channel"]
        verbose_name = _("channel")
        verbose_name_plural = _("channels")

    def __str__(self) -> str:
        return self.channel


class PlanningLock(models.Model):
    """One row: who plans holds it, so that two plans at once come one after the other."""

    planned_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "subscription_planning"

    def __str__(self) -> str:
        return f"{self.planned_at}"
