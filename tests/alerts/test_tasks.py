"""What starts a sweep."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django_celery_beat.models import PeriodicTask

from alerts import receivers
from alerts.models import Alert
from alerts.tasks import detect
from celery_app import app
from edits.models import EditCount, Project
from edits.records import CountsRecord
from edits.services import start_run, store_counts
from tests.alerts.series import counts
from tests.factories import make_project

CONTENT = ("content", "all-editor-types")


def store(*values: int) -> None:
    record = CountsRecord("is.wikipedia.org", "edits", CONTENT, counts(*values))
    store_counts(run=start_run(source="wikimedia", planned=1), metric="edits", records=[record])


def asked() -> int:
    """Messages that wait in the folder that is the broker here."""
    queue = Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"])
    return sum("alerts.tasks.detect" in message.read_text() for message in queue.glob("*.msg"))


@pytest.fixture
def wiki(transactional_db: None) -> Project:
    cache.delete(receivers.QUEUED)
    return make_project()


@pytest.mark.skipif(bool(settings.REDIS_URL), reason="looks into the broker that is a folder")
def test_new_counts_ask_for_one_sweep_when_they_are_committed(wiki: Project) -> None:
    before = asked()
    with transaction.atomic():
        store(1, 2, 3)
        assert asked() == before
    assert asked() == before + 1
    store(1, 2, 4)
    assert asked() == before + 1, "one sweep judges what many chunks stored"


@pytest.mark.skipif(bool(settings.REDIS_URL), reason="looks into the broker that is a folder")
def test_counts_that_are_not_kept_ask_for_nothing(wiki: Project) -> None:
    before = asked()

    def store_and_fail() -> None:
        with transaction.atomic():
            store(1, 2, 3)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store_and_fail()
    assert asked() == before


def test_a_broker_that_is_not_there_does_not_undo_the_storing(wiki: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(**options: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(detect, "apply_async", gone)
    store(*[100] * 12, 500)
    assert EditCount.objects.count() == 13
    assert detect.apply().get()[0].endswith("raise 1")  # what a later sweep finds
    assert Alert.objects.count() == 1


@pytest.mark.django_db
def test_beat_starts_a_sweep_by_a_name_that_exists() -> None:
    entry = PeriodicTask.objects.get(name="Judge what is new or changed")
    assert entry.enabled
    app.loader.import_default_modules()
    assert entry.task in app.tasks
