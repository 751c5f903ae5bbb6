"""Why an alert stands out, as far as the stored facts tell, and what was asked about it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.categories import SHIPPED_CATEGORIES
from alerts.choices import OPEN
from alerts.models import Alert, Category
from causes.findings import Cause


class Explanation(models.Model):
    """What explains one alert: the machine's word. What people say stays in the alert and is never touched from here.

    `suggestion` is the category that the first hypothesis suggests; who accepted it, and when, is kept for good. `evidence`
    and `findings` are all that the page needs: showing an explanation computes nothing. `explained_count` and
    `explained_expected` are those of the alert when it was explained: where they differ from it, it is explained anew.
    """

    alert = models.OneToOneField(Alert, models.CASCADE, primary_key=True, related_name="explanation", verbose_name=_("alert"))
    cause = models.CharField(_("cause"), max_length=16, choices=Cause)
    hypothesis = models.CharField(_("first hypothesis"), max_length=32, blank=True)
    strength = models.PositiveSmallIntegerField(_("strength"), default=0)
    findings = models.JSONField(_("findings"), default=list)
    evidence = models.JSONField(_("evidence"), default=dict)
    explained_count = models.PositiveBigIntegerField(_("count explained"))
    explained_expected = models.FloatField(_("expected value explained"), null=True)
    cells_as_of = models.DateTimeField(_("parts fetched"), null=True)
    rules_version = models.PositiveSmallIntegerField(_("version of the hypotheses"))
    suggestion = models.CharField(_("suggested category"), max_length=40, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("accepted by")
    )
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_hypothesis = models.CharField(_("hypothesis accepted"), max_length=32, blank=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        db_table = "alert_explanations"
        verbose_name = _("explanation")
        verbose_name_plural = _("explanations")
        indexes = [models.Index(fields=["cause", "alert"], name="alert_explanations_cause")]

    def __str__(self) -> str:
        return str(self.alert)

    @property
    def version(self) -> int:
        """The version of the alert: who accepts a suggestion decides on the alert that they saw."""
        return self.alert.version

    @property
    def suggested(self) -> Category | None:
        """The category that waits to be accepted: None where a person has decided already. One query."""
        if not self.suggestion or self.alert.category_id is not None or self.alert.status not in OPEN:
            return None
        return Category.objects.filter(slug=self.suggestion).first()

    @property
    def suggested_name(self) -> str:
        """The suggestion in the reader's words. No query: only categories that the site comes with are suggested."""
        return gettext(SHIPPED_CATEGORIES.get(self.suggestion, self.suggestion)) if self.suggestion else ""

    @property
    def status(self) -> str:
        """The status of the alert."""
        return self.alert.status


class CaseFile(models.Model):
    """What Wikimedia was asked about one alert, and what it said: a small row, fetched by one worker at a time.

    `contents` has an entry for each part (`causes.case_files.contents`): its state, the count of the alert that it was fetched
    for, when, and its data. `count` is the alert's when the file was last made due. A worker claims the file before it starts
    and counts the attempt; one that has not come back three times is parked.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        COMPLETE = "complete", _("complete")
        PARTIAL = "partial", _("in part")
        PARKED = "parked", _("parked")

    alert = models.OneToOneField(Alert, models.CASCADE, primary_key=True, related_name="case_file", verbose_name=_("alert"))
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.WAITING)
    count = models.PositiveBigIntegerField(_("count asked for"))
    contents = models.JSONField(_("contents"), default=dict)
    fetched_at = models.DateTimeField(_("fetched"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True, db_index=True)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(_("unfinished attempts"), default=0)
    claim = models.CharField(max_length=32, blank=True, editable=False)
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    names_until = models.DateTimeField(
        _("names kept until"), null=True, blank=True, db_index=True, help_text=_("Empty: it holds no names of people.")
    )

    class Meta:
        db_table = "alert_case_files"
        verbose_name = _("case file")
        verbose_name_plural = _("case files")

    def __str__(self) -> str:
        return str(self.alert)

    def data(self, part: str) -> dict[str, Any] | None:
        """What is kept of a part; None where it is not known."""
        found: dict[str, Any] | None = self.contents.get(part, {}).get("data")
        return found
