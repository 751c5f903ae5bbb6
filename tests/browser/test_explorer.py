"""The journeys of the explorer, in Chromium: find a wiki, drag the slider, click a peak, label it, share, download."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from alerts.models import Alert
from edits.models import Project
from tests.factories import make_edit_counts

pytestmark = pytest.mark.django_db(transaction=True)


def open_chart(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".js-plotly-plot .scatterlayer .trace").first).to_be_visible(timeout=20_000)


def click_peak(page: Page) -> None:
    """Where the triangle is, on the chart itself."""
    box = page.locator(".cartesianlayer .scatterlayer .points path").last.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + 2)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + 2)


def test_choose_a_language_and_a_project(page: Page, live_server: Any, peak: Alert, errors_seen: list[str]) -> None:
    page.goto(live_server.url)
    find = page.get_by_role("combobox")
    find.fill("islandic")  # misspelt
    expect(page.get_by_role("option").first).to_contain_text("Icelandic Wikipedia")
    find.press("ArrowDown")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    expect(find).to_have_attribute("aria-activedescendant", re.compile("options-0-0"))
    find.press("Enter")
    page.wait_for_url("**/projects/is.wikipedia.org/")

    page.get_by_role("combobox").fill("íslenska")
    page.get_by_role("option", name="2 wikis in this language").click()
    page.wait_for_url("**/languages/is/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Icelandic")
    assert errors_seen == []


@pytest.mark.parametrize("forced", ["none", "active"])
def test_d17_the_key_draws_marks_of_each_kind(page: Page, live_server: Any, peak: Alert, forced: Any) -> None:
    page.emulate_media(forced_colors=forced)
    page.goto(f"{live_server.url}{peak.get_absolute_url()}")
    fills = {
        kind: page.locator(f".key .mark{kind}").first.evaluate("mark => getComputedStyle(mark).fill")
        for kind in (".hollow", ".sev-extreme.mark-peak", ".sev-high.mark-drop", ".sev-notable.mark-peak")
    }
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    hollow = fills.pop(".hollow")
    assert hollow in {"none", paper}
    assert len({*fills.values(), hollow}) == (4 if forced == "none" else 2)  # else the shapes alone tell them apart


def test_search_without_javascript(browser: Any, live_server: Any, peak: Alert) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url)
    page.get_by_role("searchbox").fill("icelandic")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name="Icelandic Wikipedia").click()
    expect(page.get_by_role("rowheader").first).to_contain_text("Nov 2022")
    page.get_by_role("link", name="Nov 2022").click()
    expect(page.locator("#card")).to_contain_text("9,579 edits in November 2022")
    context.close()


@pytest.mark.parametrize("language", ["en", "ar"])  # from right to left, time still runs from left to right
def test_drag_the_slider_and_share_the_address(
    page: Page, live_server: Any, peak: Alert, errors_seen: list[str], strangers: list[str], language: str
) -> None:
    open_chart(page, f"{live_server.url}/projects/is.wikipedia.org/?range=all&uselang={language}")
    page.locator(".rangeslider-container").scroll_into_view_if_needed()  # the mouse reaches only what is on the screen
    handle = page.locator(".rangeslider-grabarea-min").bounding_box()
    slider = page.locator(".rangeslider-bg").bounding_box()
    assert handle
    assert slider
    page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    page.mouse.down()
    page.mouse.move(slider["x"] + slider["width"] / 2, handle["y"] + 5, steps=8)
    page.mouse.up()
    page.wait_for_url(re.compile(r"from=20\d\d-\d\d"))
    first = re.search(r"from=(\d{4})", page.url)
    assert first
    assert 2015 <= int(first[1]) <= 2018

    other = page.context.new_page()
    open_chart(other, page.url)
    expect(other.locator("input[name=from]")).to_have_value(re.compile(first[1]))
    other.close()
    page.go_back()
    expect(page.locator("input[value=all]")).to_be_checked()
    assert errors_seen == []
    assert strangers == []


def test_click_a_peak_label_it_and_find_it_on_the_chart(
    page: Page,
    live_server: Any,
    peak: Alert,
    sign_in: Callable[[User], None],
    errors_seen: list[str],
    strangers: list[str],
) -> None:
    sign_in(User.objects.create_superuser("root", password="root knows this"))
    open_chart(page, f"{live_server.url}/projects/is.wikipedia.org/")
    click_peak(page)
    card = page.locator("#card")
    expect(card).to_contain_text("9,579 edits in November 2022")
    page.wait_for_url(f"**/projects/is.wikipedia.org/?alert={peak.pk}")
    expect(card.locator("[data-close]")).to_be_visible()  # the card of the newest alert, which stood there before, has none

    card.get_by_label("Cause").select_option("contest")
    card.get_by_label("Label").fill("Contest of the north")
    card.get_by_role("button", name="Save label").click()
    expect(page.locator("tr.sel")).to_contain_text("Contest of the north")
    expect(page.locator(".js-plotly-plot .annotation-text")).to_have_text("Contest of the north", timeout=20_000)
    peak.refresh_from_db()
    assert (peak.label, peak.category.slug) == ("Contest of the north", "contest")

    card.get_by_label("What happened?").fill("short")
    card.get_by_label("What happened?").fill("Members of the library wrote about every farm.")
    card.get_by_role("button", name="Save note").click()
    expect(card.locator(".notes")).to_contain_text("every farm")
    assert errors_seen == []
    assert strangers == []


def test_layers_and_metric_are_kept_in_the_address(page: Page, live_server: Any, peak: Alert, errors_seen: list[str]) -> None:
    open_chart(page, f"{live_server.url}/projects/is.wikipedia.org/")
    page.get_by_text("What to show").click()
    page.get_by_label("3-year mean").check()
    page.wait_for_url("**show=band&show=notes&show=events&show=mean&show=zero")
    page.get_by_label("Year over year").check()
    expect(page.locator(".legend .traces").first).to_be_visible()
    page.get_by_role("link", name="Active editors").click()
    page.wait_for_url("**metric=active_editors**")
    assert errors_seen == []


def test_download_what_is_shown(page: Page, live_server: Any, peak: Alert, errors_seen: list[str]) -> None:
    open_chart(page, f"{live_server.url}/projects/is.wikipedia.org/?from=2022-01&to=2022-12")
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(started.value.path().read_text("utf-8-sig"))))
    assert [row["month"] for row in rows][::11] == ["2022-01", "2022-12"]
    assert rows[10]["count"] == "9579"
    with page.expect_download() as started:
        page.get_by_role("button", name="PNG").click()
    assert started.value.path().read_bytes().startswith(b"\x89PNG")
    assert errors_seen == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_chart_has_the_colours_of_the_page(page: Page, live_server: Any, peak: Alert, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    open_chart(page, f"{live_server.url}/projects/is.wikipedia.org/")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    paper = page.evaluate("getComputedStyle(document.querySelector('.main-svg')).backgroundColor")
    assert paper == ground


def test_compare_page_draws_its_projects(page: Page, live_server: Any, peak: Alert, errors_seen: list[str]) -> None:
    make_edit_counts(Project.objects.get(domain="is.wiktionary.org"), {dt.date(2022, month, 1): 40 for month in range(1, 13)})
    open_chart(page, f"{live_server.url}/compare/?p=is.wikipedia.org&p=is.wiktionary.org&scale=indexed")
    expect(page.locator(".legend .traces")).to_have_count(2)
    assert errors_seen == []
