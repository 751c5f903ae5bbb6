"""When the list of wikis is asked for again after a failure."""

from __future__ import annotations

import datetime as dt

import pytest

from edits.fetching.runs import PROBE_EVERY
from edits.fetching.services import asks_for_the_list_again, sync_project_list
from edits.models import FetchRun
from edits.wikimedia.session import Session
from tests.replay.fixtures import NOW

State = FetchRun.State
pytestmark = pytest.mark.django_db


def attempt(minute: float, state: str, *, lasts: float = 0.5) -> dt.datetime:
    """An attempt at the list that began in this minute; when it ended."""
    begun = NOW + minute * PROBE_EVERY
    ended = begun + lasts * PROBE_EVERY
    run = FetchRun.objects.create(source=FetchRun.Source.SITEMATRIX, state=state, finished_at=ended)
    FetchRun.objects.filter(pk=run.pk).update(started_at=begun)
    return ended


def test_a_site_that_never_asked_or_was_answered_leaves_it_to_the_schedule() -> None:
    later = NOW + dt.timedelta(hours=5)
    assert not asks_for_the_list_again(now=later)
    attempt(0, State.ALL_FAILED)
    attempt(2, State.SUCCEEDED)
    assert not asks_for_the_list_again(now=later)


@pytest.mark.parametrize("state", [State.ALL_FAILED, State.INTERRUPTED])
def test_a_failure_is_tried_again_after_a_minute(state: str) -> None:
    attempt(-10, State.SUCCEEDED)
    ended = attempt(0, state)
    assert not asks_for_the_list_again(now=ended + PROBE_EVERY - dt.timedelta(seconds=1))
    assert asks_for_the_list_again(now=ended + PROBE_EVERY)


def test_the_pauses_grow_with_the_outage() -> None:
    attempt(0, State.ALL_FAILED)
    attempt(2, State.ALL_FAILED)
    ended = attempt(5, State.ALL_FAILED, lasts=1)  # six minutes after the outage began
    assert not asks_for_the_list_again(now=ended + 5 * PROBE_EVERY)
    assert asks_for_the_list_again(now=ended + 6 * PROBE_EVERY)


def test_one_that_is_under_way_is_waited_for() -> None:
    attempt(0, State.ALL_FAILED)
    FetchRun.objects.create(source=FetchRun.Source.SITEMATRIX)
    assert not asks_for_the_list_again(now=NOW + dt.timedelta(days=1))


def test_the_next_list_closes_what_killed_workers_left_open(session: Session) -> None:
    killed = [FetchRun.objects.create(source=FetchRun.Source.SITEMATRIX) for _worker in range(2)]
    counts = FetchRun.objects.create(source=FetchRun.Source.WIKIMEDIA)
    sync_project_list(session=session, now=NOW)
    states = dict(FetchRun.objects.values_list("pk", "state"))
    assert [states[run.pk] for run in (*killed, counts)] == [State.INTERRUPTED, State.INTERRUPTED, State.RUNNING]
