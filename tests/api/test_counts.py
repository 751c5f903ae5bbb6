"""The counts of one wiki, as the explorer has them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from alerts.models import Alert
from edits.metrics import METRICS
from edits.models import EditCount, Project


def items(client: Client, query: str = "") -> dict[str, dict[str, Any]]:
    answer = client.get(f"/api/v1/projects/is.wikipedia.org/counts{query}").json()
    return {item["month"]: item for item in answer["items"]}


def test_a_month_has_its_count_its_band_and_its_alert(client: Client, peak: Alert) -> None:
    item = items(client)["2022-11"]

    assert item["count"] == 9579
    assert item["lower"] < item["expected"] < item["upper"] < item["count"]
    assert item["alert"] == peak.pk


def test_a_missing_month_is_null_and_never_zero(client: Client, iceland: Project) -> None:
    assert items(client)["2020-06"]["count"] is None


def test_a_range_that_holds_nothing_is_empty(client: Client, iceland: Project) -> None:
    assert items(client, "?from=2024-01") == {}
    assert list(items(client, "?from=2022-11&to=2022-12")) == ["2022-11", "2022-12"]


def test_parts_are_given_where_they_are_known(client: Client, iceland: Project) -> None:
    month = EditCount.objects.filter(project=iceland).latest("month").month
    EditCount.objects.create(project=iceland, month=month, editor_type="group-bot", edit_count=70)

    assert items(client)["2022-12"]["by_editor_type"] == {"group-bot": 70}
    assert items(client)["2022-11"]["by_editor_type"] == {"group-bot": None}


def test_the_history_has_every_metric(client: Client, peak: Alert) -> None:
    answer = client.get("/api/v1/projects/iswiki/history").json()

    assert [each["metric"] for each in answer["metrics"]] == list(METRICS)
    assert [alert["id"] for alert in answer["alerts"]] == [peak.pk]
    assert answer["licence"] == "CC0-1.0"


@pytest.mark.parametrize("resource", ["", "/counts", "/history"])
def test_a_wiki_that_does_not_exist_is_said_so(client: Client, db: None, resource: str) -> None:
    response = client.get(f"/api/v1/projects/nowhere{resource}")

    assert response.status_code == 404
    assert "nowhere" in response.json()["detail"]
