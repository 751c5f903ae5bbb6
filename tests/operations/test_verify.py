"""The checker finds what it is there to find, and nothing else."""

import datetime as dt
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from alerts.models import Alert, Status
from alerts.services import detect_alerts
from annotations.models import Annotation
from edits.models import CountRevision, EditCount, FetchOutcome, FetchRun, FetchTarget, Project
from operations.invariants import INVARIANTS
from tests.factories import make_alert, make_edit_counts, make_project

SAMPLE = Path(settings.BASE_DIR) / "edits" / "snapshot" / "sample"
MONTH = dt.date(2022, 11, 1)


def verify():
    out = StringIO()
    call_command("verify", stdout=out)
    return out.getvalue()


def broken():
    """The names of the invariants that do not hold."""
    return {invariant.name.split(",")[0] for invariant in INVARIANTS if list(invariant.problems())}


@pytest.fixture
def sound(db):
    """One alert with its count and its history."""
    project = make_project()
    make_edit_counts(project, {MONTH: 9579})
    return make_alert(project, MONTH)


def test_an_empty_database_is_sound(db):
    assert "All" in verify()


def test_the_sample_with_its_alerts_is_sound(db):
    call_command("load_snapshot", str(SAMPLE), stdout=StringIO())
    detect_alerts()
    assert Alert.objects.exists()
    assert f"All {len(INVARIANTS)} invariants hold" in verify()


def test_a_count_that_differs_is_named(sound):
    EditCount.objects.update(edit_count=5, updated_at=sound.data_as_of - dt.timedelta(days=1))
    with pytest.raises(CommandError, match="1 of"):
        verify()
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify", stdout=out)
    assert f"alert {sound.pk}" in out.getvalue()
    assert "its count is 9579, stored is 5" in out.getvalue()


def test_a_revision_that_is_not_yet_judged_is_no_fault(sound):
    EditCount.objects.update(edit_count=5, updated_at=timezone.now() + dt.timedelta(days=3650))
    assert broken() == set()


def _a_month_of_the_future():
    EditCount.objects.update(month=dt.date(2300, 1, 1))


def _withdrawn_without_moment():
    Alert.objects.update(status=Status.WITHDRAWN)


def _status_beside_the_history():
    Alert.objects.update(status=Status.ACKNOWLEDGED)


def _no_history():
    Alert.history.all().delete()


def _finished_without_outcomes():
    FetchRun.objects.create(source="wikimedia", state="succeeded", planned=3, finished_at=timezone.now())


def _running_but_silent():
    FetchRun.objects.create(source="wikimedia", heartbeat_at=timezone.now() - dt.timedelta(days=2))


def _running_and_finished():
    FetchRun.objects.create(source="wikimedia", finished_at=timezone.now())


def _outcome_of_nothing():
    run = FetchRun.objects.create(source="snapshot", state="succeeded", finished_at=timezone.now())
    project = Project.objects.get()
    FetchOutcome.objects.create(
        run=run, project=project, metric="edits", state="stored", new_count=1, last_month=dt.date(2023, 1, 1)
    )


def _revision_of_nothing():
    CountRevision.objects.create(
        project=Project.objects.get(),
        metric="edits",
        slice="content/all-editor-types",
        month=MONTH,
        old_count=1,
        new_count=2,
    )


def _claimed_for_ever():
    now = timezone.now()
    FetchTarget.objects.create(
        project=Project.objects.get(), metric="edits", due_at=now, claimed_until=now + dt.timedelta(days=400)
    )


@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        (_a_month_of_the_future, "Every month is the first day of a month that has begun"),
        (_withdrawn_without_moment, "Every alert is in one of the states of its life"),
        (_status_beside_the_history, "Every alert and every annotation has a history"),
        (_no_history, "Every alert and every annotation has a history"),
        (_finished_without_outcomes, "A run is open or finished"),
        (_running_but_silent, "A run is open or finished"),
        (_running_and_finished, "A run is open or finished"),
        (_outcome_of_nothing, "What an outcome says was stored is stored"),
        (_revision_of_nothing, "The last revision of a month is the count that is stored"),
        (_claimed_for_ever, "Nothing is judged that does not exist any more"),
    ],
)
def test_each_fault_is_found(sound, spoil, name):
    assert broken() == set()
    spoil()
    assert name in broken()


def test_annotation_without_history_is_found(sound, bob):
    note = Annotation.objects.create(alert=sound, author=bob, text="A contest brought many people.")
    assert broken() == set()
    Annotation.history.filter(id=note.pk).delete()
    assert broken() == {"Every alert and every annotation has a history"}
