"""Faults and abuse of the charts and pages: W05, W06, W12, W13, W14, W19, W21 and W22 of the list of faults."""

from __future__ import annotations

import base64
import csv
import hashlib
import importlib
import io
import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from alerts.models import Alert
from annotations.models import Annotation
from dashboards.exports import cell
from dashboards.views.pages import STARTER, STARTER_HASH
from edits.models import Project
from tests.dashboards.test_charts import UPDATE, callback
from tests.factories import make_alert, make_edit_counts, make_project

NASTY = "</script><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}'\"&"


@pytest.fixture
def peak(db: None) -> Alert:
    import datetime as dt

    from edits.months import month_range

    cache.clear()
    project = make_project("is.wikipedia.org", language_name_en="Icelandic")
    make_edit_counts(project, dict.fromkeys(month_range(dt.date(2019, 1, 1), dt.date(2022, 12, 1)), 3000))
    return make_alert(project)


def test_w05_markup_in_names_and_notes_is_inert_on_every_page(client: Client, peak: Alert, bob: User) -> None:
    Project.objects.update(language_name_en=NASTY[:100], language_name=NASTY[:100], site_name=NASTY)
    Alert.objects.update(label=NASTY)
    Annotation.objects.create(alert=peak, text=NASTY, author=bob, status="published", headline=True)
    addresses = [
        "/", "/alerts/", f"/alerts/{peak.pk}/", f"/alerts/{peak.pk}/card/", "/projects/is.wikipedia.org/", "/languages/is/",
        f"/projects/is.wikipedia.org/?alert={peak.pk}", "/compare/?p=is.wikipedia.org", "/months/2022-11/",
        "/projects/?q=iswiki2",
    ]  # fmt: skip
    for address in addresses:
        text = client.get(address).content.decode()
        assert "<script>alert" not in text, address
        assert "<img src=x" not in text, address
        assert "49" not in re.findall(r"alert\(1\)[^<]{0,60}", text), address


def test_w05_markup_in_labels_and_names_is_inert_in_the_chart(client: Client, peak: Alert) -> None:
    Project.objects.update(language_name_en=NASTY[:100])
    Alert.objects.update(label=NASTY)
    for address in ("/projects/is.wikipedia.org/", f"/alerts/{peak.pk}/"):
        figure = callback(client, address).json()["response"]["drawing"]["data"]
        words = json.dumps([figure["layout"]["annotations"], [each.get("text") for each in figure["data"]]])
        assert "<script" not in words
        assert "<img" not in words
        assert "&lt;script&gt;" in words
    names = [
        each["name"]
        for each in callback(client, "/compare/", "?p=is.wikipedia.org").json()["response"]["drawing"]["data"]["data"]
    ]
    assert "<" not in names[0]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\tx", "\rx"])
def test_w06_cells_that_a_spreadsheet_would_run_are_made_text(text: str) -> None:
    assert str(cell(text)).startswith("'")


def test_w06_numbers_stay_numbers() -> None:
    assert (cell(-12), cell(-1.5), cell(None), cell("edits")) == (-12, -1.5, "", "edits")


def test_w06_files_carry_no_formula(client: Client, peak: Alert) -> None:
    Alert.objects.update(label='=HYPERLINK("https://evil.example")', excess=-3.5)

    for address in ("/alerts.csv", "/projects/is.wikipedia.org/counts.csv"):
        text = b"".join(client.get(address)).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        found = next(row for row in rows if row["label"])
        assert found["label"].startswith("'=")
    assert found["month"] == "2022-11"


