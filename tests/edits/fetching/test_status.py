"""Freshness and coverage, on the status page and in the banner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.test import Client

from edits.fetching.selectors import failed_sync, freshness, shown_source
from edits.fetching.services import sync_project_list
from edits.models import EditCount, FetchOutcome, FetchRun, FetchTarget, Project
from edits.wikimedia.errors import WikimediaError
from edits.wikimedia.session import Session
from tests.factories import make_edit_counts, make_project
from tests.replay.fixtures import NOW, SERIES
from tests.replay.server import ReplayServer

Fetch = Callable[..., FetchRun | None]


def test_coverage_names_the_newest_month_that_half_of_the_projects_have(db: None) -> None:
    ends = {"aa": 10, "bb": 11, "cc": 11, "dd": 9}
    for code, end in ends.items():
        project = make_project(f"{code}.wikipedia.org")
        make_edit_counts(project, {dt.date(2022, month, 1): 5 for month in range(1, end + 1)})
    make_project("ee.wikipedia.org")
    make_edit_counts(make_project("zz.wikipedia.org", closed=True), {dt.date(2015, 1, 1): 5})
    found = freshness(metric="edits", today=dt.date(2022, 12, 10))
    assert (found.newest, found.expected) == (dt.date(2022, 11, 1), dt.date(2022, 11, 1))
    assert (found.reported, found.total, found.silent) == (2, 4, 1)
    assert [(project.domain, month.month) for project, month in found.lagging] == [
        ("aa.wikipedia.org", 10),
        ("dd.wikipedia.org", 9),
    ]


def test_the_status_page_says_how_many_more_lag(db: None, client: Client, settings: object) -> None:
    settings.PRETEND_TODAY = dt.date(2022, 12, 10)  # type: ignore[attr-defined]
    for number in range(160):
        last = 11 if number < 100 else 10
        project = make_project(f"w{number:03}.wikipedia.org")
        make_edit_counts(project, {dt.date(2022, last - 1, 1): 5, dt.date(2022, last, 1): 5})
    page = client.get("/status/").content.decode()
    assert page.count("October 2022</td>") == 50
    assert "and 10 more that stopped earlier" in page


@pytest.mark.parametrize(
    ("newest", "today", "waiting", "stale"),
    [
        (dt.date(2022, 11, 1), dt.date(2022, 12, 31), False, False),
        (dt.date(2022, 11, 1), dt.date(2023, 1, 1), True, False),
        (dt.date(2022, 11, 1), dt.date(2023, 1, 14), True, False),
        (dt.date(2022, 11, 1), dt.date(2023, 1, 15), True, True),
        (dt.date(2022, 10, 1), dt.date(2023, 1, 2), True, True),
    ],
)
def test_counts_are_late_when_a_month_should_have_been_published(
    db: None, newest: dt.date, today: dt.date, waiting: bool, stale: bool
) -> None:
    make_edit_counts(make_project(), {newest: 5})
    found = freshness(metric="edits", today=today)
    assert (found.waiting, found.is_stale(today)) == (waiting, stale)


def test_the_status_page_tells_how_it_stands(
    wikis: None, fetch: Fetch, replay: ReplayServer, client: Client, settings: object
) -> None:
    settings.PRETEND_TODAY = dt.date(2022, 12, 2)  # type: ignore[attr-defined]
    replay.state.today = dt.date(2022, 12, 2)
    replay.fault("without_months", match="/edits/aggregate/is.wikipedia", value=["2022-10"])
    FetchTarget.objects.update(due_at=dt.datetime(2022, 12, 2, tzinfo=dt.UTC))
    fetch(dt.datetime(2022, 12, 2, 5, tzinfo=dt.UTC))
    page = client.get("/status/").content.decode()
    assert "October 2022" in page
    assert "waiting for November 2022" in page
    assert "3 of 4 wikis reported" in page
    assert "is.wikipedia.org" in page
    assert f"{SERIES} / {SERIES}" in page
    assert "succeeded" in page
    assert "2022-12-03 03:00" in page
    banner = client.get("/").content.decode()
    assert "October 2022 is not complete: 3 of 4 wikis reported." in banner


def test_the_status_page_shows_the_run_that_is_under_way(wikis: None, client: Client) -> None:
    FetchRun.objects.create(source=FetchRun.Source.WIKIMEDIA, planned=8)
    assert "A run is under way. Series so far: 0 of 8." in client.get("/status/").content.decode()


def test_the_status_page_names_the_version(db: None, client: Client, settings: LazySettings) -> None:
    settings.VERSION = "9.8.7"
    assert "version 9.8.7" in client.get("/status/").content.decode()


def test_an_empty_site_has_a_status_page(db: None, client: Client) -> None:
    page = client.get("/status/").content.decode()
    assert "No count is stored yet." in page
    assert "There are no counts yet" in page


def test_the_status_page_costs_few_queries(wikis: None, fetch: Fetch, client: Client, django_assert_max_num_queries) -> None:  # noqa: ANN001
    fetch()
    client.get("/status/")
    with django_assert_max_num_queries(10):
        client.get("/status/")


def test_f15_the_banner_says_that_the_list_of_wikis_is_old(
    wikis: None, fetch: Fetch, replay: ReplayServer, session: Session, client: Client
) -> None:
    fetch()
    assert failed_sync() is None
    replay.fault("status", match="api.php", value=503)
    with pytest.raises(WikimediaError):
        sync_project_list(session=session, now=NOW)
    assert "the last good one is in use" in client.get("/").content.decode()
    replay.heal()
    sync_project_list(session=session, now=NOW)
    assert failed_sync() is None


def test_recorded_data_is_never_taken_for_live(db: None, client: Client) -> None:
    make_edit_counts(make_project(), {dt.date(2010, 12, 1): 5})
    FetchRun.objects.create(source=FetchRun.Source.SNAPSHOT, state=FetchRun.State.SUCCEEDED)
    # The schedule asks Wikimedia, which is out of reach: what is shown is as old as before.
    asked = FetchRun.objects.create(source=FetchRun.Source.WIKIMEDIA)
    FetchOutcome.objects.create(run=asked, project=Project.objects.get(), metric="edits", state="unavailable")
    assert shown_source() == FetchRun.Source.SNAPSHOT
    assert "Not live: this site shows recorded data." in client.get("/").content.decode()
    make_project("fo.wikipedia.org")
    page = client.get("/status/").content.decode()
    assert "not asked yet, or no month named" in page
    assert "Wikimedia names no month" not in page
    assert "asked every day" not in page


def test_projects_that_left_do_not_count_as_lagging(db: None) -> None:
    make_edit_counts(make_project("aa.wikipedia.org"), {dt.date(2022, 11, 1): 5})
    make_edit_counts(make_project("bb.wikipedia.org", removed_from_sitematrix_at=NOW), {dt.date(2020, 11, 1): 5})
    found = freshness(metric="edits", today=NOW.date())
    assert (found.reported, found.total) == (1, 1)
    assert EditCount.objects.count() == 2
    assert Project.objects.count() == 2
