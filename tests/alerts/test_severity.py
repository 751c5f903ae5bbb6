"""Severity: rarity among all wikis of the month, distance, and size."""

from __future__ import annotations

import pytest

from alerts.models import Severity
from alerts.severity import severity_of
from edits.metrics import METRICS


@pytest.mark.parametrize(
    ("q", "count", "expected", "direction", "severity"),
    [
        (None, 90_000, 1_000.0, "peak", Severity.NOTABLE),  # the detector makes no claim about chance
        (0.05, 90_000, 1_000.0, "peak", Severity.NOTABLE),
        (0.049, 90_000, 1_000.0, "peak", Severity.HIGH),
        (0.0009, 90_000, 1_000.0, "peak", Severity.EXTREME),
        (0.0009, 90_000, None, "peak", Severity.HIGH),
        (0.0009, 2_999, 1_000.0, "peak", Severity.HIGH),
        (0.0009, 3_000, 1_000.0, "peak", Severity.EXTREME),
        (1e-9, 376, 12.0, "peak", Severity.HIGH),  # rare and far out, but few
        (1e-9, 1_000, 3_000.0, "drop", Severity.EXTREME),
        (1e-9, 1_001, 3_000.0, "drop", Severity.HIGH),
        (1e-9, 0, 999.0, "drop", Severity.HIGH),
    ],
)
def test_severity(q: float | None, count: int, expected: float | None, direction: str, severity: str) -> None:
    assert severity_of(q=q, count=count, expected=expected, direction=direction, metric="edits") == severity


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_what_is_large_depends_on_the_metric(metric: object) -> None:
    large = metric.large_excess  # type: ignore[attr-defined]
    expected = large / 10
    values = {"q": 1e-9, "expected": expected, "direction": "peak", "metric": metric.name}  # type: ignore[attr-defined]
    assert severity_of(count=expected + large, **values) == Severity.EXTREME
    assert severity_of(count=expected + large - 1, **values) == Severity.HIGH
