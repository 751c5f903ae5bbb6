"""Debian's Chromium, driven by pytest-playwright against a live server."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from accounts.models import User
from alerts.models import Alert
from edits.months import month_range
from tests.factories import make_alert, make_edit_counts, make_project

# Playwright keeps an event loop in the main thread, which Django would take for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    skip = pytest.mark.skip(reason="no Chromium: apt-get install chromium, or set CHROMIUM")
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(skip)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": arguments}


@pytest.fixture(autouse=True)
def what_was_asked_is_answered(live_server: Any) -> Iterator[None]:
    """The pages are closed by now (autouse: made before them, so ended after them) and the database is about to be emptied.
    A chart asked for in the last moment must not write into it afterwards."""
    earlier = set(threading.enumerate())  # among them those of other servers
    yield
    # Connections are taken in turn: once this one is answered, those before it have their threads.
    requests.get(f"{live_server.url}/healthz", timeout=30)
    for thread in set(threading.enumerate()) - earlier:
        if "process_request_thread" in thread.name:
            thread.join(timeout=30)
            assert not thread.is_alive(), "the server is still at work for a page that is closed"


@pytest.fixture
def sign_in(context: BrowserContext, live_server: Any) -> Callable[[User], None]:
    """Sign the browser in as a person, without the login page."""

    def sign_in(user: User) -> None:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return sign_in


@pytest.fixture
def errors_seen(page: Page) -> list[str]:
    """What the page's scripts threw and what the content security policy blocked, as it comes."""
    seen: list[str] = []
    page.on("pageerror", lambda error: seen.append(str(error)))
    page.on("console", lambda message: seen.append(message.text) if message.type == "error" else None)
    return seen


@pytest.fixture
def peak(transactional_db: None) -> Alert:
    """Icelandic Wikipedia over twelve years, quiet but for November 2022."""
    project = make_project("is.wikipedia.org", language_name="íslenska", language_name_en="Icelandic")
    make_project("is.wiktionary.org", language_name="íslenska", language_name_en="Icelandic")
    counts = {month: 3000 + 50 * (month.month % 7) for month in month_range(dt.date(2011, 1, 1), dt.date(2022, 12, 1))}
    counts[dt.date(2022, 11, 1)] = 9579
    make_edit_counts(project, counts)
    return make_alert(project, dt.date(2022, 11, 1))


@pytest.fixture
def strangers(page: Page, live_server: Any) -> list[str]:
    """Requests that left the site."""
    found: list[str] = []
    here = urlsplit(live_server.url).netloc
    page.on("request", lambda request: found.append(request.url) if urlsplit(request.url).netloc not in {here, ""} else None)
    return found
