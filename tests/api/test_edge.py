"""What every answer shares: errors, limits, caches, other sites."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from alerts.models import Alert


@pytest.mark.parametrize(
    ("address", "parameter", "words"),
    [
        ("alerts?metric=views", "metric", "edits"),
        ("alerts?month=2026-13", "month", "YYYY-MM"),
        ("alerts?limit=0", "limit", "1"),
        ("alerts?limit=many", "limit", "integer"),
        ("alerts?fields=edits", "fields", "percentage_difference"),
        ("alerts?colour=red", "colour", "severity"),
        ("metrics?limit=3", "limit", "none"),
        ("projects?family=wikiwiki", "family", "wikipedia"),
        ("projects/is.wikipedia.org/counts?from=yesterday", "from", "YYYY-MM"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    client: Client, peak: Alert, address: str, parameter: str, words: str
) -> None:
    response = client.get(f"/api/v1/{address}")

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    (error,) = response.json()["errors"]
    assert error["parameter"] == parameter
    assert words in error["detail"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_api_is_read_only(client: Client, db: None, method: str) -> None:
    response = getattr(client, method)("/api/v1/alerts")

    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, OPTIONS"
    assert response["Content-Type"] == "application/problem+json"


def test_an_address_that_does_not_exist_is_a_problem_document(client: Client, db: None) -> None:
    response = client.get("/api/v1/nothing/here")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_head_is_get_without_the_body(client: Client, peak: Alert) -> None:
    head, body = client.head("/api/v1/alerts"), client.get("/api/v1/alerts")

    assert head.status_code == 200
    assert head.content == b""
    assert head["Content-Type"] == body["Content-Type"]


def test_what_is_known_already_is_not_sent_again(client: Client, peak: Alert) -> None:
    known = client.get("/api/v1/alerts")["ETag"]

    assert client.get("/api/v1/alerts", headers={"If-None-Match": known}).status_code == 304
    Alert.objects.update(count=1)
    assert client.get("/api/v1/alerts", headers={"If-None-Match": known}).status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_answers_are_compressed(client: Client, peak: Alert, encoding: str) -> None:
    response = client.get("/api/v1/projects/is.wikipedia.org/counts", headers={"Accept-Encoding": encoding})

    assert response["Content-Encoding"] == encoding
    assert "Accept-Encoding" in response["Vary"]


def test_other_sites_may_read_and_no_cookie_is_set(client: Client, peak: Alert) -> None:
    response = client.get("/api/v1/alerts", headers={"Origin": "https://example.org"})
    before = client.options("/api/v1/alerts", headers={"Origin": "https://example.org"})

    assert response["Access-Control-Allow-Origin"] == before["Access-Control-Allow-Origin"] == "*"
    assert "GET" in before["Access-Control-Allow-Methods"]
    assert not response.cookies


@override_settings(RATELIMIT_ENABLE=True, API_RATE="2/m")
def test_an_address_that_asks_too_often_is_told_when_to_come_back(
    client: Client, peak: Alert, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In every second of the minute, also in the one in which the limit counts anew."""
    waits = []
    for now in range(1_800_000_000, 1_800_000_060):
        monkeypatch.setattr("django_ratelimit.core.time", SimpleNamespace(time=lambda now=now: now))
        cache.clear()
        answers = [client.get("/api/v1/categories") for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 429]
        assert answers[0]["RateLimit-Policy"] == '"api";q=2;w=60'
        assert answers[0]["RateLimit"].startswith('"api";r=1;t=')
        assert answers[2]["Content-Type"] == "application/problem+json"
        waits.append(int(answers[2]["Retry-After"]))
    assert (min(waits), max(waits)) == (1, 59)
    assert client.get("/api/v1/categories", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_words_are_english_whatever_the_reader_speaks(client: Client, db: None) -> None:
    """Programs compare words: they must not change with the language of a browser."""

    def labels(language: str) -> Any:
        return client.get("/api/v1/metrics", headers={"Accept-Language": language}).json()

    assert labels("de") == labels("en")


def test_an_answer_has_the_time_since_when_it_has_been_the_same(client: Client, peak: Alert) -> None:
    """A row that leaves an answer leaves no date behind: the answer itself is compared, and never a column of dates."""
    first = client.get("/api/v1/alerts")["Last-Modified"]

    assert client.get("/api/v1/alerts", headers={"If-Modified-Since": first}).status_code == 304
    Alert.objects.update(status="withdrawn")
    second = client.get("/api/v1/alerts", headers={"If-Modified-Since": first})
    assert second.status_code == 200
    assert second.json()["items"] == []
    Alert.objects.update(status="new")
    third = client.get("/api/v1/alerts", headers={"If-Modified-Since": second["Last-Modified"]})
    assert third.status_code == 200
    assert [item["id"] for item in third.json()["items"]] == [peak.pk]


def test_a_refusal_has_no_time(client: Client, db: None) -> None:
    assert "Last-Modified" not in client.get("/api/v1/alerts?metric=views")
