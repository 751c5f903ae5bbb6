"""What monitors see."""

import datetime as dt

import pytest
from axes.models import AccessAttempt
from celery import signals
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.utils import timezone

from edits.models import EditCount, FetchOutcome, FetchRun
from operations import health, services
from operations.models import Heartbeat, TaskTiming
from operations.tasks import heartbeat
from tests.factories import all_is_well, make_project


@pytest.mark.django_db
def test_ready_when_every_part_is_at_work(client):
    all_is_well()
    response = client.get("/readyz")
    assert response.status_code == 200, response.content
    assert response.json()["status"] == "ready"
    assert set(response.json()["checks"]) == set(health.all_checks())
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_old_counts_are_named(client):
    all_is_well()
    EditCount.objects.update(month=dt.date(2020, 1, 1))
    check = client.get("/readyz").json()["checks"]["newest month of edits"]
    assert check["ok"] is False
    assert "2020-01" in check["detail"]


@pytest.mark.django_db
def test_each_metric_is_looked_at_alone(client):
    all_is_well()
    run = FetchRun.objects.create(source="wikimedia")
    FetchOutcome.objects.create(run=run, project=make_project("fo.wikipedia.org"), metric="new_pages", state="unavailable")
    checks = client.get("/readyz").json()["checks"]
    assert checks["newest month of edits"]["ok"] is True
    assert checks["newest month of new_pages"] == {"ok": False, "detail": "Wikimedia was asked, and no counts are stored"}


def test_m07_healthz_asks_no_database(client):
    """Without the mark for the database, any query would fail the test."""
    assert client.get("/healthz").content == b"ok\n"


def away(execute, sql, params, many, context):
    """In place of each statement: the database does not answer."""
    raise OperationalError(2003, "Can't connect to server on 'db.internal'")


@pytest.mark.django_db
def test_m07_readyz_says_that_the_database_is_away_and_nothing_more(client):
    with connection.execute_wrapper(away):
        response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == {"ok": False, "detail": "does not answer"}
    assert b"db.internal" not in response.content


@pytest.mark.django_db
def test_the_heartbeat_task_writes_one_row_however_often_it_runs():
    heartbeat("default")
    first = Heartbeat.objects.get().at
    heartbeat("default")
    assert Heartbeat.objects.get().name == "worker:default"
    assert Heartbeat.objects.get().at > first


@pytest.mark.django_db
def test_beat_asks_for_signs_of_life_when_it_starts():
    sent = []

    def note(body, routing_key, **kwargs):
        sent.append((body[1]["queue"], routing_key))

    signals.after_task_publish.connect(note)
    try:
        signals.beat_init.send(sender=None)
    finally:
        signals.after_task_publish.disconnect(note)

    assert sent[:2] == [(queue, queue) for queue in health.QUEUES]
    assert Heartbeat.objects.get().name == "beat"


@pytest.mark.django_db
@pytest.mark.parametrize("known", [False, True])
def test_e7_the_first_list_of_wikis_is_asked_for_at_once_and_later_ones_by_the_schedule(known):
    if known:
        FetchRun.objects.create(source=FetchRun.Source.SITEMATRIX, state=FetchRun.State.FAILED)
    sent = []

    def note(sender=None, routing_key=None, **kwargs):
        sent.append((sender, routing_key))

    signals.after_task_publish.connect(note)
    try:
        signals.beat_init.send(sender=None)
    finally:
        signals.after_task_publish.disconnect(note)

    assert [task for task in sent if task[0] == "edits.tasks.sync_projects"] == (
        [] if known else [("edits.tasks.sync_projects", "wikimedia")]
    )


@pytest.mark.django_db
def test_runs_of_a_task_add_up():
    now = timezone.now()
    services.note_task(task="alerts.tasks.detect", seconds=2.0, failed=False, now=now)
    services.note_task(task="alerts.tasks.detect", seconds=3.0, failed=True, now=now)
    timing = TaskTiming.objects.get()
    assert (timing.runs, timing.failures, timing.seconds, timing.last_seconds) == (2, 1, 5.0, 3.0)


@pytest.mark.django_db
def test_metrics_show_what_operators_watch(client):
    all_is_well()
    run = FetchRun.objects.create(source=FetchRun.Source.WIKIMEDIA)
    project = make_project("de.wikipedia.org")
    FetchOutcome.objects.create(run=run, project=project, metric="edits", state=FetchOutcome.State.RATE_LIMITED)
    services.note_task(task="alerts.tasks.detect", seconds=2.5, failed=False, now=timezone.now())
    text = client.get("/metrics").content.decode()
    assert 'caa_fetch_outcomes_1d{metric="edits",state="rate_limited"} 1.0' in text
    assert 'caa_task_seconds_total{task="alerts.tasks.detect"} 2.5' in text
    assert 'caa_health{check="database"} 1.0' in text
    assert 'caa_queue_length{queue="wikimedia"}' in text
    assert "caa_newest_month_timestamp" in text
    assert "django_http_requests_latency_seconds_by_view_method_bucket" in text


@pytest.mark.django_db
def test_metrics_say_that_the_database_is_away(client):
    with connection.execute_wrapper(away):
        response = client.get("/metrics")
    assert response.status_code == 200
    assert b'caa_health{check="database"} 0.0' in response.content


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("token", "authorization", "status"),
    [
        ("correct-token", "Bearer correct-token", 200),
        ("correct-token", "Bearer wrong-token", 404),
        ("correct-token", "", 404),
        ("", "", 404),
    ],
)
def test_metrics_of_production_are_for_prometheus_alone(client, settings, token, authorization, status):
    settings.PRODUCTION = True
    settings.METRICS_TOKEN = token
    assert client.get("/metrics", headers={"authorization": authorization}).status_code == status


@pytest.mark.django_db
def test_tidying_removes_what_has_ended_and_nothing_else(client_for, bob):
    now = timezone.now()
    client = client_for(bob)
    Session.objects.create(session_key="ended", session_data="", expire_date=now - dt.timedelta(minutes=1))
    for days, name in ((31, "long ago"), (29, "recently")):
        attempt = AccessAttempt.objects.create(username=name, ip_address="203.0.113.1", failures_since_start=1)
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=now - dt.timedelta(days=days))
    project = make_project()
    for source, days in (("sample", 400), ("wikimedia", 91), ("wikimedia", 89)):
        run = FetchRun.objects.create(source=source, state="succeeded", finished_at=now - dt.timedelta(days=days))
        FetchOutcome.objects.create(run=run, project=project, metric="edits", state="stored")
    FetchRun.objects.create(source="sitematrix")  # still running
    assert services.tidy(now=now) == {"sessions": 1, "attempts": 1, "runs": 1}
    assert sorted(FetchOutcome.objects.values_list("run__source", flat=True)) == ["sample", "wikimedia"]
    assert FetchRun.objects.count() == 3
    assert "_auth_user_id" in client.session
    assert AccessAttempt.objects.get().username == "recently"
