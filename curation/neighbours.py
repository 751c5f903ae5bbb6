"""The rows before and after a row in an ordered list, found by comparing values: no list is walked, however long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

Row = TypeVar("Row", bound=Model)
Key = tuple[str, bool]  # field path, descending


def order_keys(order_by: Sequence[Any]) -> list[Key]:
    """`order_by` of a query as field paths with their direction; expressions other than plain fields raise ValueError."""
    keys: list[Key] = []
    for item in order_by:
        match item:
            case OrderBy(expression=F(name=name)):  # type: ignore[misc]  # django-stubs leave out F.name
                keys.append((name, item.descending))
            case str():
                keys.append((item.lstrip("-"), item.startswith("-")))
            case _:
                raise ValueError(f"Rows ordered by {item!r} have no neighbours that could be found by value")
    return keys


def neighbours(queryset: QuerySet[Row], row: Row) -> tuple[QuerySet[Row], QuerySet[Row]]:
    """The rows of the ordered `queryset` before `row` (nearest first) and after it (nearest first).

    `row` itself need not be among them: who has just dealt with an alert goes on from where it stood.
    """
    keys = order_keys(queryset.query.order_by)
    after = queryset.filter(_beyond(keys, row)).order_by(*(f"{'-' if d else ''}{name}" for name, d in keys))
    back = [(name, not descending) for name, descending in keys]
    before = queryset.filter(_beyond(back, row)).order_by(*(f"{'-' if d else ''}{name}" for name, d in back))
    return before, after


def _beyond(keys: Sequence[Key], row: Model) -> Q:
    """Rows that come after `row` when sorted by `keys`: equal in the first ones, beyond it in the next."""
    condition, equal = Q(pk__in=[]), Q()
    for name, descending in keys:
        value = _value(row, name)
        condition |= equal & _further(name, value, descending)
        equal &= Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
    return condition


def _further(name: str, value: Any, descending: bool) -> Q:
    """Nothing (NULL) sorts below every value, on SQLite and on MariaDB."""
    if value is None:
        return Q(pk__in=[]) if descending else Q(**{f"{name}__isnull": False})
    if descending:
        return Q(**{f"{name}__lt": value}) | Q(**{f"{name}__isnull": True})
    return Q(**{f"{name}__gt": value})


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = None if row is None else getattr(row, name)
    return row.pk if isinstance(row, Model) else row
