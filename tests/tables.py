"""All rows of all tables, read and put back at once."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

Rows = dict[str, list[tuple[Any, ...]]]


def read_rows(connection: BaseDatabaseWrapper) -> Rows:
    """The rows of each table that has some, by its name; as the driver gives them."""
    found: Rows = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            if rows := cursor.fetchall():
                found[table] = list(rows)
    return found


def write_rows(connection: BaseDatabaseWrapper, rows: Rows) -> None:
    """Put `rows` into their tables, which are empty."""
    with transaction.atomic(using=connection.alias), connection.constraint_checks_disabled(), connection.cursor() as cursor:
        for table, stored in rows.items():
            places = ", ".join(["%s"] * len(stored[0]))
            cursor.executemany(f"INSERT INTO {connection.ops.quote_name(table)} VALUES ({places})", stored)
