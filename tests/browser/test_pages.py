"""What only a browser shows of the other pages: the type-ahead's words, and what fits on a narrow screen."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from alerts.models import Alert

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_type_ahead_shows_and_says_what_it_found(
    page: Page, live_server: Any, peak: Alert, errors_seen: list[str]
) -> None:
    page.goto(live_server.url)
    find, said = page.get_by_role("combobox", name="Find a wiki"), page.locator(".find [role=status]")

    find.fill("xqzjw")
    expect(page.get_by_role("option", name="Nothing found")).to_be_visible()
    expect(said).to_have_text("Nothing found")
    find.press("ArrowDown")
    expect(find).not_to_have_attribute("aria-activedescendant", "options-0-0")

    find.fill("icelandic")
    expect(page.locator(".find").get_by_role("option").first).to_contain_text("Icelandic Wikipedia")
    expect(said).to_have_text("3 results")

    find.fill("")
    expect(page.locator(".find .options")).to_be_hidden()
    expect(said).to_have_text("")
    assert errors_seen == []


def test_a_narrow_screen_shows_the_whole_navigation_and_the_names_beside_the_heat_map(
    page: Page, live_server: Any, peak: Alert
) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{live_server.url}/months/2022-11/")

    for link in page.get_by_role("navigation", name="Main").get_by_role("link").all():
        box = link.bounding_box()
        assert box
        assert box["x"] + box["width"] <= 360
    name = page.locator(".heat tbody th a").first
    name.scroll_into_view_if_needed()
    name.click()  # nothing lies over it
    page.wait_for_url("**/projects/is.wikipedia.org/")
