"""Pages from right to left: their layout is turned, and what has a direction of its own is not."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from alerts.models import Alert
from curation.language import arrow
from tests.address_rows import rows_of

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = (
    "/?month=2022-11", "/projects/is.wikipedia.org/?alert={pk}", "/alerts/{pk}/", "/alerts/", "/languages/",
    "/months/2022-11/", "/compare/?p=is.wikipedia.org&p=is.wiktionary.org", "/following/", "/contributions/",
    "/admin/", "/admin/alerts/alert/", "/admin/alerts/alert/{pk}/change/",
)  # fmt: skip
WIDTHS = (1280, 390)
# Texts whose characters do not come in the order in which they were written: a domain, a percentage or a number with its sign.
# Each is found in the text nodes, and its first character must stand to the left of its last.
JUMPED = r"""() => {
  const ORDERED = /[+\u2212]?\u200e*\d[\d,.]*\u200e*%|[+\u2212]\u200e*\d[\d,.]*|[a-z-]+(?:\.[a-z-]+)+/g;
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const place = (node, at) => {
    const range = document.createRange();
    range.setStart(node, at); range.setEnd(node, at + 1);
    return range.getBoundingClientRect();
  };
  while (walk.nextNode()) {
    const node = walk.currentNode;
    for (const match of node.data.matchAll(ORDERED)) {
      const first = place(node, match.index), last = place(node, match.index + match[0].length - 1);
      if (first.width && last.width && first.bottom > last.top && first.top < last.bottom && first.left >= last.left) {
        found.push(match[0]);
      }
    }
  }
  return found;
}"""
# Names and words that people wrote, and domains beside them, which would take their neighbours along.
OUT_OF_ISOLATION = """() => [...document.querySelectorAll('main [translate=no]:not(input, textarea, svg *, code, pre)')]
  .filter((each) => /[a-z]/i.test(each.textContent) && getComputedStyle(each).display === 'inline')
  .filter((each) => ![each, ...each.children].some((part) => getComputedStyle(part).unicodeBidi.includes('isolate')))
  .map((each) => each.outerHTML)"""


def turned(page: Page, address: str) -> None:
    """Open a page in Arabic."""
    page.goto(f"{address}{'&' if '?' in address else '?'}uselang=ar")


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_in_arabic_are_turned_and_what_is_latin_in_them_is_not(
    page: Page, live_server: Any, peak: Alert, alice: User, sign_in: Any, errors_seen: list[str], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(alice)
    rows, problems = rows_of(peak, alice), {}
    for address in PAGES:
        turned(page, live_server.url + address.format(**rows))
        if page.locator("div.chart").count():
            expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=20_000)
        assert page.locator("html").get_attribute("dir") == "rtl"
        assert page.locator("html").get_attribute("lang") == "ar"
        found = [f"{text} runs backwards" for text in page.evaluate(JUMPED)]
        found += [f"{html} takes its neighbours along" for html in page.evaluate(OUT_OF_ISOLATION)]
        if (wider := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
            found.append(f"{wider} pixels too wide")
        if found:
            problems[address] = found
    assert problems == {}
    assert errors_seen == []


def left_of(page: Page, selector: str, position: int = 0) -> float:
    box = page.locator(selector).nth(position).bounding_box()
    assert box
    return box["x"]


@pytest.mark.parametrize("width", WIDTHS)
def test_time_runs_from_left_to_right_and_pages_say_so(page: Page, live_server: Any, peak: Alert, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    turned(page, f"{live_server.url}/projects/is.wikipedia.org/?alert={peak.pk}")
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=20_000)

    years = page.locator(".xaxislayer-above text").all_text_contents()
    assert len(years) > 2
    assert years == sorted(years)
    places = [left_of(page, ".xaxislayer-above text", position) for position in range(len(years))]
    assert places == sorted(places)
    expect(page.locator(".key")).to_contain_text("يمتد الزمن من اليسار إلى اليمين")

    turned(page, f"{live_server.url}/months/2022-11/")
    assert left_of(page, ".heat thead th", 0) < left_of(page, ".heat thead th", -1)
    assert left_of(page, ".heat thead th", 23) < left_of(page, ".heat thead th", 24)


def test_signs_that_point_are_turned(page: Page, live_server: Any, peak: Alert, alice: User, sign_in: Any) -> None:
    """The sign of the summary is drawn by the browser; those of the months before and after are mirrored characters."""
    turned(page, f"{live_server.url}/months/2022-11/")
    assert left_of(page, "a[rel=prev]") > left_of(page, "a[rel=next]")
    assert page.locator("a[rel=prev]").inner_text().startswith("‹")

    sign_in(alice)
    turned(page, f"{live_server.url}/admin/alerts/alert/{peak.pk}/change/")
    crumbs = page.locator(".breadcrumbs")
    assert left_of(page, ".breadcrumbs a", 0) > left_of(page, ".breadcrumbs a", 1) > left_of(page, ".breadcrumbs bdi")
    assert crumbs.inner_text().count("›") == 2
    peak.label = "A contest"
    peak.save()
    turned(page, f"{live_server.url}/admin/alerts/alert/{peak.pk}/change/")
    expect(page.locator("ol.history")).to_contain_text("←")
    assert arrow() == "→"


def test_an_empty_field_shows_our_words_in_their_direction(
    page: Page, live_server: Any, peak: Alert, alice: User, sign_in: Any
) -> None:
    sign_in(alice)
    turned(page, f"{live_server.url}/alerts/{peak.pk}/")
    field = page.locator("textarea[name=text]")
    direction = "(field) => getComputedStyle(field).direction"

    assert field.evaluate(direction) == "rtl"
    field.fill("A contest")
    assert field.evaluate(direction) == "ltr"
    assert page.locator("input[name=link]").evaluate(direction) == "ltr"
