"""People."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.validators import validate_username
from database.fields import ExactCharField


class User(AbstractUser):
    """A person who signs in. `Müller` and `Muller` are two people, on every database."""

    username = ExactCharField(
        _("username"),
        max_length=255,  # the longest that MediaWiki allows
        unique=True,
        validators=[validate_username],
        error_messages={"unique": _("A user with that username already exists.")},
    )
    wikimedia_id = models.CharField(
        _("Wikimedia account id"),
        max_length=64,
        unique=True,
        null=True,  # noqa: DJ001 - unique, and most accounts have none
        blank=True,
        editable=False,
        help_text=_("The `sub` of the Wikimedia account: it stays when the account is renamed."),
    )

    class Meta(AbstractUser.Meta):
        db_table = "users"
