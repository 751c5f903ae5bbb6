"""Faults of Wikimedia, and what is stored, recorded and asked again in each case."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.test import Client

from edits.fetching.claims import ask_again
from edits.fetching.runs import open_sweep
from edits.metrics import METRICS, count_models, get_metric
from edits.models import EditCount, EditorCount, FetchRun, FetchTarget, Project
from edits.selectors import series
from edits.wikimedia.session import Session
from tests.faults.facts import DAY, ICELANDIC, Fetch, State, editors, expected, publish, states, stored, work_on
from tests.replay.answers import NO_DATA
from tests.replay.data import ALL
from tests.replay.fixtures import COMMONS, NOW, OPEN
from tests.replay.server import ReplayServer

# --- F01, F02: what is not there ---------------------------------------------------------------------------------------


def test_f01_a_month_that_is_not_published_yet_is_asked_again_until_it_is(
    wikis: None, fetch: Fetch, replay: ReplayServer
) -> None:
    replay.state.today = dt.date(2022, 12, 2)
    first_of_month = dt.datetime(2022, 12, 1, 0, 0, tzinfo=dt.UTC)
    FetchTarget.objects.update(due_at=first_of_month)
    fetch(first_of_month)
    assert max(stored(ICELANDIC)) == dt.date(2022, 10, 1)
    run = fetch(first_of_month + DAY * 1.5)
    assert states(run)[ICELANDIC] == State.NOT_PUBLISHED
    assert dt.date(2022, 11, 1) not in stored(ICELANDIC)
    replay.state.today = dt.date(2022, 12, 3)
    run = fetch(first_of_month + DAY * 2.5)
    assert states(run)[ICELANDIC] == State.STORED
    assert stored(ICELANDIC) == expected(ICELANDIC, dt.date(2022, 11, 1))


def test_f02_404_is_never_a_zero(wikis: None, fetch: Fetch, replay: ReplayServer) -> None:
    fetch()
    before = stored(ICELANDIC)
    replay.fault("not_found", match="is.wikipedia")
    run = fetch(NOW + DAY)
    assert states(run)[ICELANDIC] == State.MISSING
    assert states(run)["af.wikipedia.org"] == State.UNCHANGED
    assert stored(ICELANDIC) == before


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("not_found", "Invalid route"),
        ("not_found", "Cannot find this route"),
        ("status", 404),  # a page of the edge
        ("not_found", ""),
        ("body_404", "[]"),
        ("body_404", ""),
        ("body_404", '{"detail": null}'),
    ],
)
def test_f02_a_404_that_does_not_speak_of_data_is_a_failure_and_not_a_silence(
    wikis: None, fetch: Fetch, replay: ReplayServer, client: Client, kind: str, value: Any
) -> None:
    """A wrong address must not pass for months that are not published yet, of any metric, and health must tell."""
    replay.fault(kind, match="/metrics/", value=value)
    run = fetch()
    assert run is not None
    assert run.state == FetchRun.State.ALL_FAILED
    assert set(run.outcomes.values_list("state", flat=True)) == {State.UNAVAILABLE}
    assert all("does not know this address" in error for error in run.outcomes.values_list("error", flat=True))
    assert not any(model.objects.exists() for model in count_models())
    checks = client.get("/readyz").json()["checks"]
    assert not any(checks[f"newest month of {name}"]["ok"] for name in METRICS)


@pytest.mark.parametrize("detail", ["no data", "We do not have data for the project.", NO_DATA])
def test_f02_a_404_that_speaks_of_data_is_a_silence(wikis: None, fetch: Fetch, replay: ReplayServer, detail: str) -> None:
    replay.fault("not_found", match="is.wikipedia", value=detail)
    assert states(fetch())[ICELANDIC] == State.MISSING


def test_f02_a_404_that_one_level_of_editors_gives_once_makes_no_zeros(
    wikis: None, fetch: Fetch, replay: ReplayServer
) -> None:
    replay.fault("not_found", match="is.wikipedia.org/all-editor-types/content/100..-edits", times=1)
    fetch(metrics=["active_editors"])
    rows = EditorCount.objects.filter(project__domain=ICELANDIC, activity_level="100..-edits")
    assert rows.count() == 35
    assert not rows.filter(editor_count=0).exists()


def test_f02_a_404_of_one_level_that_is_known_to_have_editors_proves_nothing(
    wikis: None, fetch: Fetch, replay: ReplayServer
) -> None:
    fetch()
    before = editors()
    replay.fault("not_found", match="is.wikipedia.org/all-editor-types/content/5..24-edits")
    for run in (fetch(NOW + DAY), fetch(NOW + DAY, backfill=True)):
        assert states(run, "active_editors")[ICELANDIC] == State.MISSING
        assert editors() == before


def test_f02_a_level_that_was_revised_to_nothing_is_settled_by_its_whole_history(
    wikis: None, fetch: Fetch, replay: ReplayServer
) -> None:
    """Its last months had editors, and have none any more: silence about them is a 404, although it has a history."""
    level = "100..-edits"
    fetch()
    counts = replay.state.data.series["is.wikipedia", ("editors", ALL, "content", level)]
    for month in [month for month in counts if month >= "2022-09"]:
        del counts[month]
    replay.state.log.clear()
    fetch(NOW + DAY)
    months = {month.month: count for (name, month), count in editors().items() if name == level and month.year == 2022}
    assert (months[9], months[10], months[11]) == (0, 0, 0)
    assert months[8] > 0
    asked = [path for path in replay.paths if "is.wikipedia" in path and level in path]
    assert [path.split("monthly/")[1][:8] for path in asked].count("20010101") == 1  # once, and settled
    replay.state.log.clear()
    fetch(NOW + 2 * DAY)
    assert not [path for path in replay.paths if level in path and "/20010101/" in path]


def test_f02_a_404_of_a_level_that_never_had_editors_is_zero(wikis: None, fetch: Fetch, replay: ReplayServer) -> None:
    del replay.state.data.series["is.wikipedia", ("editors", ALL, "content", "100..-edits")]
    fetch()
    fetch(NOW + DAY)
    assert {count for (level, _month), count in editors().items() if level == "100..-edits"} == {0}
    assert len(editors()) == 3 * 35


def test_f02_404_for_months_amid_known_history_leaves_a_gap(wikis: None, fetch: Fetch, replay: ReplayServer) -> None:
    """Four months pass in which Wikimedia has nothing for one wiki, and then it is there again, but for its past."""
    fetch()
    start = dt.datetime(2023, 1, 10, 4, tzinfo=dt.UTC)
    publish(replay, "2022-12", "2023-01", "2023-02", "2023-03")
    replay.fault("not_found", match="/edits/aggregate/is.wikipedia")
    for month in range(3):
        replay.state.today = dt.date(2023, 1 + month, 10)
        run = fetch(start + 31 * month * DAY)
        assert states(run)[ICELANDIC] == State.MISSING
        assert states(run)["af.wikipedia.org"] == State.STORED
    line = series(project=Project.objects.get(domain=ICELANDIC), metric=get_metric("edits"))
    assert line.months[-1] == dt.date(2022, 11, 1)
    assert 0 not in line.counts
    replay.heal()
    fetch(start + 70 * DAY)
    assert stored(ICELANDIC) == expected(ICELANDIC, dt.date(2023, 2, 1))


def test_f02_a_month_that_is_published_between_two_requests_is_no_zero(
    wikis: None, fetch: Fetch, replay: ReplayServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first level is asked before November is published, the others after it."""
    eve = dt.datetime(2022, 12, 2, 5, tzinfo=dt.UTC)
    replay.state.today = eve.date()
    FetchTarget.objects.update(due_at=eve)
    fetch(eve)
    november = ["2022-11"]
    replay.state.today = dt.date(2022, 12, 3)
    replay.fault("without_months", match="is.wikipedia.org/all-editor-types/content/5..24-edits", value=november, times=1)
    fetch(eve + DAY)
    month = dt.date(2022, 11, 1)
    assert ("5..24-edits", month) not in editors()
    assert editors()["25..99-edits", month] > 0
    fetch(eve + 2 * DAY)
    assert editors()["5..24-edits", month] > 0


