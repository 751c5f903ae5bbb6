"""The heat map."""

from __future__ import annotations

import datetime as dt

import pytest

from dashboards.heat import MISSING, UNJUDGED, HeatCell, HeatRow, style_of
from dashboards.parameters import month_in_bounds
from edits.models import Project

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
