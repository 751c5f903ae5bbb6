"""The site-wide request budget: how many requests may be in flight, how many a minute, and nobody during a 429.

All workers of a site share one budget through Redis. Without Redis (the embedded profile) there is one worker process,
and the budget lives in it. Counting a minute is pyrate-limiter's work; the places in flight are redis-py locks, which
expire by themselves, so that a killed worker gives its place back.
"""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import redis
from pyrate_limiter import AbstractBucket, Duration, InMemoryBucket, Limiter, Rate, RedisBucket
from pyrate_limiter.limiter import SingleBucketFactory
from redis.exceptions import LockError, NoScriptError, RedisError
from redis.lock import Lock

from edits.wikimedia.config import ClientConfig
from edits.wikimedia.errors import RateLimited, Transient
from edits.wikimedia.waiting import STEP, OnWait, sleep_watched, unwatched

logger = logging.getLogger(__name__)

LOOK_AGAIN = 0.25  # seconds; the wake-up of a killed worker never comes
MARGIN = 5.0  # seconds that a place is kept beyond the longest possible request


class Budget(ABC):
    """Who wants to send a request does so inside `acquire`; who is told to stop calls `pause`."""

    def __init__(self, config: ClientConfig) -> None:
        self.config = config
        self._minute: Limiter | None = None

    @contextmanager
    def acquire(self, *, patience: float | None = None, on_wait: OnWait = unwatched) -> Iterator[None]:
        """Wait for a place in flight and for the minute's allowance, and hold the place inside the block.

        Raises RateLimited when that takes longer than `patience` seconds (the configured ones by default), or would
        because of a pause; Transient when the shared budget cannot be reached.
        """
        end = time.monotonic() + (self.config.patience if patience is None else patience)
        while True:
            self._wait_out_pause(end, on_wait)
            place = self._take_place(end, on_wait)
            if place is None:
                raise RateLimited(1.0, "No place in the request budget became free in time")
            try:
                if not self._take_allowance(place, end, on_wait):
                    raise RateLimited(1.0, f"The budget of {self.config.max_per_minute} requests a minute is used up")
                if self.paused_for() == 0:
                    yield
                    return
            finally:
                self._give_back(place)

    @abstractmethod
    def pause(self, seconds: float) -> None:
        """Let nobody send anything for `seconds`; a longer pause that is under way stays."""

    @abstractmethod
    def paused_for(self) -> float:
        """Seconds until requests may be sent again; 0 when they may now."""

    @abstractmethod
    def _take_place(self, end: float, on_wait: OnWait) -> Any | None: ...

    @abstractmethod
    def _give_back(self, place: Any) -> None: ...

    @abstractmethod
    def _bucket(self, rates: list[Rate]) -> AbstractBucket: ...

    @abstractmethod
    def _keep(self, place: Any) -> None:
        """The place must last for one request from now: its holder is alive, and still waits for the minute's allowance."""

    def _wait_out_pause(self, end: float, on_wait: OnWait) -> None:
        while (seconds := self.paused_for()) > 0:
            if seconds > end - time.monotonic():
                raise RateLimited(seconds)
            sleep_watched(min(seconds, STEP), on_wait)  # a longer pause may have begun meanwhile

    def _take_allowance(self, place: Any, end: float, on_wait: OnWait) -> bool:
        if self.config.max_per_minute is None:
            return True
        if self._minute is None:
            bucket = self._bucket(_rates(self.config.max_per_minute))
            # Old entries are dropped at each request: no background thread that a forking worker would lose.
            self._minute = Limiter(SingleBucketFactory(bucket, schedule_leak=False))
        try:
            while True:
                on_wait()
                for bucket in self._minute.bucket_factory.owned_buckets():
                    bucket.leak(bucket.now())  # type: ignore[no-untyped-call]  # pyrate-limiter leaves it untyped
                left = max(end - time.monotonic(), 0)
                taken = bool(self._minute.try_acquire("request", timeout=min(left, STEP)))
                self._keep(place)
                if taken or not left:
                    return taken
        except NoScriptError:
            self._minute = None  # Redis was restarted and has forgotten the limiter's script
            return self._take_allowance(place, end, on_wait)


def _rates(per_minute: int) -> list[Rate]:
    """The minute's limit, and a tenth of it in a tenth of the time: no burst of 200 requests in the first seconds."""
    minute = Rate(per_minute, Duration.MINUTE)
    return [Rate(math.ceil(per_minute / 10), Duration.SECOND * 6), minute] if per_minute >= 20 else [minute]


