"""What two alerts of one wiki and month have in common is asked for once, unless it may be of another fetch."""

from __future__ import annotations

import datetime as dt

import pytest

from alerts.models import Alert
from causes.case_files.contents import CONTENTS, MAX_REQUESTS
from causes.models import CaseFile
from tests.causes.case_files.conftest import MONTH, Work
from tests.factories import make_alert
from tests.replay.data import KINDS, ReplayData, short_name
from tests.replay.fixtures import NOW
from tests.replay.server import ReplayServer

SHARED = {name for name, part in CONTENTS.items() if part.shared}
SAVED = sum(CONTENTS[name].requests for name in SHARED)
MINUTE = dt.timedelta(minutes=1)


def people(data: ReplayData, alert: Alert) -> int:
    """The edits by people in the month, as the replay server divides them."""
    wiki = short_name(alert.project.domain)
    return sum(data.counts(wiki, kind, {})[f"{MONTH:%Y-%m}"] or 0 for kind in KINDS[:2])


@pytest.fixture
def sibling(alert: Alert, replay: ReplayServer) -> Alert:
    Alert.objects.update(raised_at=NOW - MINUTE)
    count = people(replay.state.data, alert)
    made = make_alert(
        alert.project, MONTH, metric="people_edits", count=count, raised_count=count, expected=count / 2, excess=count / 2
    )
    Alert.objects.update(raised_at=NOW - MINUTE)
    return Alert.objects.get(pk=made.pk)


def requests_of(work: Work, replay: ReplayServer, alert: Alert, now: dt.datetime) -> int:
    before = len(replay.paths)
    file = work(alert, now)
    assert file is not None
    assert set(file.contents) >= SHARED
    return len(replay.paths) - before


def test_the_second_file_takes_over_what_is_of_the_wiki_and_month(
    alert: Alert, sibling: Alert, work: Work, replay: ReplayServer
) -> None:
    requests_of(work, replay, alert, NOW)
    assert requests_of(work, replay, sibling, NOW + MINUTE) <= MAX_REQUESTS - SAVED
    first, second = CaseFile.objects.get(pk=alert.pk), CaseFile.objects.get(pk=sibling.pk)
    assert second.state == CaseFile.State.COMPLETE
    for name in SHARED:
        assert second.contents[name] == first.contents[name] | {"of": sibling.count}


def test_what_may_be_of_another_fetch_is_asked_for_again(
    alert: Alert, sibling: Alert, work: Work, replay: ReplayServer
) -> None:
    alone = requests_of(work, replay, alert, NOW)
    Alert.objects.filter(pk=alert.pk).update(count=alert.count + 1)  # revised since
    assert requests_of(work, replay, sibling, NOW + MINUTE) > alone - SAVED


def test_an_old_answer_or_one_from_before_the_alert_is_not_taken_over(
    alert: Alert, sibling: Alert, work: Work, replay: ReplayServer
) -> None:
    requests_of(work, replay, alert, NOW)
    Alert.objects.filter(pk=sibling.pk).update(raised_at=NOW + MINUTE)
    assert requests_of(work, replay, sibling, NOW + 2 * MINUTE) > MAX_REQUESTS - SAVED
    CaseFile.objects.filter(pk=sibling.pk).delete()
    Alert.objects.filter(pk=sibling.pk).update(raised_at=NOW - MINUTE)
    assert requests_of(work, replay, sibling, NOW + dt.timedelta(days=1)) > MAX_REQUESTS - SAVED
