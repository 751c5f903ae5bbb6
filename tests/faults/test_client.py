"""Faults between Wikimedia and the client: nothing reaches the database here."""

from __future__ import annotations

import datetime as dt
import os
import socket
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings

from edits.metrics.registry import EDITS
from edits.wikimedia.analytics import Answer, fetch_counts
from edits.wikimedia.config import ClientConfig
from edits.wikimedia.errors import BadPayload, RateLimited, Unavailable
from edits.wikimedia.retry_after import parse_retry_after
from edits.wikimedia.session import Session
from tests.replay.fixtures import TODAY, edits_of, small_wikimedia
from tests.replay.server import ReplayServer

ROOT = Path(__file__).resolve().parent.parent.parent
NOW = dt.datetime(2022, 12, 10, 12, tzinfo=dt.UTC)
DOMAIN = "is.wikipedia.org"


def ask(session: Session, *, first: dt.date = dt.date(2022, 1, 1), last: dt.date = dt.date(2022, 11, 1)) -> Answer:
    slice_ = ("content", "all-editor-types")
    return fetch_counts(session, domain=DOMAIN, endpoint=EDITS.endpoint, slice_=slice_, first=first, last=last)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", 1),
        ("-5", 1),
        ("99999999", 3600),
        ("9" * 5000, 3600),
        ("Sat, 10 Dec 2022 12:01:30 GMT", 90),
        ("Sat, 10 Dec 2022 11:00:00 GMT", 1),
        ("Sat, 10 Dec 2032 11:00:00 GMT", 3600),
        ("soon", 60),
        ("--5", 60),
        ("-", 60),
        ("Sat, 10 Dec 99999 11:00:00 GMT", 60),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 3600),
        ("Mon, 01 Jan 0001 00:00:00 +9999", 60),
        ("", 60),
        (None, 60),
    ],
)
def test_f04_retry_after_is_parsed_and_clamped(value: str | None, seconds: float) -> None:
    assert parse_retry_after(value, now=NOW) == seconds


def test_f04_http_date_stops_the_client(replay: ReplayServer, session: Session) -> None:
    moment = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=100)
    replay.fault("rate_limited", value=moment.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    with pytest.raises(RateLimited) as caught:
        ask(session)
    assert 50 < caught.value.seconds <= 100
    assert 30 < session.budget.paused_for() <= 100


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_f05_server_errors_are_tried_three_times_with_growing_waits(
    replay: ReplayServer, session_for: Callable[..., Session], status: int
) -> None:
    replay.fault("status", value=status)
    with pytest.raises(Unavailable, match=f"answered {status}"):
        ask(session_for(first_wait=0.1, longest_wait=10))
    first, second, third = (entry.at for entry in replay.state.log)
    # At least 0.1 s, then at least 0.2 s; jitter adds up to 0.1 s to each.
    assert second - first >= 0.1
    assert third - second >= 0.2


def test_f05_an_error_that_passes_costs_only_a_retry(replay: ReplayServer, session: Session) -> None:
    replay.fault("status", value=503, times=2)
    assert len(ask(session).counts) == 11
    assert len(replay.paths) == 3


def test_f05_a_503_that_says_when_to_come_back_is_obeyed(replay: ReplayServer, session: Session) -> None:
    replay.fault("busy", value="60")
    with pytest.raises(RateLimited):
        ask(session)
    assert len(replay.paths) == 1
    assert 30 < session.budget.paused_for() <= 60


@pytest.mark.parametrize("status", [400, 401, 403, 410, 501])
def test_f05_what_will_not_change_is_not_tried_again(replay: ReplayServer, session: Session, status: int) -> None:
    replay.fault("status", value=status)
    with pytest.raises(Unavailable):
        ask(session)
    assert len(replay.paths) == 1


@pytest.mark.parametrize(("kind", "value"), [("hang", 60), ("trickle", 0.05), ("trickle_headers", 0.05)])
def test_f06_the_deadline_covers_the_whole_request(
    replay: ReplayServer, session_for: Callable[..., Session], kind: str, value: float
) -> None:
    session = session_for(deadline=0.4, tries=1)
    replay.fault(kind, value=value, times=1)
    started = time.monotonic()
    with pytest.raises(Unavailable, match="within 0.4 s"):
        ask(session)
    assert time.monotonic() - started < 20
    assert len(ask(session_for(tries=5)).counts) == 11  # the worker is free again


@pytest.mark.parametrize("kind", ["disconnect", "cut_short"])
def test_f06_a_broken_connection_is_tried_again(replay: ReplayServer, session: Session, kind: str) -> None:
    replay.fault(kind, times=1)
    assert len(ask(session).counts) == 11


def test_f06_nobody_there_is_said_in_a_line(replay: ReplayServer, session_for: Callable[..., Session]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with pytest.raises(Unavailable, match=r"^No answer from 127\.0\.0\.1:\d+: ConnectionRefusedError: .* refused$"):
        ask(session_for(analytics_url=url))


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("html", None, "not JSON"),
        ("truncated", None, "not JSON"),
        ("body", {}, "no list 'items'"),
        ("body", {"items": {"results": []}}, "no list 'items'"),
        ("body", {"items": []}, "0 members"),
        ("body", [], "no list 'items'"),
        ("body", None, "no list 'items'"),
        ("set", {"items.0.results": "many"}, "no list 'results'"),
        ("set", {"items.0.results.2": 5}, r"items\[0\]\.results\[2\] is not an object"),
        ("body", "\ud800oops \x1b[31m", "no list 'items'"),
        ("set", {"items.0.results.2": "\ud800"}, "is not an object"),
        ("set", {"items.0.project": "\ud800"}, "project is"),
    ],
)
def test_f07_answers_that_are_no_answers_are_refused_without_a_second_try(
    replay: ReplayServer, session: Session, kind: str, value: object, message: str
) -> None:
    replay.fault(kind, value=value)
    with pytest.raises(BadPayload, match=message) as caught:
        ask(session)
    assert len(caught.value.excerpt) <= 200
    for text in (caught.value.excerpt, str(caught.value)):
        assert not text or text.isprintable()
    assert len(replay.paths) == 1


