"""Every way in which the replay server can misbehave, by name.

A fault gets the fault's `value`, the reply that would have been right, and the connection; it returns another reply, or
None when it has written to the connection itself.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.replay.answers import NO_DATA, Reply, json_reply, problem

Handler = BaseHTTPRequestHandler
FAULTS: dict[str, Callable[[Any, Reply, Handler], Reply | None]] = {}

HTML = "<!DOCTYPE html><html><title>Wikimedia Error</title><body><script>alert(1)</script>Our servers</body></html>"


def fault(name: str) -> Callable[[Callable[[Any, Reply, Handler], Reply | None]], Callable[..., Reply | None]]:
    def register(function: Callable[[Any, Reply, Handler], Reply | None]) -> Callable[..., Reply | None]:
        FAULTS[name] = function
        return function

    return register


# --- what the edge and the servers say
# ---------------------------------------------------------------------------------


@fault("status")
def status(value: int, right: Reply, handler: Handler) -> Reply:
    """Any status, such as 500 or 503, with the page that comes with it."""
    return Reply(value, HTML.encode(), "text/html")


@fault("rate_limited")
def rate_limited(value: str | None, right: Reply, handler: Handler) -> Reply:
    """429 in plain text; `value` is the Retry-After header (seconds or an HTTP date)."""
    headers = (("Retry-After", value),) if value is not None else ()
    text = "Please respect our robot policy https://w.wiki/4wJS when crawling us."
    return Reply(429, text.encode(), "text/plain", headers)


@fault("busy")
def busy(value: str, right: Reply, handler: Handler) -> Reply:
    """503 with `value` as its Retry-After."""
    return Reply(503, HTML.encode(), "text/html", (("Retry-After", value),))


@fault("redirect")
def redirect(value: str, right: Reply, handler: Handler) -> Reply:
    return Reply(302, b"", headers=(("Location", value),))


@fault("not_found")
def not_found(value: Any, right: Reply, handler: Handler) -> Reply:
    """No data for the range; with a `value`, a problem document with that as its detail ("Invalid route")."""
    return problem(404, "Not Found", NO_DATA if value is None else value, handler.path)


@fault("body_404")
def body_404(value: str, right: Reply, handler: Handler) -> Reply:
    """404 with any body."""
    return Reply(404, value.encode(), "application/problem+json")


# --- time
# -----------------------------------------------------------------------------------------------------------------


@fault("hang")
def hang(value: float, right: Reply, handler: Handler) -> Reply:
    """No byte for `value` seconds, then the right answer."""
    time.sleep(value)
    return right


@fault("trickle")
def trickle(value: float, right: Reply, handler: Handler) -> None:
    """A byte of the body every `value` seconds, without an end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    _drip(handler, value)


@fault("trickle_headers")
def trickle_headers(value: float, right: Reply, handler: Handler) -> None:
    """A byte of a header every `value` seconds, without an end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    _drip(handler, value)


def _drip(handler: Handler, pause: float) -> None:
    handler.close_connection = True
    for _ in range(100_000):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(pause)


@fault("disconnect")
def disconnect(value: Any, right: Reply, handler: Handler) -> None:
    handler.close_connection = True


# --- bodies
# -----------------------------------------------------------------------------------------------------------------


@fault("html")
def html(value: Any, right: Reply, handler: Handler) -> Reply:
    return Reply(200, HTML.encode(), "text/html")


@fault("truncated")
def truncated(value: Any, right: Reply, handler: Handler) -> Reply:
    return Reply(200, right.body[: len(right.body) // 2])


@fault("cut_short")
def cut_short(value: Any, right: Reply, handler: Handler) -> None:
    """The connection ends in the middle of the promised body."""
    handler.close_connection = True
    handler.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(right.body)}\r\n\r\n".encode())
    handler.wfile.write(right.body[: len(right.body) // 2])


@fault("huge")
def huge(value: int, right: Reply, handler: Handler) -> None:
    """A body of `value` bytes without a length in the headers."""
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")
    block = b" " * 65_536
    for _ in range(value // len(block)):
        handler.wfile.write(block)


@fault("body")
def body(value: Any, right: Reply, handler: Handler) -> Reply:
    """`value`, as JSON, in place of the right body."""
    return json_reply(value)


@fault("set")
def set_field(value: dict[str, Any], right: Reply, handler: Handler) -> Reply:
    """The right answer with some fields changed: {"items.0.results.3.edits": -1}. A value of "<delete>" removes one."""
    payload = copy.deepcopy(json.loads(right.body))
    for path, new in value.items():
        *parents, last = path.split(".")
        container = payload
        for key in parents:
            container = container[_place(container, key)]
        if new == "<delete>":
            del container[_place(container, last)]
        else:
            container[_place(container, last)] = new
    return json_reply(payload)


def _place(container: Any, key: str) -> int | str:
    return int(key) if isinstance(container, list) else key


@fault("duplicate_month")
def duplicate_month(value: Any, right: Reply, handler: Handler) -> Reply:
    payload = json.loads(right.body)
    results = payload["items"][0]["results"]
    results.append(dict(results[-1]))
    return json_reply(payload)


@fault("unordered")
def unordered(value: Any, right: Reply, handler: Handler) -> Reply:
    payload = json.loads(right.body)
    payload["items"][0]["results"].reverse()
    return json_reply(payload)


@fault("other_time_zone")
def other_time_zone(value: Any, right: Reply, handler: Handler) -> Reply:
    """The same moments, written in the zone of UTC+02:00."""
    payload = json.loads(right.body)
    for result in payload["items"][0]["results"]:
        result["timestamp"] = result["timestamp"].replace("T00:00:00.000Z", "T02:00:00.000+02:00")
    return json_reply(payload)


@fault("without_months")
def without_months(value: list[str], right: Reply, handler: Handler) -> Reply:
    """The right answer without the months in `value`."""
    payload = json.loads(right.body)
    item = payload["items"][0]
    item["results"] = [result for result in item["results"] if result["timestamp"][:7] not in value]
    return json_reply(payload)