@pytest.mark.parametrize(
    "changes",
    [
        {"output": "nothing.data"},
        {"output": "..drawing.data...graph.figure.."},
        {"output": ["drawing.data"]},
        {"output": None},
        {"inputs": "drawing"},
        {"inputs": [["address"]]},
        {"inputs": [{"id": "address"}]},
        {"inputs": [{"id": "address", "property": "pathname", "value": "/"}] * 10_000},
        {"inputs": [{"id": {"a": 1}, "property": {"b": 2}, "value": "/"}] * 2},
        {"state": {"a": 1}},
        {"changedPropIds": 5},
        {"outputs": 7},
    ],
    ids=str,
)
def test_w12_forged_callbacks_are_refused(client: Client, peak: Alert, changes: dict[str, Any]) -> None:
    response = callback(client, "/projects/is.wikipedia.org/", **changes)

    assert response.status_code == 400


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"\xff\xfe", b'"drawing.data"', b"[" * 100_000, b"x" * 100_000])
def test_w12_garbage_is_refused(client: Client, peak: Alert, body: bytes) -> None:
    assert client.post(UPDATE, body, content_type="application/json").status_code == 400


@pytest.mark.parametrize(
    ("pathname", "search"),
    [
        (["/projects/is.wikipedia.org/"], ""),
        ({"a": 1}, ""),
        (7, ""),
        (None, None),
        ("/projects/is.wikipedia.org/", ["?metric=edits"]),
        ("/projects/is.wikipedia.org/", 7),
        ("/projects/is.wikipedia.org/", "?from=2022-01&to=2021-01"),
        ("/projects/is.wikipedia.org/", "?from=0001-01"),
        ("/projects/is.wikipedia.org/", "?to=9999-12"),
        ("/projects/is.wikipedia.org/", "?from=10000-01"),
        ("/projects/is.wikipedia.org/", "?from=2022-01-01"),
        ("/projects/is.wikipedia.org/", "?metric=password"),
        ("/projects/is.wikipedia.org/", "?range=7"),
        ("/projects/is.wikipedia.org/", "?show=everything"),
        ("/projects/is.wikipedia.org/", "?alert=-1"),
        ("/projects/is.wikipedia.org/", "?alert=1%27%20OR%201=1"),
        ("/projects/is.wikipedia.org/", "?" + "a=1&" * 2_000),
        ("/projects/no.such.wiki/", ""),
        ("/projects/../../etc/passwd", ""),
        ("/alerts/99999999999999999999/", ""),
        ("/alerts/999999999999999999/", ""),
        ("/admin/", ""),
        ("/compare/", "?" + "&".join(f"p=x{n}.wikipedia.org" for n in range(60))),
        ("/compare/", "?p=no.such.wiki"),
        ("/compare/", ""),
    ],
    ids=str,
)
def test_w12_addresses_that_mean_nothing_are_refused(client: Client, peak: Alert, pathname: object, search: object) -> None:
    assert callback(client, pathname, search).status_code in {400, 404}


