"""Faults and abuse of the charts and pages: W05, W06, W12, W13, W14, W19, W21 and W22 of the list of faults."""

from __future__ import annotations

import base64
import csv
import hashlib
import importlib
import io
import json
import re
import sys
from typing import Any

import dash
import django
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_plotly_dash.urls import urlpatterns as of_the_package

from accounts.models import User
from alerts.models import Alert
from alerts.spreadsheet import cell
from annotations.models import Annotation
from dashboards.charts.guard import ROUTES
from dashboards.views.pages import STARTER, STARTER_HASH
from edits.models import Project
from tests.address_rows import rows_of
from tests.addresses import ARGUMENT, Kind, addresses_of, pages
from tests.dashboards.test_charts import UPDATE, callback
from tests.factories import make_alert, make_edit_counts, make_project

NASTY = "</script><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}'\"&"


@pytest.fixture
def peak(db: None) -> Alert:
    import datetime as dt

    from edits.months import month_range

    project = make_project("is.wikipedia.org", language_name_en="Icelandic")
    make_edit_counts(project, dict.fromkeys(month_range(dt.date(2019, 1, 1), dt.date(2022, 12, 1)), 3000))
    return make_alert(project)


def test_w05_markup_in_names_and_notes_is_inert_on_every_page(client: Client, peak: Alert, bob: User) -> None:
    Project.objects.update(language_name_en=NASTY[:100], language_name=NASTY[:100], site_name=NASTY)
    Alert.objects.update(label=NASTY)
    Annotation.objects.create(alert=peak, text=NASTY, author=bob, status="published", headline=True)
    rows = rows_of(peak, bob)
    addresses = [
        address.format(**rows)
        for kind in (Kind.PAGE, Kind.PART)
        for address in pages(kind)
        if not address.startswith("/search/")
    ]  # JSON, which no browser takes for markup
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


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\tx", "\rx", "\nx",
        "＝1+1", "＋1", "－1", "＠SUM(A1)", "﹦1", "﹢1", "﹣1", "﹫SUM(A1)", "−1",
        "\ufeff=1", "\u200b=1", "\u200e@SUM(A1)", "\u2060\u200d+1", "\u202e=1", " =1", "\u00a0=1", "\u3000＝1", "\u00ad-1",
        "\u200b" * 60 + "=1", "\u3164=1", "\x00=1",
    ],
)  # fmt: skip
def test_w06_cells_that_a_spreadsheet_would_run_are_made_text(text: str) -> None:
    assert str(cell(text)).startswith("'")


def test_w06_numbers_stay_numbers() -> None:
    assert (cell(-12), cell(-1.5), cell(None), cell("edits")) == (-12, -1.5, "", "edits")
    assert [cell(text) for text in ("", " x", "\u200fעברית", "a=b", "5-7")] == ["", " x", "\u200fעברית", "a=b", "5-7"]


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


@pytest.mark.django_db
def test_e5_nothing_else_of_the_chart_package_is_to_be_had(client: Client) -> None:
    """`add_stateless_apps` wrote a row for every anonymous GET, and others show charts that we do not offer."""
    for pattern in of_the_package:
        address = "/dash/" + ARGUMENT.sub("chart", str(pattern.pattern))
        for method in ("get", "head", "post", "put", "patch", "delete", "options"):
            with CaptureQueriesContext(connection) as queries:
                status = getattr(client, method)(address).status_code
            assert not any(query["sql"].startswith(("INSERT", "UPDATE", "DELETE")) for query in queries), (method, address)
            assert status < 500, (method, address)
            if pattern.name not in ROUTES:
                assert status == 404, (method, address)


def test_e14_nothing_is_told_of_the_servers_make(client: Client, peak: Alert, bob: User) -> None:
    """Neither versions nor addresses of makers, in any page, and in what pages with a chart ask for."""
    rows = rows_of(peak, bob)
    parts = [f"/dash/app/chart/{part}" for part in ("_dash-layout", "_dash-dependencies")]
    makes = [f"Python {sys.version.split()[0]}", sys.version.split()[0], django.__version__, dash.__version__, "plotly.com"]
    for address in [*pages(), *pages(Kind.PART), *parts]:
        answer = client.get(address.format(**rows))
        text = f"{answer.headers}{answer.content.decode()}"
        assert not [make for make in makes if re.search(rf"(?<![\w.]){re.escape(make)}(?![\w.])", text)], address
        assert "python_version" not in text, address


def test_w12_callbacks_write_nothing(client: Client, peak: Alert, django_assert_num_queries: Any) -> None:
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


def directives(response: Any) -> dict[str, list[str]]:
    parts = [part.split() for part in response["Content-Security-Policy"].split(";") if part.strip()]
    return {part[0]: part[1:] for part in parts}


# A browser runs neither; a script of any other type counts.
BLOCK_OF_DATA = re.compile(r'\stype="application/(?:ld\+)?json"(?=\s|$)')
# The address of the page itself, in another language or form: a browser loads nothing from it.
ONLY_NAMES_A_PAGE_OF_OURS = re.compile(
    r'<link rel="(?:canonical|alternate)" (?:\w+="[\w/+-]+" )?href="http://testserver/[^"]*"'
)


@pytest.mark.parametrize("address", pages())
def test_w19_a_page_allows_one_line_of_script_where_a_chart_stands_and_none_elsewhere(
    client: Client, peak: Alert, bob: User, address: str
) -> None:
    response = client.get(address.format(**rows_of(peak, bob)))
    policy, text = directives(response), response.content.decode()
    inline = [
        body for head, body in re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL)
        if "src=" not in head and not BLOCK_OF_DATA.search(head)
    ]  # fmt: skip

    assert policy["default-src"] == ["'none'"]
    if inline:
        assert inline == [STARTER]
        assert policy["script-src"] == ["'self'", STARTER_HASH]
    else:
        assert policy["script-src"] == ["'self'"]
        assert policy["style-src"] == ["'self'"]
    absolute = re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"']?(?:https?:)?//[^>]*>", text)
    assert [tag for tag in absolute if not ONLY_NAMES_A_PAGE_OF_OURS.match(tag)] == []


def test_w19_the_line_of_script_is_the_one_that_is_allowed() -> None:
    digest = base64.b64encode(hashlib.sha256(STARTER.encode()).digest()).decode()
    assert f"'sha256-{digest}'" == STARTER_HASH


@pytest.mark.parametrize("name", ["explorer", "compare", "alert"])
def test_w19_pages_of_charts_have_that_line(client: Client, peak: Alert, name: str) -> None:
    assert STARTER in client.get(addresses_of(name)[0].format(pk=peak.pk)).content.decode()


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
