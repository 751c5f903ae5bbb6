"""Imports as they are asked for: by command, by schedule, by the admin. Each leaves a row that says what came of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

from django.conf import settings

from accounts.models import User
from edits.wikimedia.errors import WikimediaError
from edits.wikimedia.factory import open_session
from edits.wikimedia.session import Session
from events.importers import shipped
from events.importers.registry import IMPORTERS, SHIPPED
from events.importers.sources import Importer, Source, Unreadable
from events.importers.storing import Report, store_drafts
from events.models import EventSource, ImportRun

MAX_PROBLEMS = 200  # kept of one import; the rest is counted
LARGE_ANSWER_SECONDS = 240.0


class ImportFailed(Exception):
    """Nothing was stored; the message says why."""


def load_calendar(*, now: dt.datetime, dry_run: bool = False) -> Report:
    """Bring in the calendar that comes with the site. Running it again changes nothing that people changed."""
    if not dry_run:
        shipped.store_series()
    return store_drafts(importer=SHIPPED, drafts=shipped.drafts(today=now.date()), now=now, complete=True, dry_run=dry_run)


def events_session() -> Session | None:
    """The session by which sources on the network are asked; None where nobody is named whom Wikimedia can write to."""
    if not settings.WIKIMEDIA_CONTACT:
        return None
    return open_session(max_bytes=settings.EVENTS_MAX_MEGABYTES * 1_000_000, deadline=LARGE_ANSWER_SECONDS)


def import_events(
    *,
    importer: Importer,
    now: dt.datetime,
    place: str = "",
    scope: str = "",
    kind: str = "campaign",
    session: Session | None = None,
    by: User | None = None,
    publish: bool = True,
    dry_run: bool = False,
) -> Report:
    """Read one source and store what it says: all of it, or nothing.

    Raises ImportFailed when the source cannot be reached or is not what it should be; that is on record, too. A dry run
    reads, and changes nothing.
    """
    source = Source(
        now=now, place=place, scope=scope, kind=kind, session=session, cursor=_cursor(importer), known=_known(importer)
    )  # fmt: skip
    try:
        batch = importer.read(source)
        batch.check()
    except (WikimediaError, Unreadable) as error:
        if not dry_run:
            _record(importer, place, now, by, state=ImportRun.State.FAILED, error=str(error)[:500], cursor=source.cursor)
        raise ImportFailed(str(error)) from error
    report = store_drafts(
        importer=importer.name, drafts=batch.drafts, problems=batch.problems, now=now, publish=publish,
        complete=batch.complete, gone=batch.gone, dry_run=dry_run,
    )  # fmt: skip
    if not dry_run:
        problems = [asdict(problem) for problem in report.problems[:MAX_PROBLEMS]]
        _record(importer, place, now, by, counts=report.counts, problems=problems, cursor=batch.cursor)
    return report


def _record(
    importer: Importer, place: str, now: dt.datetime, by: User | None, *, state: str = ImportRun.State.DONE, **values: object
) -> None:
    ImportRun.objects.create(importer=importer.name, place=place[:500], state=state, started_at=now, requested_by=by, **values)


def _cursor(importer: Importer) -> int | None:
    runs = ImportRun.objects.filter(importer=importer.name, cursor__isnull=False).order_by("-started_at", "-pk")
    return runs.values_list("cursor", flat=True).first()


def _known(importer: Importer) -> dict[str, dt.date]:
    rows = EventSource.objects.filter(importer=importer.name, gone_at=None, event__last_day__isnull=False)
    return {name: last for name, last in rows.values_list("external_id", "event__last_day") if last is not None}


def weekly_imports() -> list[tuple[Importer, str, str]]:
    """What the schedule reads: (importer, place, scope) of each weekly source, and of each calendar that the settings name."""
    found = [(importer, "", "") for importer in IMPORTERS.values() if importer.weekly]
    for entry in settings.EVENTS_CALENDARS:
        scope, _bar, place = entry.partition("|")
        found.append((IMPORTERS["icalendar"], place, scope))
    return found
