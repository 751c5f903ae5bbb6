"""The request budget, in one process and shared through Redis: the same promises."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from django.conf import settings

from edits.wikimedia.budget import MARGIN, Budget, LocalBudget, SharedBudget
from edits.wikimedia.config import ClientConfig
from edits.wikimedia.errors import RateLimited, Transient
from tests.end_to_end.processes import ROOT

Make = Callable[..., Budget]


@pytest.fixture(params=["local", "shared"])
def make(request: pytest.FixtureRequest) -> Make:
    """Budgets of one site: the same object in one process, objects of their own that share Redis otherwise."""
    prefix, made = f"test-{uuid.uuid4().hex}", {}
    if request.param == "shared" and not settings.REDIS_URL:
        pytest.skip("needs Redis: this is the embedded run")

    def budget(**changes: object) -> Budget:
        config = ClientConfig(
            **{"contact": "a@example.org", "max_per_minute": None, "patience": 0.3, "key_prefix": prefix, **changes},
            redis_url=settings.REDIS_URL if request.param == "shared" else "",
        )
        if request.param == "shared":
            return SharedBudget(config)
        return made.setdefault(config, LocalBudget(config))

    return budget


def test_no_more_requests_are_in_flight_than_allowed(make: Make) -> None:
    lock, now, most = threading.Lock(), [0], [0]

    def request(_number: int) -> None:
        with make(max_in_flight=2, patience=20).acquire():
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            time.sleep(0.02)
            with lock:
                now[0] -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(request, range(24)))
    assert most == [2]


def test_the_minute_has_its_limit(make: Make) -> None:
    for _request in range(5):
        with make(max_per_minute=5).acquire():
            pass
    with pytest.raises(RateLimited, match="5 requests a minute"), make(max_per_minute=5).acquire():
        raise AssertionError("a sixth request")
    with make().acquire():
        pass  # the place in flight was given back


def test_a_minute_is_not_used_up_in_its_first_seconds(make: Make) -> None:
    for _request in range(20):
        with make(max_per_minute=200).acquire():
            pass
    with pytest.raises(RateLimited), make(max_per_minute=200).acquire():
        raise AssertionError("a burst")


def test_a_pause_holds_for_all_and_a_shorter_one_does_not_cut_it(make: Make) -> None:
    make().pause(100)
    make().pause(1)
    other = make()
    assert 50 < other.paused_for() <= 100
    with pytest.raises(RateLimited) as caught, other.acquire():
        raise AssertionError("a request during the pause")
    assert 50 < caught.value.seconds <= 100


def test_a_short_pause_is_sat_out(make: Make) -> None:
    make(patience=5).pause(0.4)
    started = time.monotonic()
    with make(patience=5).acquire():
        assert time.monotonic() - started >= 0.39


def test_who_waits_is_asked_whether_to_go_on(make: Make) -> None:
    """For a place, for the minute's allowance, or for the end of a pause."""

    def expect_stop(budget: Budget, after: float = 1.0) -> None:
        started = time.monotonic()

        def stop() -> None:
            if time.monotonic() - started > after:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt), budget.acquire(patience=200, on_wait=stop):
            raise AssertionError("a request")
        assert time.monotonic() - started < after + 3

    with make(max_in_flight=1).acquire():
        expect_stop(make(max_in_flight=1))
    with make(max_per_minute=1).acquire():
        pass
    expect_stop(make(max_per_minute=1))
    with make(max_in_flight=1).acquire():
        pass  # who was stopped has given the place back
    make().pause(100)
    expect_stop(make())


def test_a_request_that_fails_gives_its_place_back(make: Make) -> None:
    for _attempt in range(3):
        with pytest.raises(ValueError, match="broken"), make(max_in_flight=1).acquire():
            raise ValueError("broken")


WAIT_AND_SAY_SO = """
import sys
from edits.wikimedia.budget import SharedBudget
from edits.wikimedia.config import ClientConfig
url, prefix = sys.argv[1:]
limits = {"max_in_flight": 1, "max_per_minute": 1, "patience": 3700}
config = ClientConfig(contact="a@example.org", redis_url=url, key_prefix=prefix, **limits)
with SharedBudget(config).acquire():
    print("asks", flush=True)
with SharedBudget(config).acquire():
    print("asks again", flush=True)
"""


def test_who_is_killed_while_it_waits_for_the_minute_keeps_its_place_for_one_request_at_most() -> None:
    if not settings.REDIS_URL:
        pytest.skip("needs Redis: this is the embedded run")
    prefix = f"test-{uuid.uuid4().hex}"
    command = [sys.executable, "-c", WAIT_AND_SAY_SO, settings.REDIS_URL, prefix]
    with (
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process,
        redis.Redis.from_url(settings.REDIS_URL) as client,
    ):
        assert process.stdout is not None
        assert process.stdout.readline() == "asks\n"
        time.sleep(1.5)  # now it holds the place, and waits for the next minute
        process.send_signal(signal.SIGKILL)
        left = client.pttl(f"{prefix}-wikimedia:place:0")
    config = ClientConfig(contact="a@example.org")
    assert 0 < left <= (config.connect_timeout + config.deadline + MARGIN) * 1000


def test_without_its_redis_nobody_asks() -> None:
    budget = SharedBudget(ClientConfig(contact="a@example.org", redis_url="redis://127.0.0.1:9/0"))
    with pytest.raises(Transient, match="cannot be reached"), budget.acquire():
        raise AssertionError("a request without a budget")
