"""Wikimedia is away for long: a run stops and says why, an outage is one run, and failures are no progress."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from accounts.models import User
from edits.fetching import runs
from edits.fetching.runs import PROBE_EVERY, close_orphans, open_sweep
from edits.models import FetchRun, FetchTarget
from edits.records import BadRecord, ProjectRecord
from edits.services import start_run
from edits.wikimedia.session import Session
from tests.factories import make_project
from tests.faults.facts import Fetch, work_on
from tests.replay.fixtures import NOW, SERIES
from tests.replay.server import ReplayServer

States = FetchRun.State


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MAX_EQUAL_FAILURES", 4)
    monkeypatch.setattr(runs, "CHUNK", 2)


@pytest.mark.parametrize(
    ("kind", "value"), [("status", 500), ("html", None), ("not_found", "Invalid route"), ("status", 403), ("disconnect", None)]
)
def test_a_run_stops_when_everything_fails_alike_and_says_why(
    wikis: None, fetch: Fetch, replay: ReplayServer, client: Client, kind: str, value: object
) -> None:
    replay.fault(kind, match="/metrics/", value=value)
    run = fetch()
    assert run is not None
    assert (run.state, run.get_state_display()) == (States.ALL_FAILED, "failed")
    assert 4 <= run.outcomes.count() < SERIES
    assert run.note == run.outcomes.first().error != ""
    assert FetchTarget.objects.filter(due_at__lte=NOW, planned_by=None).count() == SERIES - run.outcomes.count()
    page = client.get("/").content.decode()
    assert "Nothing could be fetched from Wikimedia" in page or "no counts yet" in page
    status = client.get("/status/").content.decode()
    assert "failed in part" not in status


def test_a_run_goes_on_while_only_one_wiki_fails(wikis: None, fetch: Fetch, replay: ReplayServer) -> None:
    replay.fault("html", match="is.wikipedia")
    run = fetch()
    assert run is not None
    assert (run.state, run.outcomes.count()) == (States.FAILED, SERIES)


def test_a_run_that_loses_wikimedia_on_its_way_stops_and_failed_in_part(
    wikis: None, session: Session, replay: ReplayServer
) -> None:
    run, chunks = open_sweep(now=NOW) or pytest.fail("nothing is due")
    work_on(run, chunks[0], session)
    replay.fault("status", match="/metrics/", value=500)
    for chunk in chunks[1:]:
        work_on(run, chunk, session)
    run.refresh_from_db()
    assert run.state == States.FAILED
    assert run.outcomes.count() < SERIES


def test_an_outage_is_one_run_until_it_ends(wikis: None, session: Session, replay: ReplayServer, client: Client) -> None:
    replay.fault("status", match="/metrics/", value=500)
    for round_ in range(4):
        now = NOW + dt.timedelta(minutes=20 * round_)
        run, chunks = open_sweep(now=now) or pytest.fail("nothing is due")
        for chunk in chunks:
            work_on(run, chunk, session, now)
    assert FetchRun.objects.filter(source=FetchRun.Source.WIKIMEDIA).count() == 1
    replay.heal()
    now = NOW + dt.timedelta(hours=3)
    for expected in (1, SERIES - 1):  # one series, to see whether Wikimedia is back; then the rest
        run, chunks = open_sweep(now=now) or pytest.fail("nothing is due")
        for chunk in chunks:
            work_on(run, chunk, session, now)
        run.refresh_from_db()
        assert (run.state, run.outcomes.count()) == (States.SUCCEEDED, expected)
    assert "Nothing could be fetched" not in client.get("/").content.decode()


def test_an_outage_is_looked_at_once_a_minute_by_one_series(
    wikis: None, session: Session, replay: ReplayServer, fetch: Fetch
) -> None:
    replay.fault("status", match="/metrics/", value=500)
    fetch()
    for minute in range(1, 4):
        now = NOW + minute * PROBE_EVERY
        assert open_sweep(now=now - dt.timedelta(seconds=1)) is None
        run, chunks = open_sweep(now=now) or pytest.fail("nothing is due")
        assert [len(chunk) for chunk in chunks] == [1]
        work_on(run, chunks[0], session, now)


def test_failures_are_no_progress(wikis: None, replay: ReplayServer, session: Session, root: User, client_for: object) -> None:
    replay.fault("html", match="af.wikipedia")
    run, chunks = open_sweep(now=NOW) or pytest.fail("nothing is due")
    work_on(run, chunks[0], session)
    page = client_for(root).get("/status/").content.decode()  # type: ignore[operator]
    assert f"A run is under way. Series so far: 0 of {SERIES}." in page
    admin = client_for(root).get(f"/admin/edits/fetchrun/{run.pk}/change/").content.decode()  # type: ignore[operator]
    assert f'<progress max="{SERIES}" value="0">' in admin


@pytest.mark.parametrize("source", FetchRun.Source.values)
def test_a_run_of_any_source_that_was_killed_is_closed(db: None, source: str) -> None:
    run = start_run(source=source, planned=5)
    assert close_orphans(now=run.heartbeat_at + dt.timedelta(days=30)) == 1
    run.refresh_from_db()
    assert (run.state, run.finished_at is None) == (States.INTERRUPTED, False)


def test_a_language_code_that_is_no_part_of_an_address_breaks_no_page(db: None, client: Client) -> None:
    """It is refused at the door; a row that came in before does no harm."""
    for code in ("x/y", "x?y", "x y", "-x", "x#", ".."):
        with pytest.raises(BadRecord, match="language_code"):
            ProjectRecord(domain="xx.wikipedia.org", dbname="xxwiki", family="wikipedia", language_code=code)
    make_project("xx.wikipedia.org", language_code="x/y", language_name="X")
    for address in ("/projects/", "/search/?q=xx", "/projects/xx.wikipedia.org/", "/languages/x/y/"):
        assert client.get(address).status_code == 200, address
