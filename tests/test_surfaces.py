"""Each entry of each registry times each place that speaks of it: nothing is added by hand anywhere.

A new place is a function in the list `SURFACES` of its registry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from alerts.detection.registry import DETECTORS
from edits.metrics import METRICS
from tests.alerts import test_detector_surfaces as of_detectors
from tests.alerts.test_detector_surfaces import methodology
from tests.edits import test_metric_surfaces as of_metrics

__all__ = ["methodology", "wiki"]

wiki = of_detectors.wiki  # with a peak, which the methodology explains the detectors with
a_wiki = pytest.fixture(name="a_wiki")(of_metrics.wiki.__wrapped__)
# Each registry, the places, and the fixture that a place is looked at with.
WALKS: tuple[tuple[Mapping[str, Any], Iterable[Callable[[Any, Any], bool]], str], ...] = (
    (METRICS, of_metrics.SURFACES, "a_wiki"),
    (DETECTORS, of_detectors.SURFACES, "methodology"),
)


@pytest.mark.parametrize(
    ("entry", "surface", "fixture"),
    [
        pytest.param(entry, surface, fixture, id=f"{name}-{surface.__name__}")
        for registry, surfaces, fixture in WALKS
        for name, entry in registry.items()
        for surface in surfaces
    ],
)
def test_every_place_shows_every_entry(
    entry: Any, surface: Callable[[Any, Any], bool], fixture: str, request: pytest.FixtureRequest
) -> None:
    assert surface(entry, request.getfixturevalue(fixture))
