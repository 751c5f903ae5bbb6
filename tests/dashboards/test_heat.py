"""The heat map."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.test import Client

from alerts.models import Alert, DetectionPolicy
from alerts.services import policy_save
from dashboards.heat import MISSING, UNJUDGED, HeatCell, HeatRow, judged, largest_projects, style_of
from dashboards.parameters import month_in_bounds
from edits.metrics import METRICS
from edits.models import ActivityLevel, EditorCount, PageType, Project
from edits.months import month_range
from tests.factories import make_alert, make_edit_counts, make_project

NAN = float("nan")


@pytest.mark.parametrize(
    ("count", "score", "style"),
    [
        (NAN, NAN, MISSING),
        (5.0, NAN, UNJUDGED),
        (5.0, 1.9, ""),
        (5.0, 2.0, "p1"),
        (5.0, -3.5, "d2"),
        (5.0, 4.5, "p3"),
        (0.0, -9.0, "d4"),
    ],
)
def test_what_is_missing_unjudged_and_as_expected_look_different(count: float, score: float, style: str) -> None:
    assert style_of(count, score) == style


def test_cells_of_the_first_year_lead_to_months_that_exist() -> None:
    row = HeatRow(Project(domain="en.wikipedia.org"), "edits", [dt.date(2001, 8, 1)], [HeatCell("p2", 900.0)])
    (mark,) = row.marks

    assert mark.words == "Aug 2001: 900, above expected"
    assert mark.url == "/projects/en.wikipedia.org/?metric=edits&from=2001-01&to=2002-08"
    assert month_in_bounds("2001-01")


@pytest.fixture
def month_page(client: Client) -> Callable[[], str]:
    return lambda: client.get("/months/2022-12/").content.decode()


def cell(page: str, month: str) -> str:
    """The cell of `month` (as `Nov 2022`), up to its end."""
    found = re.search(rf'<td[^>]*title="{month}:.*?</td>', page, re.DOTALL)
    assert found
    return found[0]


def test_later_months_of_an_episode_are_drawn_as_a_part_of_it(peak: Alert, month_page: Callable[[], str]) -> None:
    assert 'class="p' not in cell(month_page(), "Dec 2022")
    Alert.objects.filter(pk=peak.pk).update(episode_end=dt.date(2022, 12, 1))

    later = cell(month_page(), "Dec 2022")

    assert 'class="p2 of-alert"' in later
    assert "part of the peak since November 2022" in later
    assert f"&amp;alert={peak.pk}" in later
    assert f"&amp;alert={peak.pk}" in cell(month_page(), "Nov 2022")


def test_a_month_with_an_alert_shows_its_direction_even_where_the_rules_say_less_by_now(
    iceland: Project, month_page: Callable[[], str]
) -> None:
    make_alert(iceland, dt.date(2022, 12, 1), direction="drop")
    assert 'class="d2 of-alert"' in cell(month_page(), "Dec 2022")


def test_new_rules_are_seen_at_once(iceland: Project, month_page: Callable[[], str]) -> None:
    assert 'class="p' in cell(month_page(), "Nov 2022")
    own = DetectionPolicy(project=iceland, detector="expected_band", parameters={"minimum_history": 60})

    policy_save(policy=own, by=None)

    assert 'class="u"' in cell(month_page(), "Nov 2022")
    assert judged(METRICS["edits"], dt.date(2022, 12, 1), None) == 0


def test_wikis_are_ranked_by_the_definition_of_their_series(db: None) -> None:
    month = dt.date(2022, 12, 1)
    by_level, total = make_project("a.wikipedia.org"), make_project("b.wikipedia.org")
    levels = (ActivityLevel.FROM_5, ActivityLevel.FROM_25, ActivityLevel.FROM_100)
    EditorCount.objects.bulk_create(
        [EditorCount(project=by_level, month=month, activity_level=level, editor_count=40) for level in levels]
        + [EditorCount(project=total, month=month, activity_level=ActivityLevel.TOTAL, editor_count=100)]
    )

    assert largest_projects(METRICS["active_editors"], month, "") == [by_level.pk, total.pk]


def test_a_wiki_whose_content_counts_died_out_is_ranked_by_those_that_are_alive(db: None) -> None:
    other, changed = make_project("a.wikipedia.org"), make_project("b.wikipedia.org")
    make_edit_counts(other, {dt.date(2022, 1, 1): 500})
    make_edit_counts(changed, {dt.date(2022, 1, 1): 900})
    make_edit_counts(changed, dict.fromkeys(month_range(dt.date(2022, 1, 1), dt.date(2024, 1, 1)), 10), PageType.ALL)

    assert largest_projects(METRICS["edits"], dt.date(2022, 12, 1), "") == [other.pk, changed.pk]


def test_only_wikis_with_a_peak_or_drop(client: Client, peak: Alert) -> None:
    quiet = make_project("fo.wikipedia.org", language_name_en="Faroese")
    make_edit_counts(quiet, dict.fromkeys(month_range(dt.date(2020, 1, 1), dt.date(2022, 12, 1)), 100))
    everything = client.get("/months/2022-12/").content.decode()
    assert "Faroese Wikipedia</bdi></a>" in everything

    some = client.get("/months/2022-12/?rows=alerts").content.decode()

    assert "Faroese Wikipedia</bdi></a>" not in some
    assert "Icelandic Wikipedia</bdi></a>" in some
