"""Pages of lists that may hold millions of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property

if TYPE_CHECKING:
    _Paginator = Paginator[Any]
else:  # at run time it takes no type arguments
    _Paginator = Paginator

MAX_COUNTED = 10_000


class ShortPaginator(_Paginator):
    """Counts, and leafs through, at most the first 10,000 rows: counting millions costs seconds, and nobody reads them."""

    object_list: Any

    @cached_property
    def count(self) -> int:
        rows: int = self.object_list.order_by()[:MAX_COUNTED].count()
        return rows

    @property
    def is_cut_short(self) -> bool:
        """Whether there may be more rows than `count` says."""
        return self.count >= MAX_COUNTED


class KeysFirstPaginator(_Paginator):
    """Asks for the keys of a page first, which an index may tell alone, and then for these rows: page 1,000 is no slower."""

    object_list: Any

    def page(self, number: int | str) -> Page[Any]:
        found = super().page(number)
        rows: Any = found.object_list
        keys = list(rows.values_list("pk", flat=True))
        found.object_list = self.object_list.filter(pk__in=keys)
        return found


class ShortKeysFirstPaginator(KeysFirstPaginator, ShortPaginator):
    """Both: for lists that everybody leafs through."""
