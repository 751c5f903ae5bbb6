"""The form of a policy shows the parameters of the chosen detector, and its preview draws what they would do."""

from __future__ import annotations

import os
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from alerts.detection.registry import DETECTORS
from alerts.models import DetectionPolicy
from tests.alerts.series import counts, detect, judge_by
from tests.factories import make_edit_counts, make_project

SHOTS = os.environ.get("SHOTS")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_policy_is_changed_by_fields_and_seen_at_work_first(
    page: Page, live_server: Any, sign_in: Any, root: User, width: int
) -> None:
    judge_by("rolling_mean")
    make_edit_counts(make_project(), counts(*[100] * 8, 120, *[100] * 3, 500, 125, 150, 200, 100))
    detect()
    sign_in(root)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}/admin/alerts/detectionpolicy/{DetectionPolicy.objects.get().pk}/change/")
    for name in DETECTORS:
        page.select_option("#id_detector", name)
        for other in DETECTORS:
            shown = expect(page.locator(f"fieldset.of-{other}"))
            shown.to_be_visible() if other == name else shown.to_be_hidden()
    page.select_option("#id_detector", "rolling_mean")
    page.fill("#id_rolling_mean-percentage", "500")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/policy-form-{width}.png", full_page=True)
    page.click("input[name=_save]")
    expect(page.locator("svg.spark")).to_have_count(2)
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/policy-preview-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
