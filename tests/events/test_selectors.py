"""What goes on where and when, and what of it fits an alert."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from edits.models import EditorCount
from edits.months import add_months
from events import selectors
from events.matching import Strength
from events.models import EventSeries, Status
from tests.events.conftest import make_event
from tests.factories import make_alert, make_edit_counts, make_project

D = dt.date
pytestmark = pytest.mark.django_db


def titles(found: list[Any]) -> list[str]:
    return [getattr(each, "event", each).title for each in found]


def test_events_of_a_project_and_a_span() -> None:
    project = make_project("is.wikipedia.org")
    make_event("here")
    make_event("before", "2022-10-01", "2022-10-31")
    make_event("until the first", "2022-10-01", "2022-11-01")
    make_event("everywhere", scope="all")
    make_event("elsewhere", scope="wiki:de.wikipedia.org")
    make_event("all but here", scope="all -wiki:is.wikipedia.org")
    make_event("waits", status=Status.PENDING)
    assert titles(selectors.overlapping(project, D(2022, 11, 1), D(2022, 11, 30))) == ["until the first", "here", "everywhere"]


def test_an_alert_gets_the_best_event_first_with_few_queries(django_assert_max_num_queries: Any) -> None:
    project = make_project("is.wikipedia.org")
    make_event("everywhere", scope="all")
    make_event("here")
    make_event("no effect", no_effect=True)
    alert = make_alert(project)
    with django_assert_max_num_queries(7):
        found = selectors.proposals(alert)
    assert titles(found) == ["here", "everywhere"]
    assert [proposal.fit.is_proposed for proposal in found] == [True, False]


def test_an_edition_is_judged_by_those_before_it() -> None:
    project = make_project("is.wikipedia.org")
    make_edit_counts(project, {add_months(D(2018, 1, 1), n): 100 for n in range(60)})
    series = EventSeries.objects.create(slug="wli", title="Wiki Loves Iceland", kind="contest", scope="family:wikipedia")
    for year in range(2016, 2023):
        make_event(f"edition {year}", f"{year}-11-01", f"{year}-11-30", scope="family:wikipedia", series=series)
    alert = make_alert(project, D(2022, 11, 1))
    assert selectors.proposals(alert)[0].fit.editions == (False,) * 4  # 2018 to 2021; nothing was counted before
    assert not selectors.proposals(alert)[0].fit.is_proposed
    for year in (2019, 2021):
        make_alert(project, D(year, 11, 1))
    make_alert(project, D(2020, 10, 1), episode_end=D(2020, 11, 1))
    make_alert(project, D(2018, 11, 1), status="withdrawn")
    (found,) = selectors.proposals(alert)
    assert found.fit.editions == (False, True, True, True)
    assert found.fit.is_proposed


def test_the_whole_episode_is_asked_for() -> None:
    project = make_project("is.wikipedia.org")
    make_event("later", "2022-12-10", "2022-12-20")
    alert = make_alert(project, D(2022, 11, 1), episode_end=D(2022, 12, 1))
    assert titles(selectors.proposals(alert)) == ["later"]


def test_how_many_take_part_is_compared_with_how_many_there_are() -> None:
    project = make_project("is.wikipedia.org")
    make_event("small", participants=12)
    EditorCount.objects.bulk_create(
        EditorCount(project=project, month=D(2022, 10, 1), activity_level=level, editor_count=count)
        for level, count in (("5..24-edits", 20_000), ("25..99-edits", 9_000), ("100..-edits", 3_000))
    )
    assert selectors.proposals(make_alert(project)) == []
    EditorCount.objects.update(editor_count=10)
    assert selectors.proposals(make_alert(project, metric="active_editors"))[0].fit.strength is Strength.STRONG
