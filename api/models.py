"""Tokens by which scripts write for a person, and what was answered to what they sent."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from database.fields import ExactCharField
from database.validators import validate_text


class Scope(models.TextChoices):
    """What a token may be used for. Its owner must have the right to do it, too."""

    LABEL = "label", _("label alerts")
    EXPLAIN = "explain", _("explain alerts")
    DISMISS = "dismiss", _("dismiss alerts")
    ANNOTATE = "annotate", _("write notes")


class ApiToken(models.Model):
    """A token of one person's script. The token itself is shown once and stored nowhere: `digest` is its SHA-256."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens", verbose_name=_("owner"),
        help_text=_("Whose rights it has, and in whose name it writes."),
    )  # fmt: skip
    name = models.CharField(
        _("name"), max_length=100, validators=[validate_text], help_text=_("What it is for, such as the name of the script.")
    )
    start = models.CharField(_("begins with"), max_length=12, editable=False)
    digest = ExactCharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("what for"), default=list)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made"), editable=False)
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    class Meta:
        db_table = "api_tokens"
        ordering = ["-made_at"]
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"


class SentBefore(models.Model):
    """What was answered to a request that had an idempotency key: the same request gets the same answer again."""

    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="sent", db_index=False)
    key = ExactCharField(max_length=64)
    digest = models.CharField(max_length=64)
    answer = models.TextField(blank=True)
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "api_sent_before"
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="api_sent_before_key")]

    def __str__(self) -> str:
        return self.key
