"""axe-core finds nothing serious on any page, light or dark, and no page leaves the site or logs an error."""

from __future__ import annotations

from importlib import resources
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from alerts.models import Alert
from annotations.services import annotation_contribute, annotation_edit, annotation_report
from tests.address_rows import rows_of
from tests.addresses import pages
from tests.events.conftest import make_event

pytestmark = pytest.mark.django_db(transaction=True)

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
ADDRESSES = list(pages())
ALSO = {"region"}  # less than serious by axe-core, but what stands outside of all landmarks is not found
# What scrolls sideways, but for the heat map, whose months are a line of time.
SCROLLING = """[...document.querySelectorAll(".scroll:not(.newest-first)")]
    .filter((place) => place.scrollWidth > place.clientWidth + 1)
    .map((place) => place.getAttribute("aria-labelledby") ?? place.className)"""

WIDER = """[document.documentElement, ...document.querySelectorAll(".results")]
    .some((place) => place.scrollWidth > place.clientWidth + 1)"""


def serious(page: Page) -> list[str]:
    """What axe-core calls serious or critical, with the elements."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        if violation["impact"] in {"serious", "critical"} or violation["id"] in ALSO
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360), ("light", 768)])
def test_no_page_has_a_serious_violation(
    page: Page,
    live_server: Any,
    peak: Alert,
    strangers: list[str],
    errors_seen: list[str],
    bob: User,
    scheme: Any,
    width: int,
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    problems, rows = {}, rows_of(peak, bob)
    for address in ADDRESSES:
        page.goto(live_server.url + address.format(**rows))
        if page.locator(".chart").count():
            expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=20_000)
        found = serious(page)
        page.evaluate("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })")
        found += [f"{place} scrolls sideways" for place in page.evaluate(SCROLLING)]
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if found or wider > 0:
            problems[address] = [*found, f"{wider} pixels too wide"] if wider > 0 else found
    assert problems == {}
    assert strangers == []
    assert errors_seen == []
    assert urlsplit(page.url).netloc == urlsplit(live_server.url).netloc


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_no_page_of_the_moderators_has_a_serious_violation(
    page: Page, live_server: Any, peak: Alert, sign_in: Any, alice: User, bob: User, scheme: Any, width: int
) -> None:
    note = annotation_contribute(alert=peak, by=bob, text="A contest ran on this wiki.", link="https://example.org/contest")
    shown = annotation_contribute(alert=peak, by=alice, text="A bot ran on this wiki.")
    report = annotation_report(annotation=shown, by=bob, reason="It was in May")
    annotation_edit(annotation=note, by=alice, text="A contest ran on this wiki in May.", reason="The month was missing")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    alerts = "/admin/alerts/alert/"
    addresses = (
        "/admin/", alerts, alerts + "?q=nothing", f"{alerts}{peak.pk}/change/", "/admin/alerts/category/",
        "/admin/annotations/annotation/", "/admin/annotations/annotation/?status__exact=rejected",
        f"/admin/annotations/annotation/{note.pk}/change/",
        "/admin/annotations/report/", f"/admin/annotations/report/{report.pk}/change/",
    )  # fmt: skip
    problems = {}
    for person, paths in ((alice, addresses), (bob, ("/contributions/", f"/alerts/{peak.pk}/annotations/"))):
        sign_in(person)
        for address in paths:
            page.goto(live_server.url + address)
            if page.locator("iframe.chart").count():
                expect(page.frame_locator("iframe.chart").locator(".main-svg").first).to_be_visible(timeout=20_000)
            expect(page.locator("h1")).to_have_count(1)
            if found := serious(page):
                problems[address] = found
    sign_in(alice)
    page.goto(live_server.url + alerts)
    page.locator("input[name=_selected_action]").first.check()
    page.locator("select[name=action]").select_option("bulk_dismiss")
    page.locator(".actions button").click()
    if found := serious(page):
        problems["bulk"] = found
    assert problems == {}


def test_d14_no_list_of_the_admin_scrolls_sideways_on_a_phone(
    page: Page, live_server: Any, peak: Alert, sign_in: Any, root: User
) -> None:
    make_event()
    page.set_viewport_size({"width": 390, "height": 800})
    sign_in(root)
    lists = [reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in admin.site._registry]
    wide = {}
    for address in lists:
        page.goto(live_server.url + address)
        wide[address] = page.evaluate(WIDER)
    assert [address for address, too_wide in wide.items() if too_wide] == []
