"""A cache that is only a cache: without Redis everything is a miss, and pages are slower but there."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
PAUSE = 5.0  # seconds in which a Redis that did not answer is not asked again: each question may take as long as its time-out


class ForgivingRedisCache(RedisCache):
    """Django's cache in Redis. While Redis is away, reading finds nothing and writing does nothing."""

    _away_until = 0.0  # time.monotonic(), for this process

    def clear(self) -> None:
        """Forget what is cached, and nothing else: Django's own way empties the database, which the broker shares."""
        client = self._cache.get_client(write=True)
        for key in client.scan_iter(match=self.key_func("*", self.key_prefix, "*"), count=1000):
            client.delete(key)


def _forgiving(name: str, without: Any) -> Callable[..., Any]:
    """The method `name`, answering `without` when Redis does not answer; ValueError stands for "no such number"."""
    method = getattr(ForgivingRedisCache, name)

    @functools.wraps(method)
    def wrapper(self: ForgivingRedisCache, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= ForgivingRedisCache._away_until:
            try:
                return method(self, *args, **kwargs)
            except RedisError as error:
                ForgivingRedisCache._away_until = time.monotonic() + PAUSE
                logger.warning("The cache does not answer, and is not asked for %.0f s: %s", PAUSE, error)
        if without is ValueError:
            raise ValueError("Redis does not answer")
        return without(*args, **kwargs) if callable(without) else without

    return wrapper


def _default(key: str, default: Any = None, version: int | None = None) -> Any:
    return default


for _name, _without in {
    "get": _default,
    "get_many": lambda keys, version=None: {},
    "add": False,
    "set": None,
    "set_many": lambda data, timeout=None, version=None: list(data),
    "touch": False,
    "delete": False,
    "delete_many": None,
    "has_key": False,
    "incr": ValueError,
    "clear": None,
}.items():
    setattr(ForgivingRedisCache, _name, _forgiving(_name, _without))
