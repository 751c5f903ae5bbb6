"""The cache may be away at any time: refusing, or accepting and never answering."""

import socket
import time
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings as django_settings
from django.core.cache import cache, caches

from alerts_site.cache import PAUSE, ForgivingRedisCache


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Accepts connections, and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(50)
        yield server.getsockname()[1]


@pytest.fixture(params=["closed", "silent"])
def away(request, settings, silent_port):
    """The site's cache, with a Redis that is of no use."""
    port = 9 if request.param == "closed" else silent_port
    settings.CACHES = {
        "default": {
            "BACKEND": "alerts_site.cache.ForgivingRedisCache",
            "LOCATION": f"redis://127.0.0.1:{port}/0",
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    }
    ForgivingRedisCache._away_until = 0.0
    yield caches["default"]
    ForgivingRedisCache._away_until = 0.0


def test_reading_finds_nothing_and_writing_does_nothing(away):
    assert away.get("key", "default") == "default"
    assert away.get_many(["a", "b"]) == {}
    assert away.add("key", 1) is False
    assert away.set("key", 1) is None
    assert away.set_many({"a": 1}) == ["a"]
    assert away.delete("key") is False
    assert away.clear() is None
    assert "key" not in away
    assert away.get_or_set("key", lambda: 5) == 5
    with pytest.raises(ValueError, match="does not answer"):
        away.incr("key")


def test_a_redis_that_never_answers_costs_its_time_out_once(away):
    started = time.monotonic()
    for _ in range(20):
        away.get("key")
    assert time.monotonic() - started < PAUSE


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/alerts/", "/status/", "/projects/"])
def test_c04_pages_are_there_without_redis(client, away, address):
    assert client.get(address).status_code == 200


@pytest.mark.services
def test_with_redis_it_is_djangos_cache():
    if not django_settings.REDIS_URL:
        pytest.skip("needs Redis: this is the embedded run")
    assert isinstance(cache._connections["default"], ForgivingRedisCache)
    cache.set("test-cache", {"a": 1}, 5)
    assert cache.get("test-cache") == {"a": 1}
    assert cache.add("test-cache", 2) is False
    cache.set("test-cache-number", 1, 5)
    assert cache.incr("test-cache-number") == 2
    assert cache.delete("test-cache") is True


@pytest.mark.services
def test_clearing_leaves_the_rest_of_redis_alone():
    if not django_settings.REDIS_URL:
        pytest.skip("needs Redis: this is the embedded run")
    server = redis.Redis.from_url(django_settings.REDIS_URL)
    neighbour = f"{django_settings.REDIS_KEY_PREFIX}-queue"  # the broker's, or another site's
    server.set(neighbour, "a task", ex=60)
    cache.set("test-cache", 1, 60, version=2)

    cache.clear()

    assert server.get(neighbour) == b"a task"
    assert cache.get("test-cache", version=2) is None
    server.delete(neighbour)
