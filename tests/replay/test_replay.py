"""The stand-in for Wikimedia keeps to the contract, and its command line reaches all that it can do."""

from __future__ import annotations

import time

import pytest
import requests

from tests.replay.__main__ import make_server, parse_arguments
from tests.replay.answers import answer
from tests.replay.data import ALL
from tests.replay.fixtures import TODAY, small_wikimedia
from tests.replay.state import ReplayState

AGENT = "test (https://example.org)"
PATH = f"/metrics/edits/aggregate/{{}}/{ALL}/content/monthly/{{}}/{{}}"


@pytest.mark.parametrize(
    ("start", "first"),
    [
        ("20220101", "2022-01"),
        ("20220102", "2022-02"),
        ("20220130", "2022-02"),
        ("20220131", "2022-02"),
        ("20211231", "2022-01"),
    ],
)
def test_an_answer_starts_with_the_next_whole_month(start: str, first: str) -> None:
    state = ReplayState(data=small_wikimedia(), today=TODAY)
    reply = answer(state, PATH.format("is.wikipedia", start, "20220501"), AGENT)
    assert f'"results":[{{"timestamp":"{first}-01' in reply.body.decode()


def ask(*arguments: str) -> requests.Response:
    options = parse_arguments(["--synthetic", "1x24", "--port", "0", "--today", str(TODAY), *arguments])
    with make_server(options) as server:
        url = f"{server.url}/api/rest_v1{PATH.format('w0000.wikipedia', '20220101', '20221201')}"
        return requests.get(url, headers={"User-Agent": AGENT}, timeout=5)


def test_the_command_line_takes_numbers_objects_and_texts() -> None:
    started = time.monotonic()
    assert ask("--fault", "hang", "w0000", "0.5").status_code == 200
    assert time.monotonic() - started >= 0.5
    assert ask("--fault", "set", "w0000", '{"items.0.project": "other"}').json()["items"][0]["project"] == "other"
    assert ask("--fault", "rate_limited", "w0000", "Sat, 10 Dec 2022 12:01:30 GMT").headers["Retry-After"].startswith("Sat")
    assert ask("--fault", "status", "", "503").status_code == 503
    assert ask("--fault", "html").text.startswith("<!DOCTYPE html>")


def test_the_command_line_revises() -> None:
    results = ask("--revision", "w0000.wikipedia.org", "2022-03", "5267").json()["items"][0]["results"]
    assert {"timestamp": "2022-03-01T00:00:00.000Z", "edits": 5267} in results
