"""People and bots apart: metrics that add up what is stored by editor type."""

from __future__ import annotations

import datetime as dt

import pytest

from edits.metrics import METRICS, fetched_metrics
from edits.selectors import counts_panel, series
from tests.factories import make_edit_counts, make_project

pytestmark = pytest.mark.django_db

JAN, FEB, MAR = (dt.date(2020, month, 1) for month in (1, 2, 3))
SUMS = {"people_edits": ("user", "anonymous"), "bot_edits": ("group-bot", "name-bot")}


@pytest.mark.parametrize("name", SUMS)
def test_a_month_is_the_sum_of_its_parts_and_missing_where_one_is(name: str) -> None:
    project, (one, other) = make_project("is.wikipedia.org"), SUMS[name]
    make_edit_counts(project, {JAN: 900, FEB: 900, MAR: 900})  # the whole plays no part
    make_edit_counts(project, {JAN: 70, FEB: 80, MAR: 0}, editor_type=one)
    make_edit_counts(project, {JAN: 5, MAR: 0}, editor_type=other)
    found = series(project=project, metric=METRICS[name])
    assert dict(zip(found.months, found.counts, strict=True)) == {JAN: 75, MAR: 0}
    assert counts_panel(metric=METRICS[name]).values[:, 0].tolist()[::2] == [75, 0]


def test_together_they_are_all_editor_types_that_edits_divide_into() -> None:
    (breakdown,) = METRICS["edits"].breakdowns
    parts = {slice_ for name in SUMS for slice_ in METRICS[name].definitions[0].slices}
    assert parts == set(METRICS["edits"].parts_of(breakdown, METRICS["edits"].definitions[0]).values())
    assert not set(SUMS) & set(fetched_metrics()), "they are made of what edits ask for"
