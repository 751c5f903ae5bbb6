"""docs/adding-a-detector.md is true: the file that it shows is a detector, and no other file has to be edited."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from django.conf import settings

from alerts.detection import ears_c2
from alerts.detection.detector import Detector
from alerts.detection.registry import DETECTORS
from alerts.detection.types import Panel
from tests.alerts import test_detector_surfaces as surfaces
from tests.alerts.test_detector_surfaces import methodology, wiki  # noqa: F401 - fixtures

PAGE = Path(settings.BASE_DIR) / "docs/adding-a-detector.md"


@pytest.fixture
def documented(monkeypatch: pytest.MonkeyPatch) -> Detector:
    """The detector of the page, registered."""
    (source,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    module = ModuleType("alerts.detection.ears_c1")
    monkeypatch.setitem(sys.modules, module.__name__, module)  # where dataclasses look for it
    exec(compile(source, str(PAGE), "exec"), module.__dict__)  # noqa: S102 - the page is ours
    monkeypatch.setitem(DETECTORS, module.DETECTOR.name, module.DETECTOR)  # type: ignore[arg-type]
    return module.DETECTOR


def test_the_documented_detector_is_ears_c2_without_the_gap(documented: Detector) -> None:
    values = np.random.default_rng(1).poisson(500.0, (60, 3)).astype(float)
    values[50, 1] = 900.0
    ours = documented.detect(Panel(values))
    theirs = ears_c2.DETECTOR.detect(Panel(values), ears_c2.EarsC2Params(gap_months=0))
    np.testing.assert_allclose(ours.upper[7:], theirs.upper[7:], rtol=1e-12)
    np.testing.assert_array_equal(ours.peak[9:], theirs.peak[9:])
    assert ours.peak[50, 1]


@pytest.mark.parametrize("surface", surfaces.SURFACES, ids=lambda surface: surface.__name__)
def test_every_surface_takes_it_up(documented: Detector, surface: object, request: pytest.FixtureRequest) -> None:
    page = request.getfixturevalue("methodology")
    assert surface(documented, page)  # type: ignore[operator]


def test_it_is_whole(documented: Detector) -> None:
    surfaces.test_a_detector_is_whole(documented)
