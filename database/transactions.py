"""Transactions that are tried again as a whole when the database gives up on them."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

P = ParamSpec("P")
T = TypeVar("T")

ATTEMPTS = 3
# MariaDB: lock wait timeout, deadlock, server has gone away, connection lost.
TRANSIENT_CODES = {1205, 1213, 2006, 2013}


def is_transient(error: OperationalError) -> bool:
    """Whether the same transaction may well succeed when tried again."""
    code = error.args[0] if error.args else None
    return code in TRANSIENT_CODES or "is locked" in str(error)  # SQLite: the database, or a table of a shared cache


def retried_transaction(function: Callable[P, T]) -> Callable[P, T]:
    """Run `function` in one transaction; on a deadlock or a lost connection roll back and run it again, at most 3 times.

    The whole function is repeated, so it must read what it needs inside. Inside an outer transaction nothing is retried: the
    outer one is already broken, and its owner decides.
    """

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        if connection.in_atomic_block:
            with transaction.atomic():
                return function(*args, **kwargs)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except OperationalError as error:
                if attempt == ATTEMPTS or not is_transient(error):
                    raise
                connection.close_if_unusable_or_obsolete()
                time.sleep(random.uniform(0.05, 0.2) * 2**attempt)  # noqa: S311 - jitter, not a secret
        raise AssertionError("unreachable")

    return wrapper
