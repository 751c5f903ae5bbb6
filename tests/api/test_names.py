"""One name for one thing: columns of files are fields of the API, and wikis are found however they are called."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client

from alerts.models import Alert
from api.schemas import AlertItem, CountItem
from dashboards.views import alerts as alert_files
from dashboards.views import explorer_files
from edits.models import Project
from tests.factories import make_alert, make_project

OF_THE_ALERT = {"direction", "severity", "status", "category", "label", "note"}  # the API has them in the alert itself
OF_THE_CHART = {"part_of_alert_since"}


def test_columns_of_alerts_are_fields_of_alerts() -> None:
    assert set(alert_files.COLUMNS) <= set(AlertItem.model_fields)


def test_columns_of_counts_are_fields_of_counts_or_of_their_alert() -> None:
    others = set(explorer_files.COLUMNS) - set(CountItem.model_fields) - OF_THE_CHART

    assert others == OF_THE_ALERT
    assert set(AlertItem.model_fields) >= OF_THE_ALERT


def test_a_month_says_the_same_in_the_file_and_in_the_api(client: Client, peak: Alert) -> None:
    text = b"".join(client.get("/projects/is.wikipedia.org/counts.csv?range=all").streaming_content).decode("utf-8-sig")
    (row,) = [row for row in csv.DictReader(io.StringIO(text)) if row["month"] == "2022-11"]
    answer = client.get("/api/v1/projects/is.wikipedia.org/counts?from=2022-11&to=2022-11").json()
    (item,) = answer["items"]

    for name in set(explorer_files.COLUMNS) & set(CountItem.model_fields) - {"month"}:
        assert float(row[name]) == pytest.approx(item[name], abs=1e-4), name


NAMES = ["is.wikipedia.org", "iswiki", "https://is.m.wikipedia.org/wiki/Forsida", "IS.wikipedia", "Icelandic Wikipedia"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("path", ["alerts", "annotations", "events"])
def test_a_wiki_is_found_however_it_is_called(client: Client, peak: Alert, path: str, name: str) -> None:
    response = client.get(f"/api/v1/{path}", {"project": name})

    assert response.status_code == 200, response.content
    assert path != "alerts" or [item["id"] for item in response.json()["items"]] == [peak.pk]


@pytest.mark.parametrize(("path", "parameter"), [("alerts", "project"), ("annotations", "project"), ("events", "project")])
def test_a_wiki_that_is_none_is_refused_with_those_that_may_be_meant(
    client: Client, peak: Alert, path: str, parameter: str
) -> None:
    response = client.get(f"/api/v1/{path}", {parameter: "Icelandi"})

    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["parameter"] == parameter
    assert "is.wikipedia.org" in error["detail"]


@pytest.mark.parametrize("path", ["alerts", "projects"])
def test_a_language_is_found_by_a_name_of_it(client: Client, peak: Alert, path: str) -> None:
    make_alert(make_project("fo.wikipedia.org"))

    def projects(language: str) -> set[Any]:
        return {item["project"] for item in client.get(f"/api/v1/{path}", {"language": language}).json()["items"]}

    assert projects("is") == projects("Icelandic") == projects("íslenska") == {"is.wikipedia.org"}
    assert client.get(f"/api/v1/{path}", {"language": "klingonian"}).status_code == 400


@pytest.mark.parametrize("query", ["project=fo.wikipedia.org", "group=nowhere", "category=nothing", "cause=magic", "size=7"])
def test_a_filter_that_means_nothing_is_refused_and_never_answered_by_an_empty_list(
    client: Client, iceland: Project, query: str
) -> None:
    response = client.get(f"/api/v1/alerts?{query}")

    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == query.partition("=")[0]