class LocalBudget(Budget):
    """The budget of one process, shared by its threads."""

    def __init__(self, config: ClientConfig) -> None:
        super().__init__(config)
        self._places = threading.Semaphore(config.max_in_flight)
        self._paused_until = 0.0

    def pause(self, seconds: float) -> None:
        self._paused_until = max(self._paused_until, time.monotonic() + seconds)

    def paused_for(self) -> float:
        return max(self._paused_until - time.monotonic(), 0.0)

    def _take_place(self, end: float, on_wait: OnWait) -> object | None:
        while True:
            on_wait()
            left = max(end - time.monotonic(), 0)
            if self._places.acquire(timeout=min(left, STEP)):
                return object()
            if not left:
                return None

    def _give_back(self, place: object) -> None:
        self._places.release()

    def _bucket(self, rates: list[Rate]) -> AbstractBucket:
        return InMemoryBucket(rates)

    def _keep(self, place: object) -> None:
        return None  # a place in this process lasts until it is given back


class SharedBudget(Budget):
    """The budget of a whole site, kept in Redis under keys that start with `<prefix>-wikimedia:`."""

    def __init__(self, config: ClientConfig) -> None:
        super().__init__(config)
        self._redis = redis.Redis.from_url(config.redis_url, socket_connect_timeout=1, socket_timeout=2)
        self._prefix = f"{config.key_prefix}-wikimedia:"
        self._request_lease = config.connect_timeout + config.deadline + MARGIN

    @contextmanager
    def acquire(self, *, patience: float | None = None, on_wait: OnWait = unwatched) -> Iterator[None]:
        try:
            with super().acquire(patience=patience, on_wait=on_wait):
                yield
        except RedisError as error:
            raise Transient(f"The shared request budget cannot be reached: {error}") from error

    def pause(self, seconds: float) -> None:
        key = f"{self._prefix}pause"

        def lengthen(pipe: Any) -> None:
            current = pipe.pttl(key)
            pipe.multi()
            pipe.set(key, 1, px=max(int(seconds * 1000), current, 1))

        try:
            self._redis.transaction(lengthen, key)
        except RedisError as error:
            raise Transient(f"The shared request budget cannot be reached: {error}") from error

    def paused_for(self) -> float:
        return max(float(self._redis.pttl(f"{self._prefix}pause")), 0.0) / 1000

    def _take_place(self, end: float, on_wait: OnWait) -> Lock | None:
        numbers, lease = list(range(self.config.max_in_flight)), self._request_lease
        while True:
            on_wait()
            for number in numbers:
                lock = Lock(self._redis, f"{self._prefix}place:{number}", timeout=lease, blocking=False, thread_local=False)
                if lock.acquire():
                    return lock
            remaining = end - time.monotonic()
            if remaining <= 0:
                return None
            # Whoever leaves says which place is free, so that it is taken within a millisecond and nobody polls.
            freed = self._redis.blpop([f"{self._prefix}freed"], timeout=min(LOOK_AGAIN, remaining))
            numbers = [int(freed[1])] if freed else list(range(self.config.max_in_flight))

    def _keep(self, place: Lock) -> None:
        place.extend(self._request_lease, replace_ttl=True)

    def _give_back(self, place: Lock) -> None:
        freed = f"{self._prefix}freed"
        number = str(place.name).rsplit(":", 1)[-1]
        try:
            place.release()
            with self._redis.pipeline(transaction=False) as pipe:
                pipe.lpush(freed, number)
                pipe.ltrim(freed, 0, self.config.max_in_flight - 1)
                pipe.pexpire(freed, 60_000)
                pipe.execute()
        except LockError:
            pass  # the lease had run out (a stopped machine, say): the place is another's by now
        except RedisError as error:
            # The answer is here and good; the place comes back when its lease runs out.
            logger.warning("A place in the request budget was not given back: %s", error)

    def _bucket(self, rates: list[Rate]) -> AbstractBucket:
        bucket = RedisBucket.init(rates, self._redis, f"{self._prefix}minute")
        assert isinstance(bucket, RedisBucket)  # noqa: S101 - the awaitable form belongs to asyncio clients
        return bucket


def get_budget(config: ClientConfig) -> Budget:
    """The budget that everyone in this process with this configuration shares."""
    return _budget(config, os.getpid())


@cache
def _budget(config: ClientConfig, process: int) -> Budget:
    # A forked worker must not use its parent's sockets: hence one budget per process id.
    return SharedBudget(config) if config.redis_url else LocalBudget(config)
