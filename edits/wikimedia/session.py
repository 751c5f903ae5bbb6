"""One polite request: identified, limited in time and size, in its turn, and tried again when that may help."""

from __future__ import annotations

import copy
import datetime as dt
import json
import logging
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any, NoReturn
from urllib.parse import urljoin, urlsplit

import requests
import tenacity
import urllib3

from edits.wikimedia.budget import Budget, get_budget
from edits.wikimedia.config import ClientConfig
from edits.wikimedia.deadline import WatchedAdapter, deadline
from edits.wikimedia.errors import (
    BadPayload,
    BriefPause,
    NoData,
    NotFound,
    RateLimited,
    Transient,
    Unavailable,
    WikimediaError,
    printable,
)
from edits.wikimedia.retry_after import parse_retry_after
from edits.wikimedia.waiting import OnWait, sleep_watched, unwatched

logger = logging.getLogger(__name__)

CHUNK = 65_536
MAX_HOPS = 3
NO_DATA = re.compile(r"\b(?:do not have|no) data\b", re.IGNORECASE)
TRANSIENT = {408, 425, 500, 502, 503, 504}


class Session:
    """Asks for JSON. Safe to share between threads: each has its own connections, all share one budget.

    While it waits for its turn or for the next try it calls `on_wait`, which may end that by raising.
    """

    on_wait: OnWait = staticmethod(unwatched)

    def __init__(self, config: ClientConfig, *, budget: Budget | None = None) -> None:
        self.config = config
        self._own_budget = budget
        self._threads = threading.local()

    @property
    def budget(self) -> Budget:
        return self._own_budget or get_budget(self.config)

    def watched(self, on_wait: OnWait) -> Session:
        """This session, with another `on_wait`."""
        other = copy.copy(self)
        other.on_wait = on_wait
        return other

    def get_json(self, url: str, params: Mapping[str, str] | None = None) -> Any:
        """The decoded answer of `url`: raises BadPayload for what is not JSON, and what `get_bytes` raises."""
        return decode(self.get_bytes(url, params))

    def get_bytes(self, url: str, params: Mapping[str, str] | None = None, *, accept: str = "application/json") -> bytes:
        """The answer of `url` as it came, decompressed.

        Raises NoData (a 404 that says so), RateLimited (429, or no turn in time), Unavailable (anything else, after all tries)
        and BadPayload (too large). Only what is transient is tried again, and a pause that can be sat out.
        """
        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type((Transient, BriefPause)),
            stop=tenacity.stop_after_attempt(self.config.tries),
            wait=tenacity.wait_exponential_jitter(
                multiplier=self.config.first_wait, max=self.config.longest_wait, jitter=self.config.first_wait
            ),
            before_sleep=_log_retry,
            sleep=lambda seconds: sleep_watched(seconds, self.on_wait),
            reraise=True,
        )
        return attempts(self._ask, url, params, accept)

    def _ask(self, url: str, params: Mapping[str, str] | None, accept: str) -> bytes:
        """One try, redirects on the same host included."""
        for _hop in range(MAX_HOPS):
            request = self._prepared(url, params, accept)  # before the turn: a place in flight is for the exchange alone
            with self.budget.acquire(on_wait=self.on_wait):
                status, headers, body = self._exchange(request)
            if status not in {301, 302, 303, 307, 308}:
                return self._judge(status, headers, body)
            url, params = self._same_origin(url, headers.get("Location", "")), None
        raise Unavailable(f"More than {MAX_HOPS} redirects in a row, the last one to {url}")

    def _prepared(self, url: str, params: Mapping[str, str] | None, accept: str) -> requests.PreparedRequest:
        try:
            return self._connections.prepare_request(requests.Request("GET", url, params=params, headers={"Accept": accept}))
        except requests.RequestException as error:
            raise Transient(f"No answer from {urlsplit(url).netloc}: {_reason(error)}") from error

    def _exchange(self, request: requests.PreparedRequest) -> tuple[int, Mapping[str, str], bytes]:
        with deadline(self.config.deadline) as limit:
            try:
                with self._connections.send(
                    request,
                    # The second is for one silence; the deadline comes before it, and says what happened.
                    timeout=(self.config.connect_timeout, self.config.deadline + 5),
                    allow_redirects=False,
                    stream=True,
                ) as response:
                    body = self._read(response)
                if limit.passed:
                    raise Transient(f"No complete answer within {self.config.deadline:g} s")
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                if limit.passed:
                    raise Transient(f"No complete answer within {self.config.deadline:g} s") from error
                raise Transient(f"No answer from {urlsplit(str(request.url)).netloc}: {_reason(error)}") from error
        return response.status_code, response.headers, body

    def _read(self, response: requests.Response) -> bytes:
        """The body, decompressed; reading stops at the size limit, whatever the headers promise."""
        body = bytearray()
        for part in response.raw.stream(CHUNK, decode_content=True):
            body += part
            if len(body) > self.config.max_bytes:
                response.close()
                raise BadPayload(f"The answer is larger than {self.config.max_bytes:,} bytes", _text(bytes(body[:200])))
        return bytes(body)

    def _judge(self, status: int, headers: Mapping[str, str], body: bytes) -> bytes:
        if status == 200:
            return body
        if status == 404:
            raise _not_found(body)
        if status == 429 or (status == 503 and "Retry-After" in headers):
            seconds = parse_retry_after(headers.get("Retry-After"), now=dt.datetime.now(dt.UTC))
            self.budget.pause(seconds)
            # The next try waits for its turn, and with it for the end of the pause.
            raise BriefPause(seconds) if seconds <= self.config.patience else RateLimited(seconds)
        kind = Transient if status in TRANSIENT else Unavailable
        raise kind(f"Wikimedia answered {status}: {_text(body[:200])}")

    @staticmethod
    def _same_origin(url: str, location: str) -> str:
        target = urljoin(url, location)
        if not location or _origin(target) != _origin(url):
            raise Unavailable(f"Redirected from {_origin(url)} to {target[:200]!r}, which is not followed")
        return target

    @property
    def _connections(self) -> requests.Session:
        if not hasattr(self._threads, "session"):
            session = requests.Session()
            session.trust_env = False  # no .netrc, and no proxy that nobody asked for
            session.headers.update({"User-Agent": self.config.user_agent, "Accept": "application/json"})
            session.mount("http://", WatchedAdapter())
            session.mount("https://", WatchedAdapter())
            self._threads.session = session
        connections: requests.Session = self._threads.session
        return connections


