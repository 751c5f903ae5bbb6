"""What people report, whatever it is about: steps that are not possible, and how a report is resolved."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User

Report = TypeVar("Report", bound=Any)


class NotPossible(Exception):
    """The status of what people wrote, or of a report on it, does not allow the step."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


def resolve_report(report: Report, about: str, *, by: User, status: str, resolution: str, now: dt.datetime | None) -> Report:
    """Lock an open report with what it is `about`, and store how `by` resolved it; within a transaction, by who may.

    Raises NotPossible where somebody has resolved it already.
    """
    current: Report = type(report).objects.select_for_update().select_related(about).get(pk=report.pk)
    if current.status != current.Status.OPEN:
        raise NotPossible(_("%(name)s has already resolved this report.") % {"name": current.resolved_by})
    current.status, current.resolution, current.resolved_by = status, resolution.strip(), by
    current.resolved_at = now or timezone.now()
    current.clean_fields(exclude=["reason"])
    current.save()
    return current
