"""Runs, outcomes and targets in the admin: who sees them, live progress, and "fetch again"."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from edits.models import FetchOutcome, FetchRun, FetchTarget, Project
from tests.replay.fixtures import METRICS_ASKED, NOW, SERIES
from tests.replay.server import ReplayServer

RUNS, OUTCOMES, TARGETS = (f"/admin/edits/{name}/" for name in ("fetchrun", "fetchoutcome", "fetchtarget"))
Fetch = Callable[..., FetchRun | None]
SignIn = Callable[[User | None], Client]


@pytest.fixture
def failed_run(wikis: None, fetch: Fetch, replay: ReplayServer) -> FetchRun:
    replay.fault("html", match="is.wikipedia")
    run = fetch()
    assert run is not None
    return run


def test_moderators_see_what_failed_and_why(failed_run: FetchRun, alice: User, client_for: SignIn) -> None:
    page = client_for(alice).get(f"{RUNS}{failed_run.pk}/change/").content.decode()
    assert f"{SERIES - len(METRICS_ASKED)} / {SERIES}" in page  # what failed is no progress
    assert "is.wikipedia.org" in page
    assert "not JSON" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page
    assert 'http-equiv="refresh"' not in page
    outcomes = client_for(alice).get(f"{OUTCOMES}?run__id__exact={failed_run.pk}&state__exact=bad_payload")
    assert outcomes.status_code == 200
    assert f"{len(METRICS_ASKED)} fetch outcomes".encode() in outcomes.content


def test_filters_of_outcomes_read_no_whole_table(failed_run: FetchRun, alice: User, client_for: SignIn) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = client_for(alice).get(OUTCOMES, {"metric": "edits", "updated_at__gte": "2000-01-01 00:00:00+00:00"})

    assert page.context["cl"].result_count == 4
    assert not [query["sql"] for query in queries if "DISTINCT" in query["sql"]]


def test_a_running_run_shows_its_progress_and_reloads_itself(wikis: None, alice: User, client_for: SignIn) -> None:
    run = FetchRun.objects.create(source=FetchRun.Source.WIKIMEDIA, planned=8)
    project = Project.objects.get(domain="is.wikipedia.org")
    FetchOutcome.objects.create(run=run, project=project, metric="edits", state=FetchOutcome.State.STORED)
    page = client_for(alice).get(f"{RUNS}{run.pk}/change/").content.decode()
    assert '<progress max="8" value="1">' in page
    assert 'http-equiv="refresh" content="5"' in page


@pytest.mark.parametrize("address", [RUNS, OUTCOMES, TARGETS])
def test_others_see_nothing(failed_run: FetchRun, bob: User, client_for: SignIn, address: str) -> None:
    for person in (None, bob):
        assert client_for(person).get(address).status_code in {302, 403}


def test_moderators_change_no_record(failed_run: FetchRun, alice: User, client_for: SignIn) -> None:
    client = client_for(alice)
    assert client.get(f"{RUNS}add/").status_code == 403
    assert client.post(f"{RUNS}{failed_run.pk}/change/", {"state": "succeeded"}).status_code == 403
    assert client.post(f"{RUNS}{failed_run.pk}/delete/", {"post": "yes"}).status_code == 403
    failed_run.refresh_from_db()
    assert failed_run.state == FetchRun.State.FAILED


def test_fetch_again_makes_what_failed_due(failed_run: FetchRun, alice: User, client_for: SignIn) -> None:
    FetchTarget.objects.update(due_at=NOW + dt.timedelta(days=365_0))
    data = {"action": "fetch_failed_again", "_selected_action": [failed_run.pk]}
    page = client_for(alice).post(RUNS, data, follow=True).content.decode()
    assert f"{len(METRICS_ASKED)} series will be asked again" in page
    due = FetchTarget.objects.filter(due_at__lte=timezone.now())
    assert set(due.values_list("project__domain", "metric")) == {("is.wikipedia.org", metric) for metric in METRICS_ASKED}


def test_a_parked_target_is_let_go_by_a_person(failed_run: FetchRun, alice: User, client_for: SignIn) -> None:
    target = FetchTarget.objects.filter(project__domain="is.wikipedia.org", metric="edits").get()
    target.parked_at, target.attempts = NOW, 3
    target.save()
    client = client_for(alice)
    assert b"1 fetch target" in client.get(f"{TARGETS}?condition=parked").content
    client.post(TARGETS, {"action": "fetch_again", "_selected_action": [target.pk]})
    target.refresh_from_db()
    assert (target.parked_at, target.attempts) == (None, 0)


def test_a_moderator_who_may_only_look_cannot_ask(failed_run: FetchRun, alice: User, client_for: SignIn) -> None:
    group = alice.groups.get()
    group.permissions.remove(*group.permissions.filter(codename="add_fetchrun"))
    before = list(FetchTarget.objects.order_by("pk").values_list("due_at", flat=True))
    client_for(alice).post(RUNS, {"action": "fetch_failed_again", "_selected_action": [failed_run.pk]})
    assert list(FetchTarget.objects.order_by("pk").values_list("due_at", flat=True)) == before
