"""A total time limit for a request, whatever the other side does.

The time-outs of requests count the silence between two bytes: a server that sends a byte a second, in the headers or in
the body, is never silent and would hold a worker for ever. Here a timer closes the socket when the time is up, which
ends every kind of waiting.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class Deadline:
    """The time limit of the request that is under way in this thread."""

    def __init__(self) -> None:
        self.passed = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def watch(self, connection_socket: socket.socket | None) -> None:
        """This is the socket to close; at once, when the time is up already."""
        with self._lock:
            self._socket = connection_socket
            if self.passed:
                self._close()

    def expire(self) -> None:
        with self._lock:
            self.passed = True
            self._close()

    def _close(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def deadline(seconds: float) -> Iterator[Deadline]:
    """Whatever is requested inside, through a session that mounts WatchedAdapter, ends within `seconds`."""
    limit = Deadline()
    timer = threading.Timer(seconds, limit.expire)
    timer.daemon = True
    timer.start()
    token = _current.set(limit)
    try:
        yield limit
    finally:
        _current.reset(token)
        timer.cancel()
        limit.watch(None)


class _WatchedHTTP(HTTPConnection):
    """A connection that tells the current deadline which socket it reads from."""

    def getresponse(self) -> Any:
        limit = _current.get()
        if limit is not None:
            limit.watch(self.sock)
        return super().getresponse()


class _WatchedHTTPS(_WatchedHTTP, HTTPSConnection):
    pass


class _PoolHTTP(HTTPConnectionPool):
    ConnectionCls = _WatchedHTTP


class _PoolHTTPS(HTTPSConnectionPool):
    ConnectionCls = _WatchedHTTPS


class WatchedAdapter(HTTPAdapter):
    """The transport of requests, with connections that obey `deadline`."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PoolHTTP, "https": _PoolHTTPS}
