"""Parts of a count that are not of one piece with it: seen, recorded, asked again, and never a wrong share."""

from __future__ import annotations

import datetime as dt

import pytest

from edits.metrics import METRICS
from edits.models import EditCount, FetchTarget, Project
from edits.selectors import series
from tests.faults.facts import DAY, ICELANDIC, Fetch, State, states, stored
from tests.replay.data import ALL
from tests.replay.fixtures import NOW
from tests.replay.server import ReplayServer

KINDS = ("user", "anonymous", "group-bot", "name-bot")
NOVEMBER = dt.date(2022, 11, 1)


def part(kind: str, month: dt.date = NOVEMBER) -> int | None:
    rows = EditCount.objects.filter(project__domain=ICELANDIC, editor_type=kind, month=month)
    return rows.values_list("edit_count", flat=True).first()


def asked(replay: ReplayServer, kind: str) -> int:
    return sum(f"/edits/aggregate/is.wikipedia.org/{kind}/content" in path for path in replay.paths)


def test_parts_are_stored_beside_the_whole_and_add_up_to_it(wikis: None, fetch: Fetch) -> None:
    fetch()
    for month, count in stored(ICELANDIC).items():
        assert sum(part(kind, month) or 0 for kind in KINDS) == count
    people = series(project=Project.objects.get(domain=ICELANDIC), metric=METRICS["people_edits"])
    assert people.counts[-1] == (part("user") or 0) + (part("anonymous") or 0)


def test_e07_a_404_of_one_part_that_others_disprove_is_asked_again_and_makes_no_zero(
    wikis: None, fetch: Fetch, replay: ReplayServer
) -> None:
    replay.fault("not_found", match="is.wikipedia.org/user/content")
    run = fetch()
    assert states(run)[ICELANDIC] == State.INCONSISTENT
    assert run is not None
    assert "the parts add up to" in run.outcomes.get(project__domain=ICELANDIC, metric="edits").error
    assert asked(replay, "user") == 4  # twice, as every 404 beside others; and all once more
    assert max(stored(ICELANDIC)) == NOVEMBER, "the whole is stored"
    assert [part(kind) for kind in KINDS] == [None] * 4
    assert not series(project=Project.objects.get(domain=ICELANDIC), metric=METRICS["people_edits"]).months
    target = FetchTarget.objects.get(project__domain=ICELANDIC, metric="edits")
    assert NOW < target.due_at < NOW + DAY, "before the next daily check"
    replay.heal()
    assert states(fetch(target.due_at))[ICELANDIC] == State.STORED
    assert sum(part(kind) or 0 for kind in KINDS) == stored(ICELANDIC)[NOVEMBER]


def test_e08_sums_that_differ_for_good_keep_the_whole_and_leave_the_other_months_alone(
    wikis: None, fetch: Fetch, replay: ReplayServer
) -> None:
    # results.3 is April 2020
    replay.fault("set", match="is.wikipedia.org/user/content", value={"items.0.results.3.edits": 1})
    run = fetch()
    assert states(run)[ICELANDIC] == State.INCONSISTENT
    april = dt.date(2020, 4, 1)
    assert stored(ICELANDIC)[april] > 1
    assert [part(kind, april) for kind in KINDS] == [None] * 4
    assert sum(part(kind) or 0 for kind in KINDS) == stored(ICELANDIC)[NOVEMBER]
    assert states(run)["af.wikipedia.org"] == State.STORED


def test_e09_a_part_revised_between_two_requests_is_asked_again_at_once(
    wikis: None, fetch: Fetch, replay: ReplayServer
) -> None:
    replay.fault("set", match="is.wikipedia.org/group-bot/content", value={"items.0.results.3.edits": 999_999}, times=1)
    run = fetch()
    assert states(run)[ICELANDIC] == State.STORED
    assert asked(replay, "user") == asked(replay, ALL) == 2, "all of one fetch"
    assert part("group-bot", dt.date(2020, 4, 1)) != 999_999


def test_e10_a_month_that_is_published_between_the_parts_is_no_zero(wikis: None, fetch: Fetch, replay: ReplayServer) -> None:
    fetch()
    replay.state.today = dt.date(2023, 1, 10)
    replay.fault("without_months", match="is.wikipedia.org/user/content", value=["2022-12"])
    later = dt.datetime(2023, 1, 10, 4, tzinfo=dt.UTC)
    assert states(fetch(later))[ICELANDIC] == State.INCONSISTENT
    december = dt.date(2022, 12, 1)
    assert december in stored(ICELANDIC)
    assert part("user", december) is None


@pytest.mark.parametrize("silent", ["name-bot", "anonymous"])
def test_a_part_that_is_not_named_is_zero_where_the_others_are_all_of_the_whole(
    wikis: None, fetch: Fetch, replay: ReplayServer, silent: str
) -> None:
    whole = replay.state.data.series["is.wikipedia", ("edits", ALL, "content")]
    kinds = [kind for kind in KINDS if kind != silent]
    for month, count in whole.items():
        for kind, share in zip(kinds, (count - 2, 1, 1), strict=True):
            replay.state.data.add(ICELANDIC, ("edits", kind, "content"), month, share)
    assert states(fetch())[ICELANDIC] == State.STORED
    assert part(silent) == 0, "also in the newest month, although nobody named it"
