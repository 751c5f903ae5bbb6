"""Sums that pages share: made once for all readers, and kept until the data changes."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache as cache_of_process
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db import connections
from django.http import HttpRequest, HttpResponse

from edits.models import FetchRun

logger = logging.getLogger(__name__)
T = TypeVar("T")

RUNS_AT_ONCE = 5
KEPT_SECONDS = 600
STALE_SECONDS = 3600
BUILDING_SECONDS = 30  # after which somebody else tries: who was building may have been killed
WAITING_SECONDS = 10  # for another's sum, where nothing is known yet
ASKING_SECONDS = 0.05


@dataclass(slots=True)
class _Asked:
    """What one request has found out: the version of the data, and the sums that are to be renewed once it is answered."""

    version: str = ""
    renewals: list[Callable[[], object]] = field(default_factory=list)


_of_request: ContextVar[_Asked | None] = ContextVar("data_version", default=None)  # None outside of a request


def one_data_version(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: all of a page shows the same version of the data, which is asked for once. What is out of date is renewed
    after the page is made: beside it, both would take twice as long."""

    def middleware(request: HttpRequest) -> HttpResponse:
        asked = _Asked()
        token = _of_request.set(asked)
        try:
            return get_response(request)
        finally:
            _of_request.reset(token)
            for build in asked.renewals:
                _renew(build)

    return middleware


def data_version() -> str:
    """Changes when counts were stored, once a minute while they are: some rows read by their key. A list of wikis may be
    fetched while counts are, so that the newest run alone would not tell."""
    asked = _of_request.get() or _Asked()
    if asked.version:
        return asked.version
    newest = FetchRun.objects.order_by("-pk").values_list("pk", "state", "heartbeat_at")[:RUNS_AT_ONCE]
    asked.version = " ".join(f"{pk}-{state}-{heartbeat_at:%Y%m%d%H%M}" for pk, state, heartbeat_at in newest) or "none"
    return asked.version


def cached_until_data_changes(name: str, build: Callable[[], T]) -> T:
    """`build()`, kept in the cache until the data changes (or a few minutes, whichever is sooner).

    It is built once, whether it is new or out of date. Meanwhile everybody gets what was known before, also who came first: it
    is built beside the requests, once that one is answered. Where nothing is known, one request builds it and the others wait.
    Without a cache everybody builds for themselves.
    """
    version = data_version()
    key = f"dashboards:{name}".replace(" ", "_")
    known: tuple[str, float, T] | None = cache.get(key)
    if known and known[0] == version and time.time() < known[1]:
        return known[2]
    building, mine = f"{key}:building", uuid.uuid4().hex
    end = time.monotonic() + WAITING_SECONDS
    while not cache.add(building, mine, BUILDING_SECONDS) and (builder := cache.get(building)) is not None:
        known = known or cache.get(key)
        if known:
            return known[2]
        if builder == mine or time.monotonic() > end:
            break
        time.sleep(ASKING_SECONDS)
    came: tuple[str, float, T] | None = None if known else cache.get(key)  # between the last look and the turn
    if came:
        _give_up(building, mine)
        return came[2]

    def build_and_keep() -> T:
        try:
            found = build()
            cache.set(key, (version, time.time() + KEPT_SECONDS, found), STALE_SECONDS)
            return found
        finally:
            _give_up(building, mine)

    if known and settings.RENEW_IN_BACKGROUND:
        if asked := _of_request.get():
            asked.renewals.append(build_and_keep)
        else:
            _renew(build_and_keep)
        return known[2]
    return build_and_keep()


@cache_of_process
def _beside() -> ThreadPoolExecutor:
    """One thread of this process: sums are the work of the processor."""
    return ThreadPoolExecutor(1, thread_name_prefix="sums")


def _renew(build: Callable[[], object]) -> None:
    _beside().submit(_with_its_own_connection, build)


def wait_for_renewals() -> None:
    """Until what this process renews at this moment is renewed."""
    _beside().submit(lambda: None).result()


def _with_its_own_connection(build: Callable[[], object]) -> None:
    try:
        build()
    except Exception:  # the next reader tries again
        logger.exception("A sum could not be renewed")
    finally:
        connections.close_all()


def _give_up(building: str, mine: str) -> None:
    """End one's turn to build; a turn that went over to somebody else meanwhile is theirs."""
    if cache.get(building) == mine:
        cache.delete(building)
