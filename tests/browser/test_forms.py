"""What people type is kept until the server has it, is sent once, and a lost network is said."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from alerts.models import Alert
from annotations.models import Annotation
from tests.browser.test_explorer import open_chart
from tests.factories import make_alert

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "A contest ran on this wiki all month."
NOTE = "textarea[name=text]"


@pytest.fixture
def card(peak: Alert, live_server: Any) -> str:
    return f"{live_server.url}/projects/is.wikipedia.org/?alert={peak.pk}"


def expect_offered_again(page: Page, field: str = NOTE, words: str = WORDS) -> None:
    expect(page.locator(field)).to_have_value(words)
    expect(page.get_by_text("Your words from before are here again")).to_be_visible()


def test_words_outlive_another_form_a_reload_a_closed_card_another_peak_and_another_page(
    page: Page, live_server: Any, card: str, peak: Alert, sign_in: Any, alice: User
) -> None:
    other = make_alert(peak.project, peak.month.replace(month=3))
    sign_in(alice)
    open_chart(page, card)
    page.locator(NOTE).fill(WORDS)
    page.locator("select[name=category]").select_option("contest")
    with page.expect_navigation():
        page.get_by_role("button", name="Save label").click()
    expect_offered_again(page)
    assert page.locator("select[name=category]").input_value() == "contest"
    page.reload()
    expect_offered_again(page)
    page.get_by_role("link", name="Close").click()
    expect(page.get_by_role("link", name="Close")).to_have_count(0)  # what is shown now is the newest alert: the same one
    expect_offered_again(page)
    page.locator(f"tr [data-choose='{other.pk}']").first.click()
    expect(page.locator(NOTE)).to_have_value("")
    page.locator(f"tr [data-choose='{peak.pk}']").first.click()
    expect_offered_again(page)
    page.goto(f"{live_server.url}/alerts/{peak.pk}/")
    expect_offered_again(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Save note").click()
    expect(page.get_by_text(WORDS).first).to_be_visible()
    expect(page.locator(NOTE)).to_have_value("")
    assert Annotation.objects.get().text == WORDS


def test_words_are_those_of_one_person(page: Page, card: str, sign_in: Any, alice: User, bob: User) -> None:
    sign_in(bob)
    open_chart(page, card)
    page.locator(NOTE).fill(WORDS)
    page.context.clear_cookies()
    sign_in(alice)
    page.reload()
    expect(page.locator(NOTE)).to_have_value("")
    page.context.clear_cookies()
    sign_in(bob)
    page.reload()
    expect_offered_again(page)
    page.get_by_role("button", name="Discard them").click()
    page.reload()
    expect(page.locator(NOTE)).to_have_value("")


def test_two_presses_save_once(page: Page, card: str, sign_in: Any, bob: User) -> None:
    sign_in(bob)
    open_chart(page, card)
    page.locator(NOTE).fill(WORDS)
    page.route("**/annotations/", lambda route: (page.wait_for_timeout(300), route.continue_()))
    with page.expect_navigation():
        page.locator(f"form:has({NOTE})").evaluate("form => { form.requestSubmit(); form.requestSubmit(); }")
    assert Annotation.objects.count() == 1


def test_an_ended_session_is_said_and_nothing_is_lost(page: Page, card: str, sign_in: Any, bob: User) -> None:
    sign_in(bob)
    open_chart(page, card)
    page.locator(NOTE).fill(WORDS)
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save note").click()
    page.locator("#card .errors").get_by_role("link", name="Sign in").click()
    page.get_by_label("Username").fill("bob")
    page.get_by_label("Password").fill("bob knows this")
    page.locator("main form button").click()
    expect_offered_again(page)


def test_without_network_a_peak_and_a_form_say_so(
    page: Page, context: BrowserContext, card: str, peak: Alert, sign_in: Any, bob: User
) -> None:
    other = make_alert(peak.project, peak.month.replace(month=3))
    sign_in(bob)
    open_chart(page, card)
    page.locator(NOTE).fill(WORDS)
    context.set_offline(True)
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("#card .errors")).to_contain_text("The site cannot be reached")
    expect(page.get_by_role("button", name="Save note")).to_be_enabled()
    page.locator(f"tr [data-choose='{other.pk}']").first.click()
    expect(page.locator("#card .errors")).to_contain_text("The site cannot be reached")
    context.set_offline(False)
    page.locator("#card").get_by_role("link", name="Try again").click()
    expect(page.locator("#card h2")).to_contain_text("March")
    page.locator(f"tr [data-choose='{peak.pk}']").first.click()
    expect_offered_again(page)


def test_a_tapped_peak_brings_its_card_into_view(new_context: Any, live_server: Any, peak: Alert) -> None:
    page = new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).new_page()
    open_chart(page, f"{live_server.url}/projects/is.wikipedia.org/")
    place = page.evaluate(
        """() => {
            const plot = document.querySelector('.js-plotly-plot');
            const trace = plot._fullData.find((one) => one.mode === 'markers' && one.customdata);
            const box = plot.querySelector('.nsewdrag').getBoundingClientRect();
            return [box.left + plot._fullLayout.xaxis.d2p(trace.x[0]), box.top + plot._fullLayout.yaxis.d2p(trace.y[0])];
        }"""
    )
    page.touchscreen.tap(*place)
    heading = page.locator("#card h2")
    expect(heading).to_contain_text("November 2022", timeout=10_000)
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport()
