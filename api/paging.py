"""Pages of a list that hold still while rows are added: each begins after the last row of the one before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.db.models import F, Model, Q, QuerySet
from django.http import HttpRequest
from pydantic import BaseModel

from api.parameters import ListParameters
from api.problems import ParameterProblem

Row = TypeVar("Row", bound=Model)


class BadCursor(ValueError):
    """The row that the page was to begin after is not there any more."""


class UnknownField(ValueError):
    """`fields` names what the items do not have."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"{name!r} is not a field here: choose from {', '.join(known)}")
        self.problem = ParameterProblem(parameter="fields", detail=str(self))


def page_of(
    request: HttpRequest,
    query: ListParameters,
    rows: QuerySet[Row],
    order: Sequence[str],
    item: type[BaseModel],
    read: Callable[[list[Row]], Iterable[dict[str, Any]]],
) -> dict[str, Any]:
    """A page of `rows` as `{items, next}`.

    `order` names the columns to sort by, `-` first for descending; the last must be unique. `read` makes the items of a page,
    in a fixed number of queries. Raises BadCursor or UnknownField.
    """
    chosen = _chosen_fields(query.fields, item)
    if query.cursor is not None:
        rows = rows.filter(_after(rows, query.cursor, order))
    found = list(rows.order_by(*order)[: query.limit + 1])
    shown = found[: query.limit]
    items = [{name: each[name] for name in chosen} if chosen else each for each in read(shown)]
    return {"items": items, "next": _next_url(request, shown[-1]) if len(found) > len(shown) else None}


def _chosen_fields(text: str, item: type[BaseModel]) -> list[str]:
    known = list(item.model_fields)
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise UnknownField(name, known)
    return names


def _next_url(request: HttpRequest, last: Model) -> str:
    query = request.GET.copy()
    query["cursor"] = str(last.pk)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _after(rows: QuerySet[Row], cursor: int, order: Sequence[str]) -> Q:
    """What comes after the row with the key `cursor`. Both databases put NULL below every value."""
    names = [name.removeprefix("-") for name in order]
    anchor = rows.model._default_manager.filter(pk=cursor).values(*names).first()
    if anchor is None:
        raise BadCursor("The list has changed: begin again without a cursor")
    condition, same = Q(), Q()
    for column, name in zip(order, names, strict=True):
        condition |= same & _beyond(name, anchor[name], descending=column.startswith("-"))
        same &= Q(**{name: anchor[name]}) if anchor[name] is not None else Q(**{f"{name}__isnull": True})
    return condition


def _beyond(name: str, value: Any, *, descending: bool) -> Q:
    if value is None:
        return Q(pk__in=[]) if descending else Q(**{f"{name}__isnull": False})
    if descending:
        return Q(**{f"{name}__lt": value}) | Q(**{f"{name}__isnull": True})
    return Q(**{f"{name}__gt": F(name) if value is None else value})
