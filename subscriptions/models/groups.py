"""Named sets of wikis."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from database.fields import ExactCharField
from database.validators import validate_text


class Group(models.Model):
    """A named set of wikis: a region that community work uses, or a person's own."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=100, validators=[validate_text])
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="wiki_groups", verbose_name=_("owner")
    )
    published = models.BooleanField(_("published"), default=False, help_text=_("Everybody sees it."))
    source = models.CharField(_("source"), max_length=300, blank=True, help_text=_("Where the membership comes from."))
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        db_table = "wiki_groups"
        ordering = ["name"]
        verbose_name = _("group of wikis")
        verbose_name_plural = _("groups of wikis")

    def __str__(self) -> str:
        """In the reader's language for the groups that the site came with."""
        return gettext(self.name) if self.name else ""

    def get_absolute_url(self) -> str:
        return reverse("group", args=[self.slug])


class GroupRule(models.Model):
    """One line of a group: all wikis of a language, all of a family, or one wiki."""

    class Kind(models.TextChoices):
        LANGUAGE = "language", _("language")
        FAMILY = "family", _("family")
        WIKI = "wiki", _("wiki")

    group = models.ForeignKey(Group, models.CASCADE, related_name="rules", db_index=False)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    value = ExactCharField(_("value"), max_length=100, help_text=_("A language code, a family, or a domain."))

    class Meta:
        db_table = "wiki_group_rules"
        ordering = ["kind", "value"]
        verbose_name = _("line of a group")
        verbose_name_plural = _("lines of a group")
        constraints = [models.UniqueConstraint(fields=["group", "kind", "value"], name="wiki_group_rules_key")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
