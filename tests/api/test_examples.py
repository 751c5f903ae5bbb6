"""The example of docs/examples shows what the front page shows."""

from __future__ import annotations

import datetime as dt
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from alerts.models import Alert
from dashboards.selectors import reporting_by_month
from edits.metrics import METRICS
from tests.factories import make_alert, make_edit_counts, make_project

EXAMPLE = settings.BASE_DIR / "docs" / "examples" / "overview.py"
MONTH = dt.date(2022, 11, 1)


@pytest.fixture
def month(peak: Alert) -> dt.date:
    """A month with peaks, a drop, one that is explained, and one that began before it and goes on."""
    for index, values in enumerate(
        (
            {"severity": "high", "score": 4.0},
            {"severity": "notable", "direction": "drop", "score": -4.0},
            {"severity": "high", "score": 6.0, "status": "explained", "label": "A contest"},
            {"month": dt.date(2022, 10, 1), "episode_end": dt.date(2022, 12, 1), "severity": "high"},
            {"status": "withdrawn"},
        )
    ):
        project = make_project(f"x{index}.wikipedia.org")
        make_edit_counts(project, {MONTH: 100})
        make_alert(project, **values)
    return MONTH


def test_the_example_shows_what_the_front_page_shows(live_server: Any, client: Client, month: dt.date) -> None:
    page = client.get("/", {"month": f"{month:%Y-%m}"}).context

    found = runpy.run_path(str(EXAMPLE))["overview"](live_server.url, f"{month:%Y-%m}", "edits", "")

    def urls(shown: Any) -> list[str]:
        return [f"{live_server.url}{line.alert.get_absolute_url()}" for line in shown]

    assert [alert["url"] for alert in found["began"]] == urls(page["alerts"])
    assert [alert["url"] for alert in found["going_on"]] == urls(page["going_on"]) != []
    assert {name: found[name] for name in ("peaks", "drops", "explained", "open")} == {
        name: page["now"][name] for name in ("peaks", "drops", "explained", "open")
    }
    assert (found["reported"], found["expected"]) == (page["completeness"].reported, page["completeness"].expected)


def test_without_a_month_it_is_the_one_of_the_front_page(live_server: Any, month: dt.date) -> None:
    newest = reporting_by_month(METRICS["edits"]).newest_full()
    assert newest is not None

    command = [sys.executable, str(EXAMPLE), live_server.url, "--family", "wikipedia"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(EXAMPLE).parent).stdout

    assert said.startswith(f"{newest:%Y-%m}: ")


def test_what_the_site_refuses_is_said_in_a_sentence(live_server: Any, month: dt.date) -> None:
    command = [sys.executable, str(EXAMPLE), live_server.url, "--month", "2022-13"]

    ended = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert "YYYY-MM" in ended.stderr
    assert "Traceback" not in ended.stderr
