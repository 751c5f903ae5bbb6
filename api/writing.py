"""How an operation that writes is declared: whose token it needs, and that the same request twice is one.

A request that has an `Idempotency-Key` is carried out and noted in one transaction. Whoever sends it again, because no answer
came, gets the answer that was noted; of two at once the second waits for the first by the unique key. What was refused wrote
nothing and is not noted: it may be sent again.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import re
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django_ratelimit.core import get_usage
from ninja import Router

from api.edge import seconds_to_wait
from api.models import ApiToken, Scope, SentBefore
from api.problems import Problem
from api.tokens import token_of
from database.transactions import retried_transaction

Write = Callable[..., dict[str, Any]]
HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{1,64}")
RATE = "60/m"  # of one token
WRITES: set[str] = set()  # names of the operations that write


class Refused(Exception):
    """The request is not carried out: the status of the answer, and why."""

    def __init__(self, status: int, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status, self.headers = status, headers


def post(router: Router, path: str, model: Any, *, scope: Scope) -> Callable[[Write], Write]:
    """Declare an operation that writes for the owner of a token with `scope`, and gives `model`.

    The function gets `by` in place of a session; what it raises is answered by `api.v1`.
    """
    answers = dict.fromkeys((400, 401, 403, 404, 409, 422, 429), Problem) | {200: model}

    def declare(write: Write) -> Write:
        @functools.wraps(write)
        def checked(request: HttpRequest, **values: Any) -> Any:
            token: ApiToken = request.auth  # type: ignore[attr-defined]  # set by ninja, from `_allowed`
            key = request.headers.get(HEADER)

            def carry_out() -> str:
                done = model.model_validate(write(request, by=token.owner, **values))
                return str(done.model_dump_json(exclude_unset=True))

            if key is not None and not KEY.fullmatch(key):
                raise Refused(400, f"{HEADER} must have 1 to 64 visible ASCII characters")
            body = carry_out() if key is None else _once(token, key, _digest(request), carry_out)
            return HttpResponse(body, content_type="application/json")

        signature = inspect.signature(write, eval_str=True)
        own = [parameter for name, parameter in signature.parameters.items() if name != "by"]
        checked.__signature__ = signature.replace(parameters=own)  # type: ignore[attr-defined]  # known to inspect alone
        WRITES.add(write.__name__)
        extra = {"security": [{"token": []}], "parameters": [_header()]}
        router.post(
            path,
            auth=functools.partial(_allowed, scope=scope),  # asked before the body is looked at
            response=answers,
            operation_id=write.__name__,
            openapi_extra=extra,
        )(checked)
        return write

    return declare


def _header() -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$"}
    about = "A name of your own for this request: sent again with the same, it is carried out once."
    return {"name": HEADER, "in": "header", "required": False, "schema": schema, "description": about}


def _allowed(request: HttpRequest, *, scope: Scope) -> ApiToken:
    """The token of `request`, which must be good and for this. Raises BadToken or Refused."""
    token = token_of(request.headers.get("Authorization", ""), now=timezone.now())
    if scope.value not in token.scopes:
        raise Refused(403, f"The token “{token.name}” is not for this: it needs the scope {scope.value!r}")
    usage = get_usage(request, group="api-writes", key=lambda _group, _request: str(token.pk), rate=RATE, increment=True)
    if usage and usage["should_limit"]:
        wait = str(seconds_to_wait(usage))
        raise Refused(429, f"At most {RATE.removesuffix('/m')} writes a minute: wait {wait} seconds", **{"Retry-After": wait})
    return token


def _digest(request: HttpRequest) -> str:
    """What a request asks for: its address and its body, byte by byte."""
    return hashlib.sha256(request.get_full_path().encode() + b"\n" + request.body).hexdigest()


@retried_transaction
def _once(token: ApiToken, key: str, digest: str, carry_out: Callable[[], str]) -> str:
    """The answer to the request that `token` calls `key`: noted, or carried out now."""
    try:
        with transaction.atomic():
            noted = SentBefore.objects.create(token=token, key=key, digest=digest, made_at=timezone.now())
    except IntegrityError:
        known = SentBefore.objects.select_for_update().get(token=token, key=key)
        if known.digest != digest:
            raise Refused(422, f"{HEADER} {key!r} was used for another request: use a new one") from None
        return known.answer
    noted.answer = carry_out()
    noted.save(update_fields=["answer"])
    return noted.answer
