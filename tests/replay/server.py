"""The server itself: threads, keep-alive, latency, faults and the control address."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.replay.answers import Reply, answer, json_reply
from tests.replay.data import ReplayData
from tests.replay.faults import FAULTS
from tests.replay.state import Fault, LoggedRequest, ReplayState

PREFIX = "/api/rest_v1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body leave in one packet
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/_control":
            return self._send(json_reply(self.server.state.report()))
        agent = self.headers.get("User-Agent", "")
        asked = time.monotonic()
        with self.server.state.request(path, agent) as entry:
            reply = answer(self.server.state, path.removeprefix(PREFIX), agent, urlsplit(self.path).query)
            # The latency is what the client sees: from the question to the answer, the making of it included.
            time.sleep(max(asked + self.server.state.latency - time.monotonic(), 0))
            self._reply(path, reply, entry)

    def do_POST(self) -> None:
        changes = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        self.server.state.control(changes)
        self._send(json_reply({"ok": True}))

    def _reply(self, path: str, reply: Reply | None, entry: LoggedRequest) -> None:
        fault = self.server.state.take_fault(path)
        if fault is not None:
            assert reply is not None
            reply = FAULTS[fault.kind](fault.value, reply, self)
        if reply is not None:
            entry.status = reply.status
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:
        """The log is kept in the state."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    state: ReplayState

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle is part of many tests."""


class ReplayServer:
    """A replay server in this process, for as long as the `with` block lasts."""

    def __init__(self, data: ReplayData, *, today: dt.date, port: int = 0, latency: float = 0.0) -> None:
        self.state = ReplayState(data=data, today=today, latency=latency)
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.state = self.state
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> ReplayServer:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def serve_forever(self) -> None:
        with contextlib.suppress(KeyboardInterrupt):
            self._server.serve_forever()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def analytics_url(self) -> str:
        return f"{self.url}{PREFIX}/metrics"

    @property
    def sitematrix_url(self) -> str:
        return f"{self.url}/w/api.php"

    @property
    def wiki_api_url(self) -> str:
        return f"{self.url}/{{domain}}/w/api.php"

    def fault(self, kind: str, *, match: str = "", times: int | None = None, value: Any = None) -> None:
        """From now on answer `kind` where `match` is in the path, before the faults that were set earlier."""
        self.state.faults.insert(0, Fault(kind=kind, match=match, times=times, value=value))

    def heal(self) -> None:
        """No more faults."""
        self.state.faults.clear()

    @property
    def paths(self) -> list[str]:
        """The paths asked for so far, oldest first."""
        return [entry.path for entry in self.state.log]
