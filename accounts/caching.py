"""Whose answers may be kept by whom."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control


def keep_private(response: HttpResponseBase, **narrower: bool) -> None:
    """Let no cache that others read from keep `response`.

    `narrower` (no_cache, no_store) limits the reader's own browser, too.
    What the view said of public caches is replaced; whatever else it said stays.
    """
    patch_cache_control(response, private=True, **narrower)