def test_f02_since_leaves_no_month_out(wikis: None, fetch: Fetch, replay: ReplayServer) -> None:
    may = dt.datetime(2022, 5, 10, 4, tzinfo=dt.UTC)
    replay.state.today = may.date()
    FetchTarget.objects.update(due_at=may)
    fetch(may)
    assert max(stored(ICELANDIC)) == dt.date(2022, 4, 1)
    replay.state.today = NOW.date()
    fetch(since=dt.date(2022, 10, 1))
    assert stored(ICELANDIC) == expected(ICELANDIC, dt.date(2022, 11, 1))


def test_f02_a_month_left_out_between_named_ones_is_a_confirmed_zero(wikis: None, fetch: Fetch, replay: ReplayServer) -> None:
    replay.fault("without_months", match="/edits/aggregate/is.wikipedia.org/", value=["2021-05"])
    fetch()
    assert stored(ICELANDIC)[dt.date(2021, 5, 1)] == 0


def test_f02_months_after_the_last_named_one_stay_missing_until_most_projects_have_a_later_one(
    wikis: None, fetch: Fetch, replay: ReplayServer
) -> None:
    quiet = ["2022-09", "2022-10", "2022-11"]
    replay.fault("without_months", match="/edits/aggregate/is.wikipedia.org/", value=quiet)
    fetch()
    assert max(stored(ICELANDIC)) == dt.date(2022, 8, 1)
    fetch(NOW + DAY)  # by now it is known that the others have November
    assert {month: count for month, count in stored(ICELANDIC).items() if month > dt.date(2022, 8, 1)} == {
        dt.date(2022, 9, 1): 0,
        dt.date(2022, 10, 1): 0,
    }


