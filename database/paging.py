"""Pages of lists that may hold millions of rows."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property

MOST_COUNTED = 10_000


class ShortPaginator(Paginator):  # type: ignore[type-arg]
    """Counts, and leafs through, at most the first 10,000 rows: counting millions costs seconds, and nobody reads them."""

    object_list: Any

    @cached_property
    def count(self) -> int:
        rows: int = self.object_list.order_by()[:MOST_COUNTED].count()
        return rows

    @property
    def is_cut_short(self) -> bool:
        """Whether there may be more rows than `count` says."""
        return self.count >= MOST_COUNTED


class KeysFirstPaginator(Paginator):  # type: ignore[type-arg]
    """Asks for the keys of a page first, which an index may tell alone, and then for these rows: page 1,000 is no slower."""

    object_list: Any

    def page(self, number: int | str) -> Page[Any]:
        found = super().page(number)
        keys = list(found.object_list.values_list("pk", flat=True))  # type: ignore[attr-defined]
        found.object_list = self.object_list.filter(pk__in=keys)
        return found


class ShortKeysFirstPaginator(KeysFirstPaginator, ShortPaginator):
    """Both: for lists that everybody leafs through."""
