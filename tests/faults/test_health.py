"""C10: no worker, no beat, no broker."""

import datetime as dt
import time

import pytest
from celery import Celery
from django.utils import timezone

from operations import health
from operations.models import Heartbeat
from tests.factories import PARTS, all_is_well

CHECKS_OF_PARTS = ("beat", "worker default", "worker wikimedia")


@pytest.mark.django_db
@pytest.mark.parametrize(("part", "check"), list(zip(PARTS, CHECKS_OF_PARTS, strict=True)))
def test_c10_a_silent_part_is_named_and_the_process_stays_alive(client, part, check):
    all_is_well()
    Heartbeat.objects.filter(name=part).update(at=timezone.now() - dt.timedelta(hours=2))
    response = client.get("/readyz")
    assert response.status_code == 503
    checks = response.json()["checks"]
    assert [name for name, result in checks.items() if not result["ok"]] == [check]
    assert int(checks[check]["detail"].split()[1]) >= 7200
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_c10_a_broker_that_refuses_is_named_and_breaks_no_page(client, monkeypatch):
    app = Celery(broker="redis://127.0.0.1:9/0", broker_connection_retry=False, set_as_current=False)
    monkeypatch.setattr(health, "current_app", app)
    all_is_well()
    started = time.monotonic()

    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["broker"] == {"ok": False, "detail": "does not answer"}
    response = client.get("/metrics")
    assert response.status_code == 200
    assert b'caa_queue_length{queue="default"}' not in response.content
    assert time.monotonic() - started < 10, "Prometheus gives up"


@pytest.mark.django_db
@pytest.mark.parametrize("part", PARTS)
def test_c10_moderators_are_told_and_nobody_else(client_for, alice, bob, part):
    all_is_well()
    moderator = client_for(alice)
    assert "Not at work" not in moderator.get("/admin/").content.decode()

    Heartbeat.objects.filter(name=part).update(at=timezone.now() - dt.timedelta(hours=2))

    told = f"Not at work: {health.PARTS[part]}, last seen 2\xa0hours ago."
    for address in ("/admin/", "/admin/alerts/alert/"):
        assert told in moderator.get(address).content.decode()
    for client in (client_for(None), client_for(bob), moderator):
        assert "Not at work" not in client.get("/").content.decode()