# --- F03, F05: told to wait, out of order ------------------------------------------------------------------------------


def test_f03_a_429_stops_every_worker_and_the_rest_goes_on_later(
    wikis: None, fetch: Fetch, replay: ReplayServer, session_for: Callable[..., Session]
) -> None:
    replay.fault("rate_limited", match="is.wikipedia", value="120", times=1)
    run = fetch()
    assert run is not None
    assert run.state == FetchRun.State.RATE_LIMITED
    done = set(run.outcomes.filter(state=State.STORED).values_list("project__domain", "metric"))
    waiting = set(run.outcomes.filter(state=State.RATE_LIMITED).values_list("project__domain", "metric"))
    assert ("af.wikipedia.org", "edits") in done
    assert (ICELANDIC, "edits") in waiting
    assert "120 s" in run.outcomes.filter(state=State.RATE_LIMITED)[0].error
    asked = len(replay.paths)

    other_worker = session_for()
    assert fetch(NOW + dt.timedelta(seconds=119), session=other_worker) is None  # nothing is due before the pause is over
    ask_again(projects=list(Project.objects.all()), now=NOW)
    fetch(NOW, session=other_worker, domains=["uz.wikipedia.org"])
    assert len(replay.paths) == asked
    assert 30 < other_worker.budget.paused_for() <= 120

    replay.state.log.clear()
    later = session_for(key_prefix="after-the-pause")
    FetchTarget.objects.exclude(answered_at=None).update(due_at=NOW + DAY)
    run = fetch(NOW + dt.timedelta(seconds=121), session=later)
    assert run is not None
    assert run.state == FetchRun.State.SUCCEEDED
    assert set(run.outcomes.values_list("project__domain", "metric")) == waiting
    assert stored(ICELANDIC) == expected(ICELANDIC, dt.date(2022, 11, 1))


def test_f03_a_short_pause_is_sat_out(
    wikis: None, fetch: Fetch, replay: ReplayServer, session_for: Callable[..., Session]
) -> None:
    replay.fault("rate_limited", match="is.wikipedia", value="1", times=1)
    run = fetch(session=session_for(patience=10))
    assert run is not None
    assert run.state == FetchRun.State.SUCCEEDED
    told = next(i for i, entry in enumerate(replay.state.log) if entry.status == 429)
    before, after = replay.state.log[told : told + 2]
    assert after.at - before.at >= 1
    assert after.path == before.path