def test_f07_deeply_nested_json_is_refused(replay: ReplayServer, session: Session) -> None:
    value: list[object] = []
    for _ in range(900):
        value = [value]
    replay.fault("body", value=value)
    with pytest.raises(BadPayload):
        ask(session)


@pytest.mark.parametrize("count", [-1, 1.5, 3.0, "12", None, True, 10**20, [], {}])
def test_f08_impossible_counts_are_refused_with_their_path(replay: ReplayServer, session: Session, count: object) -> None:
    replay.fault("set", value={"items.0.results.3.edits": count})
    with pytest.raises(BadPayload, match=r"items\[0\]\.results\[3\]\.edits"):
        ask(session)


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("duplicate_month", None, "2022-11 appears twice"),
        ("set", {"items.0.results.0.timestamp": "2021-12-01T00:00:00.000Z"}, "2021-12 was not asked for"),
        ("set", {"items.0.results.0.timestamp": "2022-12-01T00:00:00.000Z"}, "2022-12 was not asked for"),
        ("set", {"items.0.results.0.timestamp": "2022-01-15T00:00:00.000Z"}, "not the start of a month"),
        ("set", {"items.0.results.0.timestamp": "yesterday"}, "not an ISO 8601 time"),
        ("set", {"items.0.results.0.timestamp": "0001-01-01T00:00:00+02:00"}, "not an ISO 8601 time"),
        ("set", {"items.0.results.0.timestamp": "9999-12-31T23:59:59-05:00"}, "not an ISO 8601 time"),
        ("set", {"items.0.results.0.timestamp": 20220101}, "not an ISO 8601 time"),
        ("set", {"items.0.results.0.timestamp": "<delete>"}, "not an ISO 8601 time"),
        ("set", {"items.0.project": "af.wikipedia"}, "project is 'af.wikipedia' instead of 'is.wikipedia'"),
        ("set", {"items.0.editor-type": "user"}, "editor-type"),
        ("set", {"items.0.page-type": "<delete>"}, "page-type"),
        ("set", {"items.0.granularity": "daily"}, "granularity"),
    ],
)
def test_f09_answers_to_another_question_are_refused(
    replay: ReplayServer, session: Session, kind: str, value: object, message: str
) -> None:
    replay.fault(kind, value=value)
    with pytest.raises(BadPayload, match=message):
        ask(session)


