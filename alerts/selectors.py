"""Reads of judgements that more than one room needs."""

from __future__ import annotations

from django.db.models import QuerySet

from alerts.models import Alert, Status

SILENT = (Status.WITHDRAWN, Status.DISMISSED)


def announceable() -> QuerySet[Alert]:
    """Alerts that feeds, digests and mails may tell of: verdicts on months that are over, and neither withdrawn nor dismissed.

    A provisional verdict may be gone when its month is over; it is shown on pages, marked, and told to nobody.
    """
    return Alert.objects.filter(provisional=False).exclude(status__in=SILENT)
