"""Parts of pages that are made once for all readers. What a part shows is its key: nothing has to be told when it changes."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Callable
from hashlib import blake2b

from django.conf import settings
from django.core.cache import cache
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

KEPT_SECONDS = 300  # a crawler leaves some 15 kB a page; so long an older template may be seen after an upgrade
FAST = 1  # of zlib: a table of months takes a tenth of the place, in half a millisecond


def keep(name: str, shown: object, make: Callable[[], str]) -> SafeString:
    """`make()`, from the cache where somebody was shown the same in the same language.

    `make` makes markup of `shown`, and of nothing else: not of the clock, the request or the database. `shown` may be anything
    that can be pickled. While templates are written (DEBUG), nothing is kept.
    """
    if settings.DEBUG:
        return mark_safe(make())  # noqa: S308 - markup, as said above
    key = f"part:{name}:{_fingerprint(get_language(), shown)}"
    packed = cache.get(key)
    if packed is None:
        packed = zlib.compress(make().encode(), FAST)
        cache.set(key, packed, KEPT_SECONDS)
    return mark_safe(zlib.decompress(packed).decode())  # noqa: S308 - as above


def _fingerprint(*shown: object) -> str:
    """A short name of what is shown. The same may get two names, in two processes, say; two never get the same."""
    return blake2b(pickle.dumps(shown, pickle.HIGHEST_PROTOCOL), digest_size=16).hexdigest()
