"""What the explorer shows follows its address: forwards, back, closed, shared, and with what people type."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from alerts.models import Alert
from edits.models import EditCount, EditorType
from edits.months import add_months
from tests.browser.test_explorer import click_peak, open_chart
from tests.factories import make_alert

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/projects/is.wikipedia.org/"


def show(page: Page, layer: str) -> None:
    page.locator("details", has_text="What to show").evaluate("element => { element.open = true; }")
    page.get_by_label(layer).check()


def test_back_undoes_a_chosen_peak(page: Page, live_server: Any, peak: Alert, errors_seen: list[str]) -> None:
    open_chart(page, live_server.url + ADDRESS)
    click_peak(page)
    heading = page.locator("#card h2")
    expect(heading).to_contain_text("November 2022")
    page.go_back()
    expect(heading).to_contain_text("November 2022")  # the newest, which cannot be closed
    expect(page.locator("[data-close]")).to_have_count(0)
    expect(page.locator("tr.sel")).to_have_count(0)
    page.go_forward()
    expect(heading).to_contain_text("November 2022")
    expect(page.locator("tr.sel")).to_have_attribute("aria-current", "true")
    assert errors_seen == []


def test_links_keep_what_is_shown(page: Page, live_server: Any, peak: Alert, errors_seen: list[str]) -> None:
    open_chart(page, live_server.url + ADDRESS)
    page.get_by_text("All", exact=True).click()
    show(page, "3-year mean")
    page.locator("th [data-choose]").first.click()
    expect(page.locator("#card h2")).to_contain_text("November 2022")
    here = f"{ADDRESS}?range=all&show=band&show=notes&show=events&show=mean&show=zero"

    href = page.evaluate(
        "href => new URL(href, location).searchParams.get('next')",
        page.get_by_role("link", name="Sign in").first.get_attribute("href"),
    )
    assert href == f"{here}&alert={peak.pk}"
    expect(page.locator(".languages input[name=next]").first).to_have_value(f"{here}&alert={peak.pk}")
    expect(page.get_by_role("link", name="Active editors")).to_have_attribute("href", re.compile(r"range=all.*show=mean"))
    page.locator("[data-close]").click()
    page.wait_for_url("**" + here)
    expect(page.locator("#card h2")).to_be_focused()
    assert errors_seen == []


def test_a_range_that_ends_before_it_begins_is_turned_round(
    page: Page, live_server: Any, peak: Alert, errors_seen: list[str]
) -> None:
    open_chart(page, f"{live_server.url}{ADDRESS}?from=2022-01")
    page.get_by_text("What to show").click()
    page.get_by_label("To", exact=True).fill("2020-01")
    page.get_by_label("To", exact=True).blur()
    page.wait_for_url("**?from=2020-01&to=2022-01")
    expect(page.locator("[data-fresh=months] tbody tr")).to_have_count(25)
    page.get_by_label("From", exact=True).fill("1999-01")
    page.get_by_label("From", exact=True).blur()
    expect(page).to_have_url(re.compile("from=2020-01&to=2022-01"))
    assert errors_seen == []


def test_what_only_the_server_refuses_is_told_and_the_chart_stays(
    page: Page, live_server: Any, peak: Alert, errors_seen: list[str]
) -> None:
    open_chart(page, live_server.url + ADDRESS)
    page.get_by_text("What to show").click()
    field = page.locator("input[name=from]")
    field.evaluate("element => { element.type = 'text'; }")  # as browsers see it that know no field for months
    field.fill("1999-01")
    field.blur()
    expect(page.get_by_role("alert")).to_have_text("There is no month 1999-01 here: counts begin with 2001-01.")
    assert page.url == live_server.url + ADDRESS
    field.fill("2020-01")
    field.blur()
    page.wait_for_url("**?from=2020-01")
    expect(page.locator("#problem")).to_be_hidden()
    assert [each for each in errors_seen if "400" not in each] == []  # the browser notes each answer that refuses


def test_table_and_key_follow_what_is_shown(page: Page, live_server: Any, peak: Alert, errors_seen: list[str]) -> None:
    open_chart(page, live_server.url + ADDRESS)
    page.get_by_text("The chart as a table").click()
    expect(page.locator("[data-fresh=months] tbody tr")).to_have_count(120)
    page.get_by_text("1 y", exact=True).click()
    expect(page.locator("[data-fresh=months] tbody tr")).to_have_count(12)
    show(page, "Per 30 days")
    expect(page.locator("[data-fresh=months] thead")).to_contain_text("Per 30 days")
    show(page, "3-year mean")
    expect(page.locator("figcaption")).to_contain_text("3-year mean + 30 %")
    assert errors_seen == []


def test_the_card_comes_into_view_and_has_the_focus(page: Page, live_server: Any, peak: Alert) -> None:
    for number in range(30):
        make_alert(peak.project, add_months(peak.month, -2 * number - 2))
    page.set_viewport_size({"width": 1280, "height": 700})
    open_chart(page, live_server.url + ADDRESS)
    page.locator("th [data-choose]").last.click()
    expect(page.locator("#card h2")).to_be_focused()
    expect(page.locator("#card h2")).to_be_in_viewport()


@pytest.mark.parametrize("width", [390, 1280])
def test_boxes_stand_beside_their_labels(page: Page, live_server: Any, peak: Alert, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(live_server.url + ADDRESS)
    page.get_by_text("What to show").click()
    label = page.locator(".filters .tick").first.bounding_box()
    box = page.locator(".filters .tick input").first.bounding_box()
    assert label
    assert box
    assert abs((box["y"] + box["height"] / 2) - (label["y"] + label["height"] / 2)) < 4
    assert box["x"] - label["x"] < 10


def test_a_point_of_year_over_year_opens_its_alert(page: Page, live_server: Any, peak: Alert, errors_seen: list[str]) -> None:
    open_chart(page, f"{live_server.url}{ADDRESS}?show=years&show=zero")
    click_peak(page)
    page.wait_for_url(f"**&alert={peak.pk}")
    expect(page.locator("#card")).to_contain_text("9,579 edits in November 2022")
    assert errors_seen == []


def test_the_picture_says_what_it_is(page: Page, live_server: Any, peak: Alert, errors_seen: list[str]) -> None:
    open_chart(page, live_server.url + ADDRESS)
    page.evaluate("""() => {
        const save = window.Plotly.downloadImage;
        window.Plotly.downloadImage = (figure, options) => { window.saved = figure.layout; return save(figure, options); };
    }""")
    with page.expect_download():
        page.get_by_role("button", name="PNG").click()
    title, note = page.evaluate("[window.saved.title.text, window.saved.annotations.at(-1).text]")
    assert title == "Icelandic Wikipedia: Edits"
    assert note.startswith("Source: Wikimedia Analytics API, CC0 · ")
    assert note.endswith(ADDRESS)
    assert errors_seen == []


def test_hover_over_editor_types_has_their_figures(page: Page, live_server: Any, peak: Alert, errors_seen: list[str]) -> None:
    EditCount.objects.create(
        project=peak.project, month=dt.date(2022, 11, 1), editor_type=EditorType.USER, edit_count=4321
    )  # fmt: skip
    open_chart(page, f"{live_server.url}{ADDRESS}?range=1&show=editors&show=zero")
    box = page.locator(".cartesianlayer .scatterlayer .points path").last.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + 2)
    expect(page.locator(".hoverlayer")).to_contain_text("registered editors: 4,321")
    assert errors_seen == []


@pytest.mark.parametrize("address", [ADDRESS, "/compare/?p=is.wikipedia.org", "/alerts/{pk}/"])
def test_without_scripts_the_chart_of_the_server_is_shown(browser: Any, live_server: Any, peak: Alert, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url + address.format(pk=peak.pk))
    expect(page.locator(".chart svg").first).to_be_visible()
    expect(page.locator(".wait")).not_to_be_visible()
    context.close()
