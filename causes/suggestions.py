"""From the machine's word to a person's: a category is suggested, and stands once somebody accepts it."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from alerts.choices import OPEN
from alerts.models import Alert, Category
from alerts.services import alert_explain
from causes.findings import Finding, Strength
from causes.hypotheses.registry import HYPOTHESES
from causes.models import Explanation
from database.transactions import retried_transaction

NOTHING_SAID = "other"  # a category that says nothing is not suggested


def suggestion_of(finding: Finding) -> str:
    """The short name of the category that a finding suggests; empty for one that is weak or says nothing."""
    category = finding.values.get("category") or HYPOTHESES[finding.hypothesis].category
    return category if finding.strength > Strength.WEAK and category != NOTHING_SAID else ""


@retried_transaction
def suggestion_accept(
    *, explanation: Explanation, by: User, expected_version: int | None = None, now: dt.datetime | None = None
) -> Alert:
    """Explain the alert with the category that is suggested, and keep who accepted it and when.

    Raises ValidationError where nothing is suggested or a person has chosen a category: that one stands. Else as
    `alert_explain`, which asks whether the person may.
    """
    current = Explanation.objects.select_for_update().select_related("alert").get(pk=explanation.pk)
    alert = current.alert
    category = Category.objects.filter(slug=current.suggestion).first() if current.suggestion else None
    if category is None:
        raise ValidationError(_("Nothing is suggested for this alert."))
    if alert.category_id is not None or alert.status not in OPEN:
        raise ValidationError(_("Somebody has decided on this alert already; that stands."))
    changed = alert_explain(
        alert=alert,
        by=by,
        category=category,
        expected_version=expected_version,
        note=f"Accepted the suggestion: {category.name} ({current.hypothesis})",
    )
    current.accepted_by, current.accepted_at, current.accepted_hypothesis = by, now or timezone.now(), current.hypothesis
    current.save(update_fields=["accepted_by", "accepted_at", "accepted_hypothesis"])
    return changed
