"""The examples on the page about the API, with the answers that the site gives just now."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import resolve
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MAX_LINES = 24
ROOT = "/api/v1/"


@dataclass(frozen=True, slots=True)
class Example:
    """A question that people have, and the address that answers it."""

    question: str | Promise
    address: str


EXAMPLES = (
    Example(_("Which months stood out most?"), "alerts?sort=worst&limit=1&fields=project,month,count,expected,severity,url"),
    Example(_("What was counted on one wiki, and what was expected?"), "projects/{project}/counts?from={month}&to={month}"),
    Example(_("Which wikis speak a language?"), "projects?language={language}&fields=project,name"),
    Example(_("How far do the counts reach?"), "status"),
)


@dataclass(frozen=True, slots=True)
class Answered:
    """An example with its whole address, and the first lines of its answer."""

    question: str | Promise
    url: str
    answer: str


# What a browser says of compression and of what it has kept; the page reads the answer whole, and as text.
OF_THE_BROWSER = {"HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"}


def answered(request: HttpRequest, example: Example, values: dict[str, str]) -> Answered:
    """Ask the API what `example` asks, as the reader of the page could."""
    path, _separator, query = f"{ROOT}{example.address.format(**values)}".partition("?")
    lines = json.dumps(_ask(request, path, query), ensure_ascii=False, indent=2).splitlines()
    shown = lines if len(lines) <= MAX_LINES else [*lines[:MAX_LINES], "…"]
    address = f"{path}?{query}" if query else path
    return Answered(example.question, request.build_absolute_uri(address), "\n".join(shown))


def items_of(request: HttpRequest, address: str) -> list[dict[str, Any]]:
    """The items that the API gives at `address`."""
    path, _separator, query = f"{ROOT}{address}".partition("?")
    items: list[dict[str, Any]] = _ask(request, path, query)["items"]
    return items


def _ask(request: HttpRequest, path: str, query: str) -> Any:
    inner = HttpRequest()
    inner.method, inner.path, inner.GET = "GET", path, QueryDict(query)
    inner.META = {name: value for name, value in request.META.items() if name not in OF_THE_BROWSER}
    match = resolve(path)
    response = match.func(inner, *match.args, **match.kwargs)
    return json.loads(response.content)
