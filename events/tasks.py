"""Celery's side of events: each task is a call of one service."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from events.importers.registry import IMPORTERS
from events.importers.services import ImportFailed, events_session, import_events, load_calendar, weekly_imports

logger = logging.getLogger(__name__)


@shared_task(name="events.tasks.refresh_calendar")
def refresh_calendar() -> None:
    """Bring in what is shipped (a new year has new editions), and ask for one import of each weekly source."""
    load_calendar(now=timezone.now())
    for importer, place, scope in weekly_imports():
        import_source.delay(importer.name, place, scope)


@shared_task(name="events.tasks.import_source", soft_time_limit=840, time_limit=900)
def import_source(name: str, place: str = "", scope: str = "") -> None:
    """Read one source. A failure is on record; next week tries again."""
    try:
        import_events(importer=IMPORTERS[name], now=timezone.now(), place=place, scope=scope, session=events_session())
    except ImportFailed as error:
        logger.warning("Events of %s were not imported: %s", name, error)
