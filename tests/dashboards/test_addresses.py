"""Every address of the public pages keeps the rules of a page; a new one that forgets them fails here."""

from __future__ import annotations

import re

from django.conf import settings
from django.urls import URLPattern, resolve

from dashboards.urls import urlpatterns
from tests.addresses import Kind, kind_of
from tests.dashboards.test_queries import QUERIES, ROW_QUERIES

PAGES = {entry.name: entry for entry in urlpatterns if isinstance(entry, URLPattern)}


def test_the_document_on_adding_a_page_names_what_there_is() -> None:
    text = (settings.BASE_DIR / "docs/adding-a-page.md").read_text()
    named = set(re.findall(r"`((?:dashboards|tests|templates)/[\w/.-]*)`", text))
    assert len(named) >= 5
    assert {path for path in named if not (settings.BASE_DIR / path).exists()} == set()


def test_a_page_has_a_pinned_number_of_queries() -> None:
    asked = [address.split("?")[0] for address in (*QUERIES, *ROW_QUERIES)]
    pinned = {resolve(address.format(pk=1, event=1, group="a")).url_name for address in asked}
    shown = {name for name in PAGES if kind_of(name) in {Kind.PAGE, Kind.PART}}
    assert shown - pinned == set(), "Pin its queries in test_queries.py."