@pytest.mark.parametrize("kind", ["unordered", "other_time_zone"])
def test_f10_order_and_time_zone_do_not_matter(replay: ReplayServer, session: Session, kind: str) -> None:
    replay.fault(kind)
    counts = ask(session).counts
    assert counts == {dt.date(2022, month, 1): edits_of(DOMAIN, f"2022-{month:02}") for month in range(1, 12)}


def test_f11_reading_stops_at_the_size_limit(replay: ReplayServer, session_for: Callable[..., Session]) -> None:
    replay.fault("huge", value=200_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(BadPayload, match=r"larger than 2,000,000 bytes"):
            ask(session_for(max_bytes=2_000_000))
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 20_000_000
    assert len(replay.paths) == 1


def test_f12_redirects_to_another_host_are_not_followed(replay: ReplayServer, session: Session) -> None:
    with ReplayServer(small_wikimedia(), today=TODAY) as other:
        replay.fault("redirect", value=f"{other.url}/steal")
        with pytest.raises(Unavailable, match="not followed"):
            ask(session)
        assert other.paths == []
    assert len(replay.paths) == 1


@pytest.mark.parametrize("target", ["http://wikimedia.org/api", "//evil.example/api", "https://wikimedia.org:444/api", ""])
def test_f12_no_way_down_to_http_or_elsewhere(target: str) -> None:
    with pytest.raises(Unavailable, match="not followed"):
        Session._same_origin("https://wikimedia.org/api", target)


def test_f12_redirects_on_the_same_host_are_followed_a_few_times(replay: ReplayServer, session: Session) -> None:
    path = f"/api/rest_v1/metrics/edits/aggregate/{DOMAIN}/all-editor-types/content/monthly/20220101/20221201"
    replay.fault("redirect", value=path, times=1)
    assert len(ask(session).counts) == 11
    replay.fault("redirect", value=path)
    with pytest.raises(Unavailable, match="redirects in a row"):
        ask(session)


def test_f19_no_setting_of_the_tests_points_at_a_real_host() -> None:
    for url in (settings.WIKIMEDIA_ANALYTICS_URL, settings.WIKIMEDIA_SITEMATRIX_URL):
        assert urlsplit(url).hostname in {"127.0.0.1", "localhost"}, url


def test_f19_the_network_is_closed_but_for_this_machine(session_for: Callable[..., Session]) -> None:
    """pytest-socket closes it for all tests; its warning, an error here, names the host."""
    with pytest.raises(UserWarning, match=r"192\.0\.2\.1"):
        ask(session_for(analytics_url="http://192.0.2.1/metrics"))


def test_f20_the_user_agent_says_who_asks(replay: ReplayServer, session: Session) -> None:
    ask(session)
    agent = replay.state.log[0].agent
    config = session.config
    assert agent == f"CommunityActivityAlerts/{settings.VERSION} ({config.contact}) python-requests/{requests.__version__}"
    assert config.contact == settings.WIKIMEDIA_CONTACT


@pytest.mark.parametrize("contact", ["", "nobody", "me at example.org", "a@b.example\nX-Evil: 1", "José@example.org"])
def test_f20_no_client_without_a_contact(contact: str) -> None:
    with pytest.raises(ValueError, match="contact"):
        ClientConfig(contact=contact)


def test_f20_production_does_not_start_without_a_contact() -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PROFILE": "production",
        "SECRET_KEY": "x" * 60,
        "ALLOWED_HOSTS": "alerts.example.org",
        "VAR_DIR": os.environ["VAR_DIR"],
        "DATABASE_URL": "mysql://root@127.0.0.1:3306/never_used",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
    }
    result = subprocess.run(
        [sys.executable, "-c", "import alerts_site.wsgi"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert result.returncode != 0
    assert "WIKIMEDIA_CONTACT" in result.stderr
