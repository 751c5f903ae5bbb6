"""A cache that is only a cache: without Redis everything is a miss, and pages are slower but there."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
PAUSE = 5.0  # seconds in which a Redis that did not answer is not asked again: each question may take as long as its time-out
T = TypeVar("T")
Timeout = float | None


class ForgivingRedisCache(RedisCache):
    """Django's cache in Redis. While Redis is away, reading finds nothing and writing does nothing."""

    _away_until = 0.0  # time.monotonic(), for this process

    def _ask(self, question: Callable[..., T], *arguments: Any, without: T) -> T:
        """Redis' answer to `question(*arguments)`; `without` an answer, that."""
        if time.monotonic() >= ForgivingRedisCache._away_until:
            try:
                return question(*arguments)
            except RedisError as error:
                ForgivingRedisCache._away_until = time.monotonic() + PAUSE
                logger.warning("The cache does not answer, and is not asked for %.0f s: %s", PAUSE, error)
        return without

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._ask(super().get, key, default, version, without=default)

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        return self._ask(super().get_many, keys, version, without={})

    def has_key(self, key: str, version: int | None = None) -> bool:
        return self._ask(super().has_key, key, version, without=False)

    def add(self, key: str, value: Any, timeout: Timeout = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._ask(super().add, key, value, timeout, version, without=False)

    def set(self, key: str, value: Any, timeout: Timeout = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._ask(super().set, key, value, timeout, version, without=None)

    def set_many(self, data: dict[str, Any], timeout: Timeout = DEFAULT_TIMEOUT, version: int | None = None) -> list[str]:
        return self._ask(super().set_many, data, timeout, version, without=list(data))

    def touch(self, key: str, timeout: Timeout = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._ask(super().touch, key, timeout, version, without=False)

    def delete(self, key: str, version: int | None = None) -> bool:
        return self._ask(super().delete, key, version, without=False)

    def delete_many(self, keys: Iterable[str], version: int | None = None) -> None:
        self._ask(super().delete_many, keys, version, without=None)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError where there is no such number, and while Redis is away."""
        number = self._ask(super().incr, key, delta, version, without=None)
        if number is None:
            raise ValueError("Redis does not answer")
        return number

    def clear(self) -> None:
        """Forget what is cached, and nothing else: Django's own way empties the database, which the broker shares."""

        def forget() -> None:
            client = self._cache.get_client(write=True)
            for key in client.scan_iter(match=self.key_func("*", self.key_prefix, "*"), count=1000):
                client.delete(key)

        self._ask(forget, without=None)
