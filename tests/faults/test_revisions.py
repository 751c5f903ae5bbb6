"""History that changes, and the calendar."""

from __future__ import annotations

import datetime as dt

import pytest

from alerts.models import Alert, Status
from alerts.services import detect_alerts
from edits.fetching.plan import months_to_ask
from edits.models import CountRevision, EditCount, EditorCount, FetchTarget, NewPageCount, Project
from edits.months import add_months, month_range
from edits.signals import counts_changed, run_finished
from tests.faults.facts import DAY, ICELANDIC, Fetch, State, states, stored
from tests.replay.data import ALL
from tests.replay.fixtures import NOW, edits_of
from tests.replay.server import ReplayServer

# --- F13, F14: revised and unchanged -----------------------------------------------------------------------------------


def test_f13_a_revised_month_is_updated_and_its_old_value_kept(wikis: None, fetch: Fetch, replay: ReplayServer) -> None:
    fetch()
    replay.state.revisions["is.wikipedia"] = {"2022-10": 4321}
    seen: list[dict[str, list[int]]] = []
    run_finished.connect(lambda changes, **kwargs: seen.append(changes), weak=False, dispatch_uid="f13")
    try:
        run = fetch(NOW + DAY)
    finally:
        run_finished.disconnect(dispatch_uid="f13")
    project = Project.objects.get(domain=ICELANDIC)
    assert stored(ICELANDIC)[dt.date(2022, 10, 1)] == 4321
    revision = CountRevision.objects.get(slice=f"content/{ALL}")
    assert (revision.project, revision.month) == (project, dt.date(2022, 10, 1))
    assert (revision.old_count, revision.new_count) == (edits_of(ICELANDIC, "2022-10"), 4321)
    assert states(run)[ICELANDIC] == State.STORED
    assert seen == [{"edits": [project.pk]}]  # detection follows for this project alone


def test_f13_an_alert_is_judged_again_when_its_month_is_revised(wikis: None, fetch: Fetch, replay: ReplayServer) -> None:
    usual = {f"{year}-{month:02}": 1000 for year in (2020, 2021, 2022) for month in range(1, 12)}
    replay.state.data.series["is.wikipedia", ("edits", ALL, "content")] = usual | {"2022-10": 9000}
    fetch()
    detect_alerts()
    alert = Alert.objects.get(project__domain=ICELANDIC, metric="edits", month=dt.date(2022, 10, 1))
    assert (alert.status, alert.count) == (Status.NEW, 9000)
    replay.state.revisions["is.wikipedia"] = {"2022-10": 1001}
    fetch(NOW + DAY)
    detect_alerts()
    alert.refresh_from_db()
    assert (alert.status, alert.count) == (Status.WITHDRAWN, 1001)


def test_f13_a_month_revised_to_nothing_becomes_a_zero(wikis: None, fetch: Fetch, replay: ReplayServer) -> None:
    fetch()
    replay.fault("without_months", match="/edits/aggregate/is.wikipedia", value=["2022-10"])
    fetch(NOW + DAY)
    assert stored(ICELANDIC)[dt.date(2022, 10, 1)] == 0
    assert CountRevision.objects.get(slice=f"content/{ALL}").new_count == 0


def test_f13_the_newest_month_of_a_quiet_wiki_is_revised_to_nothing(wikis: None, fetch: Fetch, replay: ReplayServer) -> None:
    series_ = replay.state.data.series["is.wikipedia", ("edits", ALL, "content")]
    for month in [month for month in series_ if month > "2022-05"]:
        del series_[month]
    fetch()
    fetch(NOW + DAY)
    assert stored(ICELANDIC)[dt.date(2022, 5, 1)] > 0
    del series_["2022-05"]
    fetch(NOW + 2 * DAY)  # the whole history is asked: the months before it prove that the wiki is loaded
    assert stored(ICELANDIC)[dt.date(2022, 5, 1)] == 0
    assert CountRevision.objects.get(slice=f"content/{ALL}").new_count == 0


