"""Files of alerts and counts: what is asked for is what is answered, or it is refused."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alerts.models import Alert
from edits.models import Project
from tests.factories import make_alert, make_project

FILES = ("/alerts.json", "/alerts.csv", "/projects/is.wikipedia.org/counts.json", "/projects/is.wikipedia.org/counts.csv")


@pytest.fixture
def seven(iceland: Project) -> list[Alert]:
    return [make_alert(iceland, dt.date(2021, month, 1)) for month in range(1, 8)]


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def test_a_page_of_json_is_a_page_with_the_total_and_the_next_one(client: Client, seven: list[Alert]) -> None:
    first = client.get("/alerts.json?per_page=3").json()
    assert ([row["month"] for row in first["rows"]], first["total"]) == (["2021-07", "2021-06", "2021-05"], 7)
    second = client.get(first["next"]).json()
    assert [row["month"] for row in second["rows"]] == ["2021-04", "2021-03", "2021-02"]
    last = client.get(second["next"]).json()
    assert ([row["month"] for row in last["rows"]], last["next"]) == (["2021-01"], None)
    beyond = client.get("/alerts.json?page=9&per_page=3").json()
    assert (beyond["rows"], beyond["total"], beyond["next"]) == ([], 7, None)


def test_a_page_of_csv_names_the_next_one(client: Client, seven: list[Alert]) -> None:
    first = client.get("/alerts.csv?page=1&per_page=5")
    assert len(rows_of(first)) == 5
    assert first["Link"] == '<http://testserver/alerts.csv?page=2&per_page=5>; rel="next"'
    second = client.get("/alerts.csv?page=2&per_page=5")
    assert len(rows_of(second)) == 2
    assert "Link" not in second


def test_without_a_page_all_are_there(client: Client, seven: list[Alert]) -> None:
    everything = client.get("/alerts.json").json()
    assert (len(everything["rows"]), everything["total"], everything["next"]) == (7, 7, None)
    assert len(rows_of(client.get("/alerts.csv"))) == 7


@pytest.mark.parametrize("address", FILES)
@pytest.mark.parametrize("query", ["per-page=5", "limit=5", "offset=10", "from_=2010-01", "format=xml"])
def test_a_file_refuses_what_it_does_not_understand(client: Client, peak: Alert, address: str, query: str) -> None:
    answer = client.get(f"{address}?{query}")
    assert answer.status_code == 400
    assert query.split("=")[0] in answer.content.decode()


@pytest.mark.parametrize("address", [*FILES, "/alerts/{pk}.json"])
def test_pages_of_other_sites_may_read_files(client: Client, peak: Alert, address: str) -> None:
    assert client.get(address.format(pk=peak.pk))["Access-Control-Allow-Origin"] == "*"


def test_the_same_columns_come_from_one_alert_and_from_all(client: Client, peak: Alert) -> None:
    one, every = client.get(f"/alerts/{peak.pk}.json").json(), client.get("/alerts.json").json()
    assert one["rows"] == every["rows"]
    assert every["rows"][0]["url"] == f"http://testserver/alerts/{peak.pk}/"
    assert every["rows"][0]["project"] == "is.wikipedia.org"


def test_all_alerts_come_in_few_queries(client: Client, iceland: Project) -> None:
    for index in range(30):
        make_alert(make_project(f"x{index}.wikipedia.org"))
    with CaptureQueriesContext(connection) as few:
        assert len(rows_of(client.get("/alerts.csv"))) == 30
    for index in range(30, 90):
        make_alert(make_project(f"x{index}.wikipedia.org"))
    with CaptureQueriesContext(connection) as many:
        assert len(rows_of(client.get("/alerts.csv"))) == 90
    assert len(many) == len(few) <= 6


def test_a_month_that_has_not_begun_is_no_page(client: Client, peak: Alert) -> None:
    assert client.get("/months/2022-11/").status_code == 200
    assert client.get("/months/2199-12/").status_code == 404