@pytest.mark.django_db
def test_w12_ten_thousand_projects_are_refused_before_a_query(client: Client, django_assert_max_num_queries: Any) -> None:
    search = "?" + "&".join(f"p=x{n}.wikipedia.org" for n in range(10_000))
    with django_assert_max_num_queries(2):
        assert callback(client, "/compare/", search).status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/dash/app/nothing/",
        "/dash/app/nothing/_dash-layout",
        "/dash/instance/nothing/_dash-layout",
        "/dash/app/nothing/_dash-dependencies",
    ],
)
def test_w12_unknown_charts_are_404(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_w12_callbacks_write_nothing(client: Client, peak: Alert, django_assert_num_queries: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as queries:
        callback(client, "/projects/is.wikipedia.org/")
    verbs = {query["sql"].split()[0].upper() for query in queries.captured_queries}
    assert verbs == {"SELECT"}


def test_w13_cookieless_callbacks_leave_no_sessions(peak: Alert) -> None:
    for _turn in range(20):
        assert not callback(Client(), "/projects/is.wikipedia.org/").cookies
    assert Session.objects.count() == 0


def test_w13_a_forged_session_cookie_leaves_no_session(peak: Alert) -> None:
    client = Client()
    client.cookies["sessionid"] = "x" * 32

    callback(client, "/projects/is.wikipedia.org/")

    assert Session.objects.count() == 0


@pytest.mark.django_db
def test_w14_the_guard_stands_before_every_view_of_the_charts() -> None:
    module, name = settings.PLOTLY_DASH["view_decorator"].rsplit(".", 1)
    guard = getattr(importlib.import_module(module), name)
    from django_plotly_dash.access import dash_view_decorator

    assert dash_view_decorator is guard


CHART_PAGES = ("/projects/is.wikipedia.org/", "/compare/?p=is.wikipedia.org")
PLAIN_PAGES = (
    "/",
    "/alerts/",
    "/projects/",
    "/languages/is/",
    "/months/2022-11/",
    "/methodology/",
    "/language/",
    "/search/?q=is",
)


def directives(response: Any) -> dict[str, list[str]]:
    parts = [part.split() for part in response["Content-Security-Policy"].split(";") if part.strip()]
    return {part[0]: part[1:] for part in parts}


@pytest.mark.parametrize("address", PLAIN_PAGES)
def test_w19_pages_without_a_chart_allow_no_inline_code(client: Client, peak: Alert, address: str) -> None:
    policy = directives(client.get(address))

    assert policy["script-src"] == ["'self'"]
    assert policy["style-src"] == ["'self'"]
    assert policy["default-src"] == ["'none'"]


@pytest.mark.parametrize("address", CHART_PAGES)
def test_w19_pages_with_a_chart_allow_one_line_of_script(client: Client, peak: Alert, address: str) -> None:
    response = client.get(address)
    policy = directives(response)

    assert policy["script-src"] == ["'self'", STARTER_HASH]
    assert "'unsafe-inline'" not in policy["script-src"]
    digest = base64.b64encode(hashlib.sha256(STARTER.encode()).digest()).decode()
    assert f"'sha256-{digest}'" == STARTER_HASH
    inline = [
        body for head, body in re.findall(r"<script([^>]*)>(.*?)</script>", response.content.decode(), re.DOTALL)
        if "src=" not in head and "application/json" not in head
    ]  # fmt: skip
    assert inline == [STARTER]


@pytest.mark.parametrize("address", [*PLAIN_PAGES, *CHART_PAGES])
def test_w19_pages_name_no_other_site_for_code_or_style(client: Client, peak: Alert, address: str) -> None:
    text = client.get(address).content.decode()

    assert not re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"']?(?:https?:)?//", text)


@pytest.mark.parametrize(
    "query",
    [
        "sort=project__private", "sort=-score", "status=open%27", "metric=password", "family=.*", "month=2010-13",
        "month=0001-01", "month=9999-12", "page=x", "page=-1", "per_page=1e9", "severity=all", "size=1", "direction=up",
        "language=" + "x" * 50, "project=%00",
    ],
)  # fmt: skip
def test_w21_filters_that_mean_nothing_are_refused(client: Client, peak: Alert, query: str) -> None:
    for address in ("/alerts/", "/alerts.csv", "/alerts.json"):
        assert client.get(f"{address}?{query}").status_code == 400


def test_w21_page_size_is_clamped(client: Client, peak: Alert) -> None:
    response = client.get("/alerts/?per_page=1000000000&page=1000000000")

    assert response.status_code == 200
    assert response.context["filter"].per_page == 200


def test_w21_lookups_in_the_address_reach_no_query(client: Client, peak: Alert) -> None:
    everything = client.get("/alerts/").context["page"].paginator.count

    assert client.get("/alerts/?project__private=true&id__gt=0&score__lt=-99").context["page"].paginator.count == everything


@pytest.mark.parametrize("query", ["%", "_", ".*", "(a+)+$", "\\", "'", "is%00", "\u202e", "a" * 100])
def test_w21_searches_are_text_not_patterns(client: Client, peak: Alert, query: str) -> None:
    from urllib.parse import quote

    assert client.get(f"/search/?q={quote(query)}").status_code in {200, 400}


def test_w22_a_signed_in_page_is_nobody_elses(client_for: Any, peak: Alert, bob: User) -> None:
    response = client_for(bob).get("/")

    assert "private" in response["Cache-Control"]
    assert "public" not in response["Cache-Control"]


def test_w22_public_pages_may_be_kept_and_vary(client: Client, peak: Alert) -> None:
    response = client.get("/")

    assert "public" in response["Cache-Control"]
    assert {"Cookie", "Accept-Language"} <= {part.strip() for part in response["Vary"].split(",")}
    assert not response.cookies
