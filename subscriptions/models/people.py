"""How a person is spoken to, and where."""

from __future__ import annotations

import secrets
import zoneinfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from database.fields import ExactCharField


def new_token() -> str:
    """An address that nobody guesses: 256 bits."""
    return secrets.token_urlsafe(32)


def validate_language(value: str) -> None:
    if value not in dict(settings.LANGUAGES):
        raise ValidationError(_("This site has no translation into “%(value)s”."), params={"value": value})


def validate_time_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(value)s” is not a time zone: write it as Europe/Berlin."), params={"value": value})


class Preferences(models.Model):
    """How one person is spoken to."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="preferences", verbose_name=_("person"))
    language = models.CharField(_("language"), max_length=16, default="en", validators=[validate_language])
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    feed_token = ExactCharField(max_length=64, unique=True, default=new_token, editable=False)
    confirmations = models.JSONField(default=list, editable=False)  # when addresses were asked to confirm, of the last day
    seen_at = models.DateTimeField(_("last visit"), null=True, blank=True)
    seen_before_at = models.DateTimeField(_("visit before"), null=True, blank=True)

    class Meta:
        db_table = "subscription_preferences"
        verbose_name = _("preferences")
        verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return str(self.user)


class Address(models.Model):
    """Where a person is told: an e-mail address, a webhook, a user name on the wikis."""

    class State(models.TextChoices):
        UNCONFIRMED = "unconfirmed", _("not confirmed yet")
        READY = "ready", _("in use")
        PAUSED = "paused", _("paused")  # by a bounce or a complaint
        UNSUBSCRIBED = "unsubscribed", _("unsubscribed")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="addresses", db_index=False, verbose_name=_("person")
    )
    channel = models.CharField(_("channel"), max_length=20)
    target = ExactCharField(_("address"), max_length=500)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.UNCONFIRMED)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    secret = models.CharField(max_length=64, default=new_token, editable=False)  # signs what is sent there, and its links
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    class Meta:
        db_table = "subscription_addresses"
        ordering = ["channel", "target"]
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            # By its length: MariaDB keys hold 3,072 bytes, and 500 characters may be 2,000.
            models.UniqueConstraint(fields=["user", "channel", "target"], name="subscription_addresses_key"),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(confirmed_at__isnull=False), name="subscription_addresses_confirmed"
            ),
        ]

    def __str__(self) -> str:
        """Where it leads. The address of a chat service is a password: only its beginning and its end are shown."""
        scheme, found, rest = self.target.partition("://")
        return f"{scheme}://…{rest[-4:]}" if found and scheme != "https" else self.target
