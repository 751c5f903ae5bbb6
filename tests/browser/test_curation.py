"""The two main journeys, in a real browser."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from alerts.models import Alert, Category, Status
from annotations.admin import READY_REASONS
from annotations.models import Annotation, Report
from edits.months import add_months
from tests.factories import make_alert, make_edit_counts, make_project

MONTH = dt.date(2022, 11, 1)
SignIn = Callable[[User], None]


def _alerts(count: int) -> list[Alert]:
    """Alerts of as many projects, worst first."""
    alerts = []
    for number in range(count):
        project = make_project(f"{'abcdefgh'[number]}x.wikipedia.org")
        counts = {add_months(MONTH, -back): 3000 + 17 * back for back in range(1, 60)} | {MONTH: 9579}
        make_edit_counts(project, counts)
        alerts.append(make_alert(project, MONTH, score=10.0 - number))
    return alerts


def _on_page_of(page: Page, alert: Alert) -> None:
    """The page of `alert` is there, with the chart that everybody sees."""
    expect(page.locator(".triage .lead h1")).to_have_text(alert.project.name)
    expect(page.frame_locator("iframe.chart").locator(".js-plotly-plot .scatterlayer .trace").first).to_be_visible(
        timeout=20_000
    )


def test_a_moderator_works_through_a_queue(
    page: Page, live_server: Any, sign_in: SignIn, alice: User, errors_seen: list[str]
) -> None:
    first, second, third = _alerts(3)
    sign_in(alice)
    page.goto(live_server.url + "/admin/")
    expect(page.get_by_role("heading", name="Waiting for you")).to_be_visible()
    page.get_by_role("link", name="3 new alerts").click()
    expect(page.locator("#result_list .spark")).to_have_count(3)
    page.get_by_role("link", name=first.project.name).click()
    _on_page_of(page, first)
    # With the mouse: choose a category, explain, and stand before the next one.
    page.locator("#id_category").select_option(label="Contest or campaign")
    page.get_by_label("Label").fill("WikiMarathon")
    page.get_by_role("button", name="Explain").click()
    _on_page_of(page, second)
    # A decision without its reason comes back with what was typed.
    page.get_by_label("Label").fill("Half a thought")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("Say why this alert is dismissed.")).to_be_visible()
    _on_page_of(page, second)
    expect(page.get_by_label("Label")).to_have_value("Half a thought")
    page.get_by_label("Reason or note").fill("Noise after an outage")
    page.get_by_label("Reason or note").press("Tab")
    page.get_by_role("button", name="Dismiss").click()
    # The last one with the keyboard alone.
    _on_page_of(page, third)
    expect(page.get_by_label("then go to the next alert")).not_to_be_checked()  # there is none
    page.keyboard.press("a")
    expect(page.locator(".triage .lead .status-acknowledged")).to_be_visible()
    _on_page_of(page, third)
    for alert in (first, second, third):
        alert.refresh_from_db()
    assert [alert.status for alert in (first, second, third)] == [Status.EXPLAINED, Status.DISMISSED, Status.ACKNOWLEDGED]
    assert (first.label, first.category) == ("WikiMarathon", Category.objects.get(slug="contest"))
    assert (second.label, second.dismissal_reason) == ("Half a thought", "Noise after an outage")
    assert errors_seen == []


def test_a_note_goes_from_a_member_over_a_moderator_to_the_chart(
    page: Page, live_server: Any, sign_in: SignIn, alice: User, bob: User, errors_seen: list[str]
) -> None:
    alert = _alerts(1)[0]
    text = "The WikiMarathon brought two hundred new editors."
    sign_in(bob)
    address = f"{live_server.url}{alert.project.get_absolute_url()}?alert={alert.pk}"
    page.goto(address)
    page.locator("#card textarea[name=text]").fill(text)
    page.locator("#card input[name=link]").fill("https://meta.wikimedia.org/wiki/WikiMarathon")
    page.locator("#card").get_by_role("button", name="Save note").click()
    expect(page.get_by_text("A moderator will look at it").first).to_be_visible()
    assert Annotation.objects.get().status == "pending"
    page.goto(address)
    expect(page.locator("#card .pending")).to_contain_text(text)
    page.goto(live_server.url + "/contributions/")
    expect(page.get_by_text("waiting for review")).to_be_visible()
    page.context.clear_cookies()
    page.goto(live_server.url + alert.get_absolute_url())
    assert text not in page.locator("main").inner_text()
    sign_in(alice)
    page.goto(live_server.url + "/admin/")
    page.get_by_role("link", name=text).click()
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator(".triage .lead .note-published")).to_be_visible()
    note = Annotation.objects.get()
    assert (note.status, note.author, note.headline) == ("published", bob, True)
    page.context.clear_cookies()
    page.goto(address)
    expect(page.locator("main table").get_by_text(text)).to_be_visible()
    chart = page.locator(".js-plotly-plot")
    expect(chart).to_be_visible(timeout=20_000)
    expect(chart).to_contain_text("WikiMarathon", timeout=20_000)
    assert errors_seen == []


def test_enter_in_a_text_field_saves_and_decides_nothing(
    page: Page, live_server: Any, sign_in: SignIn, alice: User, bob: User
) -> None:
    alert, explained = _alerts(2)
    Alert.objects.filter(pk=explained.pk).update(status="explained", category=Category.objects.get(slug="contest"))
    note = Annotation.objects.create(alert=alert, author=bob, text="A contest ran on this wiki.")
    shown = Annotation.objects.create(alert=alert, author=bob, text="A contest ran on that wiki.", status="published")
    report = Report.objects.create(annotation=shown, reporter=bob, reason="It was in May")
    sign_in(alice)
    fields = [
        (f"/admin/alerts/alert/{alert.pk}/change/", "#id_label"),
        (f"/admin/alerts/alert/{explained.pk}/change/", "#id_reason"),
        (f"/admin/annotations/annotation/{note.pk}/change/", "#id_reason"),
        (f"/admin/annotations/report/{report.pk}/change/", "#id_resolution"),
        ("/admin/alerts/alert/", "#id_form-1-label"),
    ]
    for path, field in fields:
        page.goto(live_server.url + path)
        page.locator(field).fill("Some words")
        with page.expect_navigation():
            page.locator(field).press("Enter")
    for row in (alert, explained, note, report):
        row.refresh_from_db()
    assert (alert.status, explained.status, note.status, report.status) == ("new", "explained", "pending", "open")
    assert (alert.label, explained.label) == ("Some words", "Some words")
    assert explained.history.filter(history_change_reason="Some words").exists()


def test_what_was_refused_is_in_view_and_has_the_focus(page: Page, live_server: Any, sign_in: SignIn, alice: User) -> None:
    alert = _alerts(1)[0]
    page.set_viewport_size({"width": 1280, "height": 720})
    sign_in(alice)
    page.goto(f"{live_server.url}/admin/alerts/alert/{alert.pk}/change/")
    for name in ("Explain", "Save"):
        expect(page.locator(".decisions").get_by_role("button", name=name)).to_be_in_viewport()
    page.keyboard.press("e")
    expect(page.get_by_text("Choose the kind of cause")).to_be_in_viewport()
    expect(page.locator("#id_category")).to_be_focused()
    Alert.objects.filter(pk=alert.pk).update(version=9)
    page.get_by_label("Label").fill("Bots")
    page.locator(".decisions").get_by_role("button", name="Save").click()
    expect(page.get_by_text("changed meanwhile")).to_be_in_viewport()


def test_what_was_typed_survives_a_link_and_the_end_of_the_session(
    page: Page, live_server: Any, sign_in: SignIn, alice: User
) -> None:
    alert = _alerts(2)[0]
    address = f"{live_server.url}/admin/alerts/alert/{alert.pk}/change/"
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    for path, field in ((address, "#id_label"), (f"{live_server.url}/alerts/{alert.pk}/annotations/", "#id_text")):
        sign_in(alice)
        page.goto(path)
        page.locator(field).fill("Half a thought of mine")
        page.locator("header a").first.click()
        expect(page.locator(field)).to_have_value("Half a thought of mine")
        assert asked.pop() == "beforeunload"
        page.context.clear_cookies(name="sessionid")
        page.locator(field).evaluate("field => field.form.requestSubmit()")
        expect(page.locator("[data-sign-in]")).to_be_visible()
        page.get_by_label("Username").fill("alice")
        page.get_by_label("Password").fill("alice knows this")
        page.locator("form[action*=login] button").click()
        expect(page.locator(field)).to_have_value("Half a thought of mine")
        with page.expect_navigation():  # else the next address would cut it off
            page.locator(field).evaluate("field => field.form.requestSubmit()")
        page.goto(path)
        assert asked == []
    alert.refresh_from_db()
    assert alert.label == "Half a thought of mine"
    assert Annotation.objects.get().text == "Half a thought of mine"


def test_filters_come_first_and_what_has_the_focus_is_seen(page: Page, live_server: Any, sign_in: SignIn, alice: User) -> None:
    _alerts(8)
    page.set_viewport_size({"width": 1280, "height": 500})
    sign_in(alice)
    page.goto(live_server.url + "/admin/alerts/alert/")
    first = page.locator("#changelist-filter summary").first
    page.locator("#content-start").focus()
    page.keyboard.press("Tab")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(first).to_be_focused()
    assert page.locator("#changelist-filter details[open]").count() == 0
    page.locator("#searchbar").focus()
    bar = "document.querySelector('.paginator').getBoundingClientRect().top"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.paginator') !== null"):
            break
        covered = page.evaluate(f"document.activeElement.getBoundingClientRect().bottom > {bar} + 1")
        assert not covered, page.evaluate("document.activeElement.outerHTML")


def test_keys_work_after_a_click_into_the_chart(page: Page, live_server: Any, sign_in: SignIn, alice: User) -> None:
    alert = _alerts(1)[0]
    sign_in(alice)
    page.goto(f"{live_server.url}/admin/alerts/alert/{alert.pk}/change/")
    _on_page_of(page, alert)
    page.frame_locator("iframe.chart").locator("body").click(position={"x": 200, "y": 200})
    page.keyboard.press("w")
    expect(page.locator("#id_reason")).to_be_focused()


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (390, "en"), (390, "he")])
def test_no_page_of_the_work_surface_runs_over_its_edge(
    width: int, language: str, page: Page, live_server: Any, sign_in: SignIn, alice: User, bob: User, settings: Any,
    errors_seen: list[str],
) -> None:  # fmt: skip
    settings.LANGUAGES, settings.LANGUAGE_CODE = [(language, language)], language
    alerts = _alerts(6)
    long = "A note with averyverylongwordthatnobodycanbreak" + "x" * 80 + " in it."
    note = Annotation.objects.create(alert=alerts[0], author=bob, text=long, link="https://example.org/" + "y" * 200)
    report = Report.objects.create(annotation=note, reporter=bob, reason=long)
    Alert.objects.filter(pk=alerts[0].pk).update(label="z" * 200, category=Category.objects.get(slug="policy"))
    page.set_viewport_size({"width": width, "height": 844})
    sign_in(alice)
    paths = [
        "/admin/",
        "/admin/alerts/alert/",
        "/admin/alerts/alert/?q=nothing-like-this",
        f"/admin/alerts/alert/{alerts[0].pk}/change/",
        "/admin/annotations/annotation/",
        f"/admin/annotations/annotation/{note.pk}/change/",
        f"/admin/annotations/report/{report.pk}/change/",
        f"/alerts/{alerts[0].pk}/annotations/",
        "/contributions/",
        f"/alerts/{alerts[0].pk}/",
        alerts[0].project.get_absolute_url() + f"?alert={alerts[0].pk}",
    ]
    User.objects.filter(pk=alice.pk).update(username="n" * 220)
    for path in paths:
        page.goto(live_server.url + path)
        assert page.evaluate("document.documentElement.dir || 'ltr'") == ("rtl" if language == "he" else "ltr")
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, (path, over)
    assert errors_seen == []


def test_d6_the_title_of_an_alert_has_its_own_line_on_a_phone(
    page: Page, live_server: Any, sign_in: SignIn, alice: User
) -> None:
    [alert, *_others] = _alerts(2)
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(alice)
    page.goto(f"{live_server.url}/admin/alerts/alert/{alert.pk}/change/")
    title, tools = (page.locator(f"#content-main {found}").first.bounding_box() for found in ("h1", ".object-tools"))
    assert title
    assert tools
    assert tools["y"] + tools["height"] <= title["y"]


def test_d5_no_letter_acts_inside_a_field_and_ctrl_enter_decides(
    page: Page, live_server: Any, sign_in: SignIn, alice: User, errors_seen: list[str]
) -> None:
    first, second = _alerts(2)
    sign_in(alice)
    page.goto(f"{live_server.url}/admin/alerts/alert/{first.pk}/change/?_changelist_filters=status__exact%3Dnew")
    page.locator("h1").first.wait_for()
    category, reason = page.locator("#id_category"), page.locator("#id_reason")
    bot_run = str(Category.objects.get(slug="bot-run").pk)
    page.keyboard.press("c")
    category.select_option(value=bot_run)
    for letter in "edacs":
        category.press(letter)
    assert category.input_value() == bot_run
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    assert category.input_value() == category.locator("option").nth(1).get_attribute("value")
    category.select_option(value=bot_run)
    reason.fill("ed1")
    assert (reason.input_value(), category.input_value()) == ("ed1", bot_run)
    reason.press("Control+Enter")
    expect(page.locator(".triage .lead h1")).to_have_text(second.project.name)
    first.refresh_from_db()
    assert (first.status, first.category_id) == (Status.EXPLAINED, int(bot_run))
    assert errors_seen == []


def test_d6_a_note_is_approved_and_explains_its_alert_in_one_step(
    page: Page, live_server: Any, sign_in: SignIn, alice: User, bob: User
) -> None:
    note = Annotation.objects.create(alert=_alerts(1)[0], author=bob, text="A contest ran on this wiki.")
    sign_in(alice)
    page.goto(f"{live_server.url}/admin/annotations/annotation/{note.pk}/change/")
    page.keyboard.press("e")
    expect(page.get_by_text("Choose the kind of cause")).to_be_in_viewport()
    page.locator("#id_cause").select_option(label="Contest or campaign")
    page.locator("#id_cause").press("Escape")
    page.keyboard.press("e")
    expect(page.locator(".triage .lead .note-published")).to_be_visible()
    alert = note.alert
    alert.refresh_from_db()
    assert (alert.status, alert.category.slug) == ("explained", "contest")


@pytest.mark.parametrize("digit", range(1, 6))
def test_d6_digits_pick_the_ready_made_reasons(
    page: Page, live_server: Any, sign_in: SignIn, alice: User, bob: User, digit: int
) -> None:
    note = Annotation.objects.create(alert=_alerts(1)[0], author=bob, text="A contest ran on this wiki.")
    sign_in(alice)
    page.goto(f"{live_server.url}/admin/annotations/annotation/{note.pk}/change/")
    page.keyboard.press(str(digit))
    expect(page.locator("#id_reason")).to_have_value(str(READY_REASONS[digit - 1]))
    page.keyboard.press("r")
    expect(page.locator(".triage .lead .note-rejected")).to_be_visible()
    note.refresh_from_db()
    assert note.review_reason == str(READY_REASONS[digit - 1])
