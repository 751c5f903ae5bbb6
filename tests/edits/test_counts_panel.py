"""Many series at once: one definition for each project, and missing where a part of it is missing."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from edits.metrics import METRICS
from edits.models import EditorCount, Project
from edits.selectors import counts_panel, series
from tests.factories import make_edit_counts, make_project

pytestmark = pytest.mark.django_db

JAN, FEB, MAR, APR = (dt.date(2020, month, 1) for month in (1, 2, 3, 4))
LEVELS = ("5..24-edits", "25..99-edits", "100..-edits")


def editors(project: Project, month: dt.date, **counts: int) -> None:
    EditorCount.objects.bulk_create(
        EditorCount(project=project, month=month, activity_level=level, editor_count=count) for level, count in counts.items()
    )


def test_nothing_stored_is_an_empty_panel() -> None:
    panel = counts_panel(metric=METRICS["edits"])
    assert (panel.months, panel.projects, panel.values.shape) == ((), (), (0, 0))


def test_each_project_has_one_definition_and_gaps_stay_gaps() -> None:
    content, everything = make_project("is.wikipedia.org"), make_project("de.wikipedia.org")
    make_edit_counts(content, {JAN: 0, MAR: 7})
    make_edit_counts(content, {FEB: 9_999}, page_type="all-page-types")
    make_edit_counts(everything, {FEB: 2**53 - 1}, page_type="all-page-types")
    panel = counts_panel(metric=METRICS["edits"])
    assert (panel.months, panel.projects) == ((JAN, FEB, MAR), (content.pk, everything.pk))
    expected = [[0, np.nan], [np.nan, 2.0**53 - 1], [7, np.nan]]
    np.testing.assert_array_equal(panel.values, expected)
    assert counts_panel(metric=METRICS["edits"], project_ids=[content.pk]).projects == (content.pk,)
    assert counts_panel(metric=METRICS["edits"], between=(FEB, MAR)).months == (FEB, MAR)


def test_a_sum_of_levels_is_missing_where_any_level_is() -> None:
    parts, total = make_project("is.wikipedia.org"), make_project("de.wikipedia.org")
    for month in (JAN, APR):
        editors(parts, month, **dict(zip(LEVELS, (3, 20, 100), strict=True)))
    editors(parts, FEB, **dict(zip(LEVELS[:2], (3, 20), strict=True)))
    editors(parts, MAR, **{"5..-edits": 77})
    editors(total, MAR, **{"5..-edits": 5})
    panel = counts_panel(metric=METRICS["active_editors"])
    np.testing.assert_array_equal(panel.values, [[123, np.nan], [np.nan, np.nan], [np.nan, 5], [123, np.nan]])
    for column, project in enumerate((parts, total)):
        alone = series(project=project, metric=METRICS["active_editors"])
        found = {month: value for month, value in zip(panel.months, panel.values[:, column], strict=True) if value == value}
        assert dict(zip(alone.months, alone.counts, strict=True)) == found