def decode(body: bytes) -> Any:
    """JSON as Python values; BadPayload for anything else, NaN and Infinity included."""
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadPayload(f"The answer is not JSON: {error}", _text(body)) from error


def _not_found(body: bytes) -> WikimediaError:
    """What a 404 means. Only the sentence by which the Analytics API says that it has no data for a range is NoData.

    Any other (an address that it does not know, a page of the edge) tells nothing about counts, and must not pass for silence.
    """
    try:
        problem = decode(body)
    except BadPayload:
        problem = None
    if isinstance(problem, dict) and NO_DATA.search(f"{problem.get('detail')} {problem.get('description')}"):
        return NoData("Wikimedia has no data for this range (404)")
    return NotFound(f"Wikimedia does not know this address (404): {_text(body) or 'it says nothing more'}", problem)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _text(body: bytes) -> str:
    """The start of a body, for people to look at."""
    return printable(body[:800].decode("utf-8", "replace"), 200)


def _reason(error: BaseException) -> str:
    """What lies at the bottom of an error: `ConnectionRefusedError: [Errno 111] Connection refused`."""
    while (deeper := error.__cause__ or error.__context__) is not None:
        error = deeper
    return f"{type(error).__name__}: {error}"[:200]


def _log_retry(state: tenacity.RetryCallState) -> None:
    outcome: Callable[[], BaseException | None] | None = state.outcome.exception if state.outcome else None
    logger.info("Try %d failed, again in %.1f s: %s", state.attempt_number, state.upcoming_sleep, outcome and outcome())
