"""What the tests of fetching ask of the database and of the small Wikimedia."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from edits.fetching.work import fetch_chunk
from edits.models import EditCount, EditorCount, FetchOutcome, FetchRun
from edits.months import month_range
from edits.wikimedia.session import Session
from tests.replay.data import ALL
from tests.replay.fixtures import COMMONS, NOW, OPEN, edits_of
from tests.replay.server import ReplayServer

State = FetchOutcome.State
Fetch = Callable[..., FetchRun | None]
ICELANDIC = "is.wikipedia.org"
DAY = dt.timedelta(days=1)


def stored(domain: str) -> dict[dt.date, int]:
    return dict(EditCount.objects.filter(project__domain=domain, editor_type=ALL).values_list("month", "edit_count"))


def expected(domain: str, last: dt.date) -> dict[dt.date, int]:
    return {month: edits_of(domain, f"{month:%Y-%m}") for month in month_range(dt.date(2020, 1, 1), last)}


def editors(domain: str = ICELANDIC) -> dict[tuple[str, dt.date], int]:
    rows = EditorCount.objects.filter(project__domain=domain).values_list("activity_level", "month", "editor_count")
    return {(level, month): count for level, month, count in rows}


def publish(replay: ReplayServer, *months: str) -> None:
    """Give the small Wikimedia counts for more months."""
    for domain in (*OPEN, COMMONS):
        for month in months:
            replay.state.data.add(domain, ("edits", ALL, "content"), month, edits_of(domain, month))
            replay.state.data.add_editors(domain, month, 20 + int(month[5:]))


def states(run: FetchRun | None, metric: str = "edits") -> dict[str, str]:
    assert run is not None
    return dict(run.outcomes.filter(metric=metric).values_list("project__domain", "state"))


def work_on(run: FetchRun, ids: list[int], session: Session, now: dt.datetime = NOW) -> None:
    fetch_chunk(run_id=run.pk, target_ids=ids, session=session, today=now.date(), clock=lambda: now)
