"""Which wikis there are."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from database.fields import ExactCharField
from edits.families import family_name, family_names
from edits.languages import language_name


class ProjectQuerySet(models.QuerySet["Project"]):
    def open(self) -> ProjectQuerySet:
        """Those of which new counts are to be expected: public, not closed, still in the list of wikis."""
        return self.filter(closed=False, private=False, removed_from_sitematrix_at=None)


class Project(models.Model):
    """One wiki, known by its domain."""

    class Direction(models.TextChoices):
        LTR = "ltr", _("left to right")
        RTL = "rtl", _("right to left")

    domain = ExactCharField(_("domain"), max_length=100, unique=True, help_text=_("Such as en.wikipedia.org."))
    dbname = ExactCharField(_("database name"), max_length=64, unique=True, help_text=_("Such as enwiki."))
    family = models.CharField(_("family"), max_length=32, db_index=True)
    language_code = models.CharField(_("language code"), max_length=32, blank=True, db_index=True)
    language_name = models.CharField(_("language, in its own words"), max_length=100, blank=True)
    language_name_en = models.CharField(_("language, in English"), max_length=100, blank=True)
    site_name = models.CharField(_("site name"), max_length=200, blank=True)
    direction = models.CharField(_("text direction"), max_length=3, choices=Direction, default=Direction.LTR)
    closed = models.BooleanField(_("closed"), default=False)
    private = models.BooleanField(_("private"), default=False)
    fishbowl = models.BooleanField(_("fishbowl"), default=False, help_text=_("Everyone reads, few write."))
    special = models.BooleanField(_("special"), default=False, help_text=_("Not of one language, such as Commons."))
    removed_from_sitematrix_at = models.DateTimeField(_("left the list of wikis"), null=True, blank=True)
    created_at = models.DateTimeField(_("first seen"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        db_table = "projects"
        ordering = ["domain"]
        verbose_name = _("wiki")
        verbose_name_plural = _("wikis")

    def __str__(self) -> str:
        return self.domain

    def get_absolute_url(self) -> str:
        return reverse("explorer", args=[self.domain])

    @property
    def url(self) -> str:
        return f"https://{self.domain}/"

    @property
    def name(self) -> str:
        """What people call it: `Icelandic Wikipedia`, `Wikimedia Commons`; `Isländisch` where German is read."""
        if self.special or not self.language_code:
            return self._special_name()
        return gettext("%(language)s %(family)s") % {"language": self.language, "family": family_name(self.family)}

    @property
    def language(self) -> str:
        """Its language, in the reader's: `Icelandic`; `Isländisch` where German is read."""
        return language_name(self.language_code, self.language_name, self.language_name_en)

    def _special_name(self) -> str:
        """The list of wikis calls those without a name of their own `Wikipedia`, or as it calls their family: that is the
        name of the family's own site alone, and the others go by their domain."""
        if self.site_name and self.site_name not in (*family_names(self.family), *family_names("wikipedia")):
            return self.site_name
        return family_name(self.family) if self.domain.removeprefix("www.").split(".")[0] == self.family else self.domain

    @property
    def is_open(self) -> bool:
        """Whether `objects.open()` has it."""
        return not (self.closed or self.private or self.removed_from_sitematrix_at)


class ProjectAlias(models.Model):
    """A domain under which a project was known before it was renamed."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="aliases")
    domain = ExactCharField(_("former domain"), max_length=100, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "project_aliases"
        verbose_name = _("former domain")
        verbose_name_plural = _("former domains")

    def __str__(self) -> str:
        return self.domain
