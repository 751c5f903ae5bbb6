"""Reads of annotations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import F, QuerySet

from accounts.models import User
from annotations.models import Annotation, Report
from curation.history import HistoryEntry, history_entries
from events.models import Event, EventReport

MAX_EVENTS = 50
HEADLINE_FIRST = (F("headline").desc(nulls_last=True), "created_at", "pk")


def published_for_alerts(alert_ids: Collection[int]) -> dict[int, list[Annotation]]:
    """The published annotations of each alert, the headline first, then in the order they were written; one query.

    Alerts without any are absent.
    """
    found: dict[int, list[Annotation]] = {}
    rows = Annotation.objects.filter(alert_id__in=alert_ids, status=Annotation.Status.PUBLISHED).select_related("author")
    for annotation in rows.order_by("alert_id", *HEADLINE_FIRST):
        found.setdefault(annotation.alert_id, []).append(annotation)
    return found


def waiting_for_review() -> QuerySet[Annotation]:
    """The review queue, oldest first."""
    pending = Annotation.objects.filter(status=Annotation.Status.PENDING)
    return pending.select_related("alert__project", "author").order_by("created_at", "pk")


def open_reports() -> QuerySet[Report]:
    """The queue of reports, oldest first."""
    reports = Report.objects.filter(status=Report.Status.OPEN)
    return reports.select_related("annotation__alert__project", "reporter").order_by("created_at", "pk")


def contributions_of(user: User) -> tuple[QuerySet[Annotation], QuerySet[Report]]:
    """What `user` wrote and what `user` reported, newest first."""
    notes = Annotation.objects.filter(author=user).select_related("alert__project")
    reports = Report.objects.filter(reporter=user).select_related("annotation__alert__project")
    return notes.order_by("-created_at", "-pk"), reports.order_by("-created_at", "-pk")[:50]


def events_of(user: User) -> tuple[QuerySet[Event], QuerySet[EventReport]]:
    """The events that `user` wrote, those about a span of months among them, and the reports on events; the newest of both."""
    written = Event.objects.filter(author=user).order_by("-created_at", "-pk")
    reports = EventReport.objects.filter(reporter=user).select_related("event").order_by("-created_at", "-pk")
    return written[:MAX_EVENTS], reports[:MAX_EVENTS]


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody else made of an author's words."""

    who: str
    when: dt.datetime
    old: tuple[str, str]
    new: tuple[str, str]


def corrections(annotations: Sequence[Annotation]) -> dict[int, Correction]:
    """Where the words of an annotation are not its author's: what was changed last, in one query."""
    author = {annotation.pk: annotation.author_id for annotation in annotations if annotation.version > 1}
    found: dict[int, Correction] = {}
    words: dict[int, tuple[str, str]] = {}
    rows = Annotation.history.filter(id__in=author).select_related("history_user").order_by("history_date", "history_id")
    for row in rows if author else ():
        old, new = words.get(row.id), (row.text, row.link)
        words[row.id] = new
        if old is None or old == new:
            continue
        found.pop(row.id, None)  # the author had another say
        if row.history_user_id not in (None, author[row.id]):
            found[row.id] = Correction(str(row.history_user), row.history_date, old, new)
    return found


def annotation_history(annotation: Annotation) -> list[HistoryEntry]:
    """Every revision of the annotation, newest first: who changed what, and why."""
    rows = list(annotation.history.select_related("history_user").order_by("-history_date", "-history_id"))
    return history_entries(rows, model=Annotation, fields=("text", "link", "status", "headline"), limit=None)
