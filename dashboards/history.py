"""The part of an alert's history that everybody may read: what changed and when, and who among people."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from alerts.models import Alert, Status
from edits.figures import number

MAX_CHANGES = 50


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the history."""

    when: dt.datetime
    who: str
    what: str


def public_history(alert: Alert) -> list[Change]:
    """Changes of count, status, cause and label, newest first. The reasons of moderators stay with them."""
    records = list(
        alert.history.select_related("history_user", "category").order_by("history_date", "history_id")[:MAX_CHANGES]
    )
    changes = []
    for before, now in zip([None, *records], records, strict=False):
        what = _differences(before, now)
        if what:
            who = now.history_user.get_username() if now.history_user else ""
            changes.append(Change(now.history_date, who, " · ".join(what)))
    return changes[::-1]


def _differences(before: Alert | None, now: Alert) -> list[str]:
    if before is None:
        return [_("raised with a count of %(count)s") % {"count": number(now.count)}]
    found = []
    if before.count != now.count:
        found.append(_("count revised from %(old)s to %(new)s") % {"old": number(before.count), "new": number(now.count)})
    if before.status != now.status:
        found.append(_("status: %(old)s → %(new)s") % {"old": Status(before.status).label, "new": Status(now.status).label})
    if before.category_id != now.category_id:
        found.append(_("cause: %(name)s") % {"name": now.category or _("none")})
    if before.label != now.label:
        found.append(_("label: %(label)s") % {"label": now.label or _("none")})
    return found
