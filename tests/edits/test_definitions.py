"""A project's series uses the best definition that is alive, everywhere alike; the other one is one press away."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from alerts.services import detect_alerts
from dashboards.selectors import counts_of
from edits.fetching.reporting import reporting_by_month
from edits.metrics import METRICS
from edits.models import Project
from edits.months import add_months
from edits.selectors import counts_panel, forget_definitions, series
from tests.factories import make_edit_counts, make_project

EDITS = METRICS["edits"]
FIRST = dt.date(2005, 1, 1)


def months(number: int, count: int) -> dict[dt.date, int]:
    return {add_months(FIRST, place): count + place % 3 for place in range(number)}


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    forget_definitions()


@pytest.fixture
def hindi(db: None) -> Project:
    """Content counts end years before those of all pages."""
    project = make_project("hi.wikipedia.org")
    make_edit_counts(project, months(100, 500))
    make_edit_counts(project, months(200, 9000), page_type="all-page-types")
    return project


def newest(project: Project) -> set[dt.date]:
    """The newest month of the project's series, in each way in which it is read."""
    forget_definitions()
    panel = counts_panel(metric=EDITS)
    alone = counts_panel(metric=EDITS, project_ids=[project.pk])
    points = counts_of([project.pk], metric=EDITS, first=FIRST, last=add_months(FIRST, 400))[project.pk]
    return {
        series(project=project, metric=EDITS).months[-1],
        panel.months[-1],
        alone.months[-1],
        points[-1][0],
        reporting_by_month(EDITS).months[-1],
    }


def test_the_definition_that_is_alive_is_used_everywhere(hindi: Project) -> None:
    assert newest(hindi) == {add_months(FIRST, 199)}
    assert series(project=hindi, metric=EDITS).definition.name == "all-page-types"
    assert counts_panel(metric=EDITS).values.min() == 9000  # two definitions never make one series


@pytest.mark.parametrize(
    ("content", "every", "used"),
    [(200, 200, "content"), (190, 200, "content"), (188, 200, "content"), (187, 200, "all-page-types")],
)
def test_the_best_definition_stays_as_long_as_it_may_only_be_late(db: None, content: int, every: int, used: str) -> None:
    project = make_project()
    make_edit_counts(project, months(content, 500))
    make_edit_counts(project, months(every, 9000), page_type="all-page-types")
    assert series(project=project, metric=EDITS).definition.name == used


def test_the_other_definition_is_one_press_away(hindi: Project, client: Client) -> None:
    detect_alerts(today=dt.date(2022, 1, 1), metrics=("edits",))
    page = client.get("/projects/hi.wikipedia.org/").content.decode()
    assert "This chart counts edits to all pages." in page
    assert 'href="?definition=content"' in page
    other = client.get("/projects/hi.wikipedia.org/?definition=content").content.decode()
    assert "This chart counts edits to content pages." in other
    assert 'href="?definition=all-page-types"' in other
    assert '<input type="hidden" name="definition" value="content">' in other
    rows = client.get("/projects/hi.wikipedia.org/counts.json?definition=content&range=all").json()
    assert max(row["count"] for row in rows["rows"]) < 600


def test_an_unknown_definition_is_refused(hindi: Project, client: Client) -> None:
    assert client.get("/projects/hi.wikipedia.org/?definition=talk").status_code == 400
    assert client.get("/projects/hi.wikipedia.org/?metric=active_editors&definition=content").status_code == 400
