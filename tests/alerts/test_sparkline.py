from __future__ import annotations

from xml.etree import ElementTree

import pytest

from alerts.sparkline import sparkline


def _parts(svg: str) -> list[tuple[str, str]]:
    return [(part.tag, part.get("class", "")) for part in ElementTree.fromstring(svg)]


def test_a_missing_month_is_a_gap_and_never_a_zero() -> None:
    svg = sparkline([1, 2, None, 3, 4])
    assert _parts(svg) == [("polyline", "line"), ("polyline", "line")]


def test_the_marked_month_has_a_mark_above_its_point() -> None:
    parts = _parts(sparkline([10, 20, 90], marked=2))
    assert parts == [("polyline", "line"), ("path", "peak")]


def test_zero_lies_at_the_bottom_and_the_largest_count_on_top() -> None:
    line = ElementTree.fromstring(sparkline([0, 50, 100], width=100, height=30))[0]
    heights = [float(point.split(",")[1]) for point in line.get("points", "").split()]
    assert heights[0] == 26.0
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=0.11)


@pytest.mark.parametrize("counts", [[], [None], [None, None], [0, 0], [5], [10**20, 1]])
def test_any_counts_make_a_picture(counts: list[float | None]) -> None:
    svg = sparkline(counts, marked=0)
    assert "nan" not in svg
    assert ElementTree.fromstring(svg).tag == "svg"


def test_the_label_cannot_break_out() -> None:
    svg = ElementTree.fromstring(sparkline([1, 2], label='"><script>alert(1)</script>'))
    assert svg.get("aria-label") == '"><script>alert(1)</script>'
    assert not list(svg.iter("script"))
