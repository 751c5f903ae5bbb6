"""Every address keeps the rules of its kind; a new one that forgets them, or that no list of pages knows, fails here."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from alerts.models import Alert
from tests.address_rows import rows_of
from tests.addresses import KINDS, QUERIES, Kind, addresses_of, kind_of, patterns
from tests.dashboards.conftest import iceland, peak

__all__ = ["iceland", "peak"]

WRITING = ("post", "put", "patch", "delete")
TAKE_FORMS = {"login"}  # pages for everybody that take a form
READ = [name for name in patterns() if kind_of(name) in {Kind.PAGE, Kind.PART, Kind.DOCUMENT} and name not in TAKE_FORMS]


@pytest.fixture
def rows(peak: Alert, bob: User) -> dict[str, object]:
    return rows_of(peak, bob)


def named(kind: Kind) -> list[str]:
    return [name for name in patterns() if kind_of(name) == kind]


def test_the_tables_name_only_what_there_is() -> None:
    assert set(KINDS) | set(QUERIES) <= set(patterns())


@pytest.mark.parametrize("name", READ)
def test_what_everybody_reads_only_reads_and_says_how_long_it_may_be_kept(
    client: Client, rows: dict[str, object], name: str
) -> None:
    for address in addresses_of(name):
        answer = client.get(address.format(**rows))
        assert answer.status_code == 200, f"{address}: if strangers may not see it, enter it in KINDS of tests/addresses.py"
        assert "Cache-Control" in answer, f"{address} says nothing about caches: give its view @page"
        for method in WRITING:
            assert getattr(client, method)(address.format(**rows)).status_code == 405, f"{method} {address}"


@pytest.mark.parametrize("name", named(Kind.PAGE))
def test_a_page_for_everybody_is_a_whole_page(client: Client, rows: dict[str, object], name: str) -> None:
    for address in addresses_of(name):
        text = client.get(address.format(**rows)).content.decode()
        for part in ("<h1", "</html>"):
            assert part in text, f"{address} is no whole page: enter it in KINDS of tests/addresses.py"


@pytest.mark.parametrize("name", named(Kind.SIGNED_IN))
def test_a_page_for_who_is_signed_in_is_for_nobody_else(
    client: Client, client_for: Any, rows: dict[str, object], bob: User, name: str
) -> None:
    for address in addresses_of(name):
        stranger = client.get(address.format(**rows))
        assert stranger.status_code == 302
        assert stranger["Location"].startswith("/accounts/login/")
        own = client_for(bob).get(address.format(**rows))
        assert own.status_code in {200, 302, 403}
        if own.status_code == 200:
            assert "private" in own["Cache-Control"]


@pytest.mark.parametrize("name", named(Kind.FORM))
def test_what_takes_a_form_shows_nothing(client_for: Any, rows: dict[str, object], bob: User, name: str) -> None:
    for address in addresses_of(name):
        assert client_for(bob).get(address.format(**rows)).status_code == 405


@pytest.mark.parametrize("name", named(Kind.BY_LINK))
def test_a_page_by_link_is_kept_by_no_cache(client: Client, rows: dict[str, object], name: str) -> None:
    for address in addresses_of(name):
        answer = client.get(address.format(**rows))
        assert answer.status_code == 200
        assert {"no-store", "private"} <= set(answer["Cache-Control"].replace(",", "").split())