def test_f13_a_revision_older_than_the_usual_three_months_is_found_by_a_backfill(
    wikis: None, fetch: Fetch, replay: ReplayServer
) -> None:
    month = dt.date(2020, 3, 1)
    new_pages = NewPageCount.objects.filter(project__domain=ICELANDIC, month=month)
    fetch()
    replay.state.data.series["is.wikipedia", ("new_pages", ALL, "content")][f"{month:%Y-%m}"] = 5267
    fetch(NOW + DAY)
    assert new_pages.get().new_page_count != 5267
    fetch(NOW + DAY, backfill=True)
    assert new_pages.get().new_page_count == 5267


def test_f13_edits_with_their_parts_are_of_one_fetch_so_that_old_revisions_are_found_each_day(
    wikis: None, fetch: Fetch, replay: ReplayServer
) -> None:
    fetch()
    replay.state.revisions["is.wikipedia"] = {"2020-03": 5267}
    fetch(NOW + DAY)
    assert stored(ICELANDIC)[dt.date(2020, 3, 1)] == 5267
    parts = EditCount.objects.filter(project__domain=ICELANDIC, month=dt.date(2020, 3, 1)).exclude(editor_type=ALL)
    assert sum(parts.values_list("edit_count", flat=True)) == 5267


def test_f14_the_same_answer_twice_changes_nothing(wikis: None, fetch: Fetch) -> None:
    fetch()
    rows = [list(model.objects.order_by("pk").values()) for model in (EditCount, EditorCount)]
    sent: list[object] = []
    counts_changed.connect(lambda **kwargs: sent.append(kwargs), weak=False, dispatch_uid="f14")
    try:
        run = fetch(NOW + DAY, backfill=True)
    finally:
        counts_changed.disconnect(dispatch_uid="f14")
    assert set(states(run).values()) == {State.UNCHANGED}
    assert [list(model.objects.order_by("pk").values()) for model in (EditCount, EditorCount)] == rows
    assert sent == []
    assert not CountRevision.objects.exists()


# --- F18: the calendar -------------------------------------------------------------------------------------------------


def test_f18_no_month_is_skipped_in_48_months(wikis: None, fetch: Fetch, replay: ReplayServer) -> None:
    """Fetch on the first, a middle and the last day of each month, at midnight and one second before it."""
    domain = "uz.wikipedia.org"
    history = {f"{year}-{month:02}": year + month for year in range(2018, 2025) for month in range(1, 13)}
    replay.state.data.series["uz.wikipedia", ("edits", ALL, "content")] = history
    for month in month_range(dt.date(2020, 1, 1), dt.date(2023, 12, 1)):
        for moment in (
            dt.datetime(month.year, month.month, 1, tzinfo=dt.UTC),
            dt.datetime(month.year, month.month, 14, 12, tzinfo=dt.UTC),
            dt.datetime.combine(add_months(month, 1), dt.time(), dt.UTC) - dt.timedelta(seconds=1),
        ):
            replay.state.today = moment.date()
            fetch(moment, domains=[domain], metrics=["edits"])
            newest = add_months(month, -2 if moment.day == 1 else -1)
            assert max(stored(domain)) == newest, moment
    assert stored(domain) == {
        month: history[f"{month:%Y-%m}"] for month in month_range(dt.date(2018, 1, 1), dt.date(2023, 11, 1))
    }


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (dt.date(2024, 1, 1), dt.date(2023, 12, 1)),
        (dt.date(2024, 2, 29), dt.date(2024, 1, 1)),
        (dt.date(2024, 3, 1), dt.date(2024, 2, 1)),
        (dt.date(2023, 12, 31), dt.date(2023, 11, 1)),
        (dt.date(2024, 5, 31), dt.date(2024, 4, 1)),
    ],
)
def test_f18_the_right_months_are_asked_on_odd_days(today: dt.date, last: dt.date) -> None:
    target = FetchTarget(metric="active_editors", history_asked_at=NOW, newest_month=last)
    assert months_to_ask(target, today=today) == (add_months(last, -2), last)
    target.newest_month = add_months(last, -7)  # nothing came for months: ask from where it stopped
    assert months_to_ask(target, today=today) == (add_months(last, -7), last)
