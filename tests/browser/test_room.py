"""Words have room on a phone in the longest language: no page scrolls sideways, and nothing that is read is cut off."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.models import User
from alerts.models import Alert
from tests.address_rows import rows_of
from tests.addresses import Kind, pages
from tests.pseudo_languages import LONGER, TURNED, speak

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESSES = [
    *pages(), *pages(Kind.SIGNED_IN), *pages(Kind.BY_LINK),
    "/admin/", "/admin/alerts/alert/", "/admin/alerts/alert/{pk}/change/",
]  # fmt: skip
# Texts that stick out of the screen, or out of what hides the rest. What scrolls by itself, what ends in an ellipsis on
# purpose, and what is only there for screen readers is left alone.
UNFOLD = "document.querySelectorAll('main details, details.languages').forEach((fold) => { fold.open = true; })"
CUT_OFF = """() => {
  const cut = (part) => {
    const walk = document.createRange();
    walk.selectNodeContents(part);
    const text = walk.getBoundingClientRect();
    if (text.width < 2) return false;
    for (let box = part; box; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.textOverflow === 'ellipsis' || style.position === 'fixed') return false;
      const room = box.getBoundingClientRect();
      if (['auto', 'scroll'].includes(style.overflowX)) return room.left < -1 || room.right > innerWidth + 1;
      if (['hidden', 'clip'].includes(style.overflowX)) {
        if (room.width < 2) return false;
        if (text.left < room.left - 1 || text.right > room.right + 1) return true;
      }
    }
    return text.left < -1 || text.right > innerWidth + 1;
  };
  const own = (part) => [...part.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const spills = (part) => part.matches('button, .btn, .primary, .chip, select, summary')
    && getComputedStyle(part).display !== 'inline' && part.clientWidth > 1 && part.scrollWidth > part.clientWidth + 1;
  return [...document.body.querySelectorAll('*:not(script, style, option, svg, svg *)')]
    .filter((part) => own(part) && part.checkVisibility() && !part.closest('.js-plotly-plot') && (cut(part) || spills(part)))
    .map((part) => `${part.outerHTML.slice(0, 160)} is cut off`);
}"""


@pytest.mark.parametrize("language", [LONGER, TURNED])
def test_the_longest_words_have_room_on_a_phone(
    page: Page, live_server: Any, peak: Alert, alice: User, sign_in: Any, settings: Any, monkeypatch: Any, language: str
) -> None:
    speak(language, monkeypatch, settings)
    sign_in(alice)
    page.set_extra_http_headers({"Accept-Language": language})
    page.set_viewport_size({"width": 390, "height": 800})
    rows, problems = rows_of(peak, alice), {}
    for address in ADDRESSES:
        answer = page.goto(live_server.url + address.format(**rows), wait_until="domcontentloaded")
        assert answer
        assert answer.ok, address
        assert page.locator("html").get_attribute("lang") == language, address
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == TURNED else "ltr")
        page.evaluate(UNFOLD)
        found = page.evaluate(CUT_OFF)
        if (wider := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
            found.append(f"{wider} pixels too wide")
        if found:
            problems[address] = found
    assert problems == {}
