"""What a moderator sees first: how much is waiting, and for how long."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import may
from alerts.lifecycle import LONG_OPEN
from alerts.models import WORST_FIRST, Alert, Status
from alerts_site.admin_pages import page_url
from annotations.selectors import open_reports, waiting_for_review
from edits.clock import current_day
from edits.models import FetchOutcome, FetchRun
from events.models import Event
from events.models import Status as EventStatus
from events.reports import open_reports as open_event_reports

FAILURES = ("unavailable", "bad_payload", "timed_out", "error", "rate_limited")
MAX_SHOWN = 6


@dataclass(slots=True)
class Queue:
    """A number with its words and where it leads."""

    count: int
    label: Any
    url: str
    note: Any = ""
    urgent: bool = False
    rows: list[Any] = field(default_factory=list)


def start_page(user: Any, *, now: dt.datetime | None = None) -> dict[str, Any]:
    """The queues that `user` may see, and the beginnings of the three that are worked on most."""
    moment = now or timezone.now()
    context: dict[str, Any] = {"queues": []}
    if may(user, "alert.view"):
        context["queues"] += _alert_queues(user, moment)
        worst = Alert.objects.shown().filter(status=Status.NEW).unexpected(current_day()).select_related("project", "category")
        context["worst"] = list(worst.order_by(*WORST_FIRST)[:MAX_SHOWN])
    if may(user, "annotation.view"):
        waiting = waiting_for_review()
        context["queues"].append(
            Queue(
                waiting.count(),
                _("annotations wait for review"),
                page_url("admin:annotations_annotation_changelist", "?status__exact=pending"),
                urgent=True,
            )
        )
        context["waiting"] = list(waiting[:MAX_SHOWN])
    if may(user, "report.view"):
        reports = open_reports()
        url = page_url("admin:annotations_report_changelist", "?status__exact=open")
        context["queues"].append(Queue(reports.count(), _("reports"), url, urgent=True))
        context["reports"] = list(reports[:MAX_SHOWN])
    if may(user, "event.edit"):
        proposed = Event.objects.filter(status=EventStatus.PENDING).count()
        url = page_url("admin:events_event_changelist", "?status__exact=pending")
        context["queues"].append(Queue(proposed, _("proposed events"), url, urgent=True))
        url = page_url("admin:events_eventreport_changelist", "?status__exact=open")
        context["queues"].append(Queue(open_event_reports().count(), _("reports on events"), url, urgent=True))
    if may(user, "fetch.view"):
        context["queues"].append(_fetch_queue())
    return context


def _alert_queues(user: User, now: dt.datetime) -> list[Queue]:
    open_alerts = Alert.objects.shown().open().unexpected(current_day())  # each count by an index of its own
    new = open_alerts.filter(status=Status.NEW).count()
    long = open_alerts.filter(raised_at__lt=now - LONG_OPEN).count()
    mine = open_alerts.filter(assignee=user).count()
    listed = "admin:alerts_alert_changelist"
    return [
        Queue(new, _("new alerts"), page_url(listed, "?status__exact=new"), urgent=True),
        Queue(long, _("open for more than 7 days"), page_url(listed, "?waiting=long")),
        Queue(mine, _("assigned to you"), page_url(listed, "?waiting=mine")),
    ]


def _fetch_queue() -> Queue:
    """Failures of the latest finished run."""
    run = FetchRun.objects.exclude(state=FetchRun.State.RUNNING).order_by("-started_at", "-pk").first()
    failed = FetchOutcome.objects.filter(run=run, state__in=FAILURES).count() if run else 0
    note = _("no run yet") if run is None else f"{run} · {run.get_state_display()}"
    url = page_url("admin:edits_fetchrun_changelist")
    return Queue(failed, _("failed fetches in the last run"), url, note=note, urgent=bool(failed))
