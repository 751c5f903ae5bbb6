"""Readers, and moderators who click in real browsers."""

from __future__ import annotations

import os
import random
import re
import shutil
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from playwright.sync_api import Error, Page, sync_playwright

from tests.addresses import Kind, pages
from tests.machines.site import Site

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
MODERATORS = ("alice", "anna")
PASSWORD = "knows this by heart"
MAKE_MODERATORS = f"""
from django.contrib.auth.models import Group
from accounts.models import User
from accounts.permissions import MODERATORS
for name in {MODERATORS!r}:
    person = User.objects.create_user(username=name, password={PASSWORD!r}, is_staff=True)
    person.groups.set(Group.objects.filter(name=MODERATORS))
"""
DOMAIN = "soak0x000.wikipedia.org"


def pages_to_read() -> list[str]:
    """The addresses of all that everybody may read, probes included; `{pk}` stands for an alert. Django must be set up."""
    found = [
        address.replace("is.wikipedia.org", DOMAIN)
        for kind in (Kind.PAGE, Kind.PART, Kind.DOCUMENT, Kind.PROBE)
        for address in pages(kind, code="soak0x000", month="2021-03")
    ]
    # The soak founds wikis and counts; it makes none of the other rows.
    return [address for address in found if set(re.findall(r"{(\w+)}", address)) <= {"pk"}]


def reader(
    site: Site, port: int, addresses: Sequence[str], source: random.Random, stopped: threading.Event, seen: Counter[str]
) -> None:
    """Reads one of `addresses` after the other; `seen` counts the answers."""
    while not stopped.wait(source.uniform(0.2, 1.0)):
        address = source.choice(addresses)
        status = site.get(port, address.format(pk=source.randint(1, 200)))
        seen[f"{address.split('?')[0]} {status or 'no answer'}"] += 1


@dataclass
class Moderator:
    """Signs in and decides: on an alert that was opened, or on some that were ticked in the list.

    What the site said is saved: (alert, words of mine) in `confirmed`, (reason, number of alerts) in `confirmed_many`.
    """

    name: str
    port: int
    source: random.Random
    confirmed: list[tuple[int, str]] = field(default_factory=list)
    confirmed_many: list[tuple[str, int]] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def work(self, stopped: threading.Event) -> None:
        with sync_playwright() as playwright:
            arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
            page = browser.new_page()
            page.set_default_timeout(15_000)
            while not stopped.is_set():
                try:
                    if self._opened_list(page):
                        self.source.choice((self._decide_one, self._decide_many))(page)
                except Error as error:  # the site was being restarted: a person would try again, too
                    self.seen[f"no page ({str(error).splitlines()[0][:60]})"] += 1
                stopped.wait(self.source.uniform(0.5, 2.0))
            browser.close()

    def _opened_list(self, page: Page) -> bool:
        """Alerts of some status are shown, after signing in where that is asked for; False when there are none."""
        status = self.source.choice(("new", "new", "new", "acknowledged", "explained", "dismissed"))
        page.goto(f"http://127.0.0.1:{self.port}/admin/alerts/alert/?status__exact={status}")
        if page.locator("#id_username").count():
            page.fill("#id_username", self.name)
            page.fill("#id_password", PASSWORD)
            page.press("#id_password", "Enter")
            page.wait_for_url("**/admin/alerts/**")
            self.seen["signed in"] += 1
        if page.locator("#result_list tbody tr").count():
            return True
        self.seen["no alert to decide"] += 1
        return False

    def _decide_many(self, page: Page) -> None:
        boxes = page.locator("input.action-select")
        for index in range(min(boxes.count(), self.source.randint(1, 4))):
            boxes.nth(index).check()
        page.select_option("select[name=action]", self.source.choice(("bulk_acknowledge", "bulk_dismiss")))
        page.locator("button[name=index]").first.click()
        page.wait_for_selector("form.bulk-form")
        reason = f"many {self.name} {len(self.confirmed_many)} {self.source.randrange(10**9)}"
        page.fill("form.bulk-form [name=reason]", reason)
        page.click("form.bulk-form button[type=submit]")
        page.wait_for_selector(".messagelist")
        found = re.search(r"(\d+) (?:was|were) changed", page.inner_text(".messagelist"))
        self.confirmed_many.append((reason, int(found[1]) if found else 0))
        self.seen["decided on several" if found else "several were refused"] += 1

    def _decide_one(self, page: Page) -> None:
        links = page.locator("#result_list tbody th a, #result_list tbody td a[href*='/change/']")
        links.nth(self.source.randrange(min(links.count(), 20))).click()
        page.wait_for_url("**/change/**")
        buttons = page.locator("button[name=_move]")
        if not buttons.count():
            self.seen["a page without a decision"] += 1
            return
        button = buttons.nth(self.source.randrange(buttons.count()))
        alert, move = int(page.url.split("/alert/")[1].split("/")[0]), button.get_attribute("value")
        words = f"soak {self.name} {len(self.confirmed)} {self.source.randrange(10**9)}"
        page.fill("#id_label", words)
        if move == "explain":
            page.select_option("#id_category", index=1)
        if page.locator("#id_reason").count():
            page.fill("#id_reason", f"Because of {words}")
        if page.locator("input[name=_next]").count():
            page.uncheck("input[name=_next]")
        button.click()
        self._look_at_answer(page, alert, words, str(move))

    def _look_at_answer(self, page: Page, alert: int, words: str, move: str) -> None:
        if page.locator(".messagelist .success").count():
            self.confirmed.append((alert, words))
            self.seen[f"decided: {move}"] += 1
        elif page.locator(".errornote, .errorlist").count():
            self.seen["told that it changed meanwhile, or what is missing"] += 1
        else:
            self.seen["no word of success"] += 1
