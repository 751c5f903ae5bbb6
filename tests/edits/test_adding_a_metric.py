"""docs/adding-a-metric.md is true: the entry that it shows is a metric, and no other file has to be edited."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from edits.metrics import METRICS, Metric
from edits.models import Project
from tests.edits import test_metric_surfaces as surfaces
from tests.edits.test_metric_surfaces import _fresh_caches, wiki  # noqa: F401 - fixtures

PAGE = Path(settings.BASE_DIR) / "docs/adding-a-metric.md"


@pytest.fixture
def documented(monkeypatch: pytest.MonkeyPatch) -> Metric:
    """The metric of the page, registered."""
    (source,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(source, str(PAGE), "exec"), names)  # noqa: S102 - the page is ours
    metric = names["METRIC"]
    assert isinstance(metric, Metric)
    monkeypatch.setitem(METRICS, metric.name, metric)
    return metric


@pytest.mark.parametrize("surface", surfaces.SURFACES, ids=lambda surface: surface.__name__)
def test_every_surface_takes_it_up(documented: Metric, surface: object, wiki: Project) -> None:  # noqa: F811
    assert surface(documented, wiki)  # type: ignore[operator]


def test_it_is_whole(documented: Metric) -> None:
    surfaces.test_a_metric_is_whole(documented)
