"""E5: no value of a parameter or a header makes an error 500. Which ones a page reads is watched while it is shown.

Every parameter of every page is tried, with what breaks most and with a share of the other odd values. The next parameter, and
the same one of the next page, gets the next share: all values at all places would be ten thousand requests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import cycle
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.contrib import admin
from django.core.handlers.wsgi import WSGIRequest
from django.http import QueryDict
from django.http.request import HttpHeaders
from django.test import Client
from django.urls import reverse

from accounts.models import User
from alerts.models import Alert
from tests.address_rows import rows_of
from tests.addresses import addresses_of, patterns
from tests.dashboards.conftest import iceland, peak
from tests.faults.test_web_charts import callback

__all__ = ["iceland", "peak"]

# As they stand in an address.
WORST = ("99999999999999999999", "%00")
# In turns a number, a month and two texts: the shares of 4 have some of each.
SHARES = 4
OTHERS = (
    "-1", "1e9", "%D9%A3", "%C2%B2",
    "2022-13", "9999-12", "0000-00", "",
    "%ff", "x" * 3000, "%27%22%3C", "%E2%80%AE",
    "%ED%A0%80", "[]", "a%2Fb", "a&{name}=b",
)  # fmt: skip
ODD_HEADERS = ("", "\x00", "ÿ", "-1", "9" * 25, "x" * 3000, "fe80::1%" + "a" * 300, "a,b;q=2;q=,,", '"', "bytes=-1", "../..")
# Of lists and forms of the admin, which are many: numbers out of range, and what is no text.
ODD_OF_THE_ADMIN = ("-1", *WORST, "%ff", "x")
# What says on purpose that it is not served: a site that is not ready, and the forms of oEmbed that we do not write.
REFUSES = {"/readyz": 503, "/oembed": 501}
# What Django reads of each list of the admin, beside its filters.
OF_ALL_LISTS = ("o", "p", "q", "all", "e", "_facets", "_popup", "_to_field", "_changelist_filters")
PAGES = sorted(patterns())
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


class WatchedQuery(QueryDict):
    seen: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.seen.add(name)
        return super().__getitem__(name)

    def _getlist(self, key: str, default: Any = None, force_list: bool = False) -> Any:
        self.seen.add(key)
        return super()._getlist(key, default, force_list)  # type: ignore[misc]  # not in the stubs

    def __contains__(self, name: object) -> bool:
        self.seen.add(str(name))
        return super().__contains__(name)


class WatchedHeaders(HttpHeaders):
    seen: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.seen.add(f"HTTP_{name.upper().replace('-', '_')}")
        return super().__getitem__(name)


class WatchedMeta(dict[str, Any]):
    seen: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.seen.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.seen.add(str(name))
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.seen.add(name)
        return super().get(name, default)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[set[str], set[str]]]:
    """The names of parameters and of headers (as in `META`) that are read from now on."""
    parameters, headers = set[str](), set[str]()
    monkeypatch.setattr(WatchedQuery, "seen", parameters)
    monkeypatch.setattr(WatchedMeta, "seen", headers)
    monkeypatch.setattr(WatchedHeaders, "seen", headers)
    made = WSGIRequest.__init__

    def make(self: Any, environ: Mapping[str, Any]) -> None:
        made(self, environ)  # type: ignore[arg-type]
        self.__dict__["GET"] = WatchedQuery(environ.get("QUERY_STRING", ""))
        self.META = WatchedMeta(self.META)
        self.__dict__["headers"] = WatchedHeaders(self.META)

    monkeypatch.setattr(WSGIRequest, "__init__", make)
    yield parameters, headers
    monkeypatch.setattr(WSGIRequest, "__init__", made)


def ask(client: Client, address: str, query: str, **headers: Any) -> None:
    """Ask for a page; an error fails, but for a refusal of `REFUSES`."""
    answer = client.get(address, QUERY_STRING=query, **headers)
    if answer.streaming:
        b"".join(answer.streaming_content)
    fine = answer.status_code < 500 or answer.status_code == REFUSES.get(address)
    assert fine, f"{answer.status_code}: {address}?{query[:100]} {headers}"


def odd_queries(name: str, place: int) -> list[str]:
    """The parameter `name` with the worst values and the share of the others for this place."""
    return [f"{name}={odd.format(name=name)}" for odd in (*WORST, *OTHERS[place % SHARES :: SHARES])]


def send_odd_values(client: Client, address: str, watched: tuple[set[str], set[str]], place: int) -> None:
    """Odd values for each parameter that is read, beside the ordinary ones; odd headers for all at once that are read."""
    parts = urlsplit(address)
    parameters, headers = watched
    parameters.clear()
    headers.clear()
    ask(client, parts.path, parts.query)
    ordinary = dict(parse_qsl(parts.query))
    for offset, name in enumerate(sorted(parameters | set(ordinary))):
        others = "&".join(f"{other}={value}" for other, value in ordinary.items() if other != name)
        for odd in odd_queries(name, place + offset):
            ask(client, parts.path, f"{others}&{odd}")
    read = sorted(name for name in headers if name.startswith("HTTP_") and name != "HTTP_COOKIE")
    assert read
    for odd in ODD_HEADERS[place % SHARES :: SHARES]:
        ask(client, parts.path, parts.query, **dict.fromkeys(read, odd))


@pytest.mark.parametrize("name", PAGES)
def test_e5_odd_values_of_what_a_page_reads(
    name: str, peak: Alert, root: User, client_for: Any, watched: tuple[set[str], set[str]]
) -> None:
    rows = rows_of(peak, root)
    client = client_for(root)
    client.raise_request_exception = False
    for address in addresses_of(name)[:1]:
        send_odd_values(client, address.format(**rows), watched, PAGES.index(name))


@pytest.mark.django_db
@pytest.mark.parametrize("odd", ODD_HEADERS)
@pytest.mark.parametrize("header", ["HTTP_AUTHORIZATION", "HTTP_X_FORWARDED_FOR", "HTTP_ACCEPT_LANGUAGE", "HTTP_COOKIE"])
def test_e5_odd_headers_one_at_a_time(header: str, odd: str, client: Client, settings: Any) -> None:
    """Those that are read before any page: alone, so that none hides behind another."""
    settings.TRUSTED_PROXY_COUNT, settings.METRICS_TOKEN = 1, "x" * 40
    client.raise_request_exception = False
    for address in ("/", "/metrics", "/accounts/login/", "/admin/"):
        ask(client, address, "", **{header: odd})


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_e5_odd_values_of_the_lists_and_forms_of_the_admin(model: Any, peak: Alert, root: User, client_for: Any) -> None:
    rows_of(peak, root)
    client = client_for(root)
    client.raise_request_exception = False
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    listed = client.get(reverse(f"{name}_changelist"))
    assert listed.status_code < 500
    found = listed.context.get("cl") if listed.status_code == 200 and listed.context else None
    filters = [each for spec in found.filter_specs for each in spec.expected_parameters()] if found else []
    if found is not None and found.date_hierarchy:
        filters += [f"{found.date_hierarchy}__{part}" for part in ("year", "month", "day")]
    turns = cycle(ODD_OF_THE_ADMIN)
    for _turn in range(MODELS.index(model) % len(ODD_OF_THE_ADMIN)):
        next(turns)
    for parameter in (*OF_ALL_LISTS, "id__foo", "no_such_field"):
        ask(client, reverse(f"{name}_changelist"), f"{parameter}={next(turns)}")
    for parameter in filters:
        for odd in {WORST[0], next(turns)}:
            ask(client, reverse(f"{name}_changelist"), f"{parameter}={odd}")
    row = model._default_manager.first()
    pages = [reverse(f"{name}_add")] + ([reverse(f"{name}_change", args=[row.pk])] if row is not None else [])
    for address in pages:
        for parameter in OF_ALL_LISTS[-3:]:
            ask(client, address, f"{parameter}={next(turns)}")
    for odd in (*WORST, "x", "_5B_5D"):
        ask(client, f"{reverse(f'{name}_changelist')}{odd}/change/", "")


def test_e5_odd_values_of_what_charts_read(client: Client, peak: Alert, watched: tuple[set[str], set[str]]) -> None:
    client.raise_request_exception = False
    for address, query in (
        ("/projects/is.wikipedia.org/", ""),
        (f"/alerts/{peak.pk}/", ""),
        ("/compare/", "p=is.wikipedia.org"),
    ):
        watched[0].clear()
        ask(client, address, query)
        for place, name in enumerate(sorted(watched[0])):
            for odd in odd_queries(name, place):
                assert callback(client, address, f"?{query}&{odd}").status_code < 500, (address, odd)