@pytest.mark.parametrize("status", [500, 503])
def test_f05_one_project_that_is_out_of_order_does_not_hold_up_the_others(
    wikis: None, fetch: Fetch, replay: ReplayServer, status: int
) -> None:
    replay.fault("status", match="is.wikipedia", value=status)
    run = fetch()
    assert run is not None
    assert run.state == FetchRun.State.FAILED
    assert states(run) == dict.fromkeys((*OPEN, COMMONS), State.STORED) | {ICELANDIC: State.UNAVAILABLE}
    target = FetchTarget.objects.get(project__domain=ICELANDIC, metric="edits")
    assert (target.failures, target.attempts, target.parked_at) == (1, 0, None)
    assert NOW < target.due_at < NOW + DAY
    replay.heal()
    run = fetch(target.due_at)
    assert states(run) == {ICELANDIC: State.STORED}
    target.refresh_from_db()
    assert (target.failures, target.last_error) == (0, "")


# --- F07-F09: answers that cannot be true ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("html", None),
        ("truncated", None),
        ("body", {"items": 5}),
        ("set", {"items.0.results.3.edits": -1}),
        ("set", {"items.0.results.3.edits": 10**20}),
        ("set", {"items.0.project": "af.wikipedia"}),
        ("set", {"items.0.results.3.timestamp": "0001-01-01T00:00:00+02:00"}),
        ("body", "\ud800oops"),
        ("duplicate_month", None),
    ],
)
def test_f07_f08_f09_a_bad_answer_is_refused_whole_and_told(
    wikis: None, fetch: Fetch, replay: ReplayServer, kind: str, value: object
) -> None:
    fetch()
    before = list(EditCount.objects.filter(project__domain=ICELANDIC).values_list("month", "edit_count", "updated_at"))
    replay.state.log.clear()
    replay.state.revisions["is.wikipedia"] = {"2022-10": 9999}
    replay.fault(kind, match="/edits/aggregate/is.wikipedia", value=value)
    run = fetch(NOW + DAY, backfill=True, domains=[ICELANDIC], metrics=["edits"])
    assert run is not None
    outcome = run.outcomes.get()
    assert outcome.state == State.BAD_PAYLOAD
    assert outcome.error
    assert len(replay.paths) == 1
    after = list(EditCount.objects.filter(project__domain=ICELANDIC).values_list("month", "edit_count", "updated_at"))
    assert after == before


def test_f07_one_bad_level_of_editors_refuses_all_levels(wikis: None, fetch: Fetch, replay: ReplayServer) -> None:
    replay.fault("html", match="is.wikipedia.org/all-editor-types/content/100..-edits")
    run = fetch()
    assert states(run, "active_editors")[ICELANDIC] == State.BAD_PAYLOAD
    assert not EditorCount.objects.filter(project__domain=ICELANDIC).exists()
    assert states(run)[ICELANDIC] == State.STORED


UNPRINTABLE = RuntimeError("a mistake of ours \ud800")


@pytest.mark.parametrize("error", [UNPRINTABLE, OverflowError("date value out of range")])
def test_f07_an_unexpected_error_costs_one_target_and_not_its_neighbours(
    wikis: None, session: Session, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    class Mistaken(Session):
        def get_json(self, url: str, params: Mapping[str, str] | None = None) -> object:
            if "edits/aggregate/is.wikipedia" in url:
                raise error
            return super().get_json(url, params)

    if error is UNPRINTABLE:  # a report that holds it could not be sent to whoever runs the tests
        caplog.set_level(logging.CRITICAL + 1, "edits.fetching.work")
    run, chunks = open_sweep(now=NOW) or pytest.fail("nothing is due")
    everything = [pk for chunk in chunks for pk in chunk]
    work_on(run, everything, Mistaken(session.config))
    assert states(run) == dict.fromkeys((*OPEN, COMMONS), State.STORED) | {ICELANDIC: State.ERROR}
    outcome = run.outcomes.get(state=State.ERROR)
    assert outcome.error.startswith(type(error).__name__)
    assert ("Traceback" in caplog.text) == (error is not UNPRINTABLE)
    run.refresh_from_db()
    assert run.state == FetchRun.State.FAILED
    target = FetchTarget.objects.get(project__domain=ICELANDIC, metric="edits")
    assert (target.failures, target.attempts, target.parked_at) == (1, 0, None)
