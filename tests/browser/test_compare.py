"""Adding and removing wikis of the comparison."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from alerts.models import Alert
from edits.models import Project
from tests.browser.test_explorer import open_chart
from tests.factories import make_edit_counts, make_project

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/compare/?p=is.wikipedia.org&scale=indexed"


@pytest.fixture
def dictionary(peak: Alert) -> Project:
    project = Project.objects.get(domain="is.wiktionary.org")
    make_edit_counts(project, {dt.date(2022, month, 1): 40 for month in range(1, 13)})
    return project


def test_a_wiki_is_added_from_what_was_found(
    page: Page, live_server: Any, dictionary: Project, errors_seen: list[str]
) -> None:
    open_chart(page, live_server.url + ADDRESS)
    field = page.get_by_role("combobox", name="Add a wiki")
    field.fill("icelandic wik")
    page.locator("#compare").get_by_role("option", name="Icelandic Wiktionary").click()
    page.wait_for_url("**p=is.wiktionary.org**")
    expect(page.locator(".legend .traces")).to_have_count(2, timeout=20_000)
    assert "scale=indexed" in page.url
    assert errors_seen == []


def test_the_first_wiki_is_added_from_what_was_found(
    page: Page, live_server: Any, dictionary: Project, errors_seen: list[str]
) -> None:
    page.goto(f"{live_server.url}/compare/")
    page.get_by_role("combobox", name="Add a wiki").fill("icelandic wik")
    page.locator("#compare").get_by_role("option", name="Icelandic Wiktionary").click()
    page.wait_for_url("**/compare/**p=is.wiktionary.org**")
    expect(page.locator(".js-plotly-plot")).to_be_visible(timeout=20_000)
    assert errors_seen == []


def test_what_is_not_clear_is_asked_back(page: Page, live_server: Any, dictionary: Project, errors_seen: list[str]) -> None:
    open_chart(page, live_server.url + ADDRESS)
    page.get_by_role("combobox", name="Add a wiki").fill("icelandik")
    page.get_by_role("combobox", name="Add a wiki").press("Enter")
    question = page.get_by_role("alert").filter(has_text="Which wiki do you mean by “icelandik”?")
    question.get_by_role("link", name="Icelandic Wiktionary").click()
    page.wait_for_url("**p=is.wiktionary.org**")
    expect(page.locator(".legend .traces")).to_have_count(2, timeout=20_000)
    assert errors_seen == []


def test_long_names_fit_and_crosses_can_be_hit(page: Page, live_server: Any, dictionary: Project) -> None:
    make_project("be-tarask.wikipedia.org", language_name_en="Belarusian (Taraškievica orthography)")
    page.set_viewport_size({"width": 320, "height": 800})
    open_chart(page, f"{live_server.url}{ADDRESS}&p=be-tarask.wikipedia.org")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for cross in page.locator(".chip .remove").all():
        box = cross.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 24
