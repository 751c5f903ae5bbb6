"""What nobody knows is refused or shown as such, alike by every filter of every page, part and file.

Which parameters an address reads is found by watching it read them: a new filter is tried without being listed here.
"""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import QueryDict
from django.test import Client

from accounts.models import User
from alerts.models import Alert
from tests.address_rows import rows_of
from tests.addresses import Kind, addresses_of, kind_of, patterns

UNKNOWN = "qwxzv"
LEADS_BACK = {"next"}  # an address of this site, or else the front page
# The API has its own refusals, and its own tests: tests/api/test_edge.py.
READ = [
    name
    for name in patterns()
    if kind_of(name) in {Kind.PAGE, Kind.PART, Kind.DOCUMENT} and not name.startswith("api-v1:") and name != "login"
]
FILES = [name for name in READ if kind_of(name) == Kind.DOCUMENT and name not in {"robots", "personal-feed"}]


class Watched(QueryDict):
    """Remembers which parameters were asked for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.asked: set[str] = set()
        super().__init__(*args, **kwargs)

    def __getitem__(self, key: str) -> Any:
        self.asked.add(key)
        return super().__getitem__(key)

    def getlist(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return super().getlist(key, default)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> list[Watched]:
    """The queries of all requests of the test."""
    seen: list[Watched] = []

    def query(request: WSGIRequest) -> QueryDict:
        if "_watched" not in request.__dict__:
            request.__dict__["_watched"] = Watched(request.META.get("QUERY_STRING", ""))
            seen.append(request.__dict__["_watched"])
        found: QueryDict = request.__dict__["_watched"]
        return found

    monkeypatch.setattr(WSGIRequest, "GET", property(query))
    return seen


@pytest.fixture
def rows(peak: Alert, bob: User) -> dict[str, object]:
    return rows_of(peak, bob)


def parameters_of(client: Client, address: str, watched: list[Watched]) -> set[str]:
    watched.clear()
    client.get(address)
    return set().union(*(query.asked for query in watched)) - LEADS_BACK


def test_the_watch_sees_what_a_page_reads(client: Client, peak: Alert, watched: list[Watched]) -> None:
    asked = parameters_of(client, "/alerts/", watched)
    assert {"month", "language", "family", "project", "severity", "cause", "page", "per_page"} <= asked


@pytest.mark.parametrize("name", READ)
def test_an_unknown_value_is_refused_or_shown(
    client: Client, rows: dict[str, object], watched: list[Watched], name: str
) -> None:
    for address in {address.format(**rows).split("?")[0] for address in addresses_of(name)}:
        for parameter in sorted(parameters_of(client, address, watched)):
            answer = client.get(address, {parameter: UNKNOWN})
            text = unescape(b"".join(answer).decode())
            assert answer.status_code in {400, 404} or UNKNOWN in text or '"results": []' in text, (address, parameter)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("parameter", ["per-page", "limit", "qwxzv"])
def test_a_file_refuses_parameters_that_it_does_not_know(
    client: Client, rows: dict[str, object], name: str, parameter: str
) -> None:
    for address in {address.format(**rows).split("?")[0] for address in addresses_of(name)}:
        answer = client.get(address, {parameter: "5"})
        assert answer.status_code == 400, address
        assert parameter in answer.content.decode()
