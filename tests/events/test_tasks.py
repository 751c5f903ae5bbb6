"""The weekly reading of sources."""

from __future__ import annotations

from typing import Any

import pytest
from django_celery_beat.models import PeriodicTask

from celery_app import app
from events import tasks
from events.importers.registry import IMPORTERS
from events.models import Event, ImportRun

pytestmark = pytest.mark.django_db


def test_it_is_scheduled_and_goes_to_the_queue_that_may_ask(settings: Any) -> None:
    task = PeriodicTask.objects.get(task="events.tasks.refresh_calendar")
    assert task.enabled
    assert app.amqp.router.route({}, "events.tasks.import_source")["queue"].name == "wikimedia"


def test_each_weekly_source_is_asked_for_once(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(tasks.import_source, "delay", lambda *arguments: asked.append(arguments))
    settings.EVENTS_CALENDARS = ["family:wikipedia|https://example.org/a.ics"]
    tasks.refresh_calendar()
    weekly = [(name, "", "") for name, importer in IMPORTERS.items() if importer.weekly]
    assert asked == [*weekly, ("icalendar", "https://example.org/a.ics", "family:wikipedia")]
    assert Event.objects.exists()


def test_a_failure_is_on_record_and_no_crash() -> None:
    tasks.import_source("icalendar", "/nowhere.ics", "all")
    assert ImportRun.objects.get().state == "failed"
