"""The tables of the original tool, read as they are and never written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

# Table: the columns it must have, and those that older installations lack.
TABLES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "edit_counts": (("project", "timestamp", "edit_count"), ()),
    "editor_counts": (("project", "timestamp", "editor_count"), ()),
    "community_alerts": (
        ("project", "timestamp", "edit_count"),
        ("rolling_mean", "threshold", "percentage_difference", "label"),
    ),
    "editor_alerts": (
        ("project", "timestamp", "editor_count"),
        ("rolling_mean", "threshold", "percentage_difference", "label"),
    ),
}
BATCH = 5_000


class NotLegacy(ValueError):
    """The database is not one of the original tool; the message says what to do."""


@contextmanager
def legacy_database(url: str) -> Iterator[BaseDatabaseWrapper]:
    """A connection of its own to the database at `url`. Raises NotLegacy when it cannot be reached."""
    try:
        settings = dict(dj_database_url.parse(url))
    except (ValueError, dj_database_url.ParseError) as error:
        raise NotLegacy(
            f"{url.split('@')[-1]!r} is not the URL of a database, such as mysql://user:password@host/name"
        ) from error
    try:
        connection = ConnectionHandler({"default": settings})["default"]
        connection.ensure_connection()
    except (DatabaseError, ImproperlyConfigured) as error:
        raise NotLegacy(f"The old database cannot be reached: {error}") from error
    try:
        yield connection
    finally:
        connection.close()


def tables_of(connection: BaseDatabaseWrapper) -> dict[str, tuple[str, ...]]:
    """The legacy tables that are there, with the columns to read. Raises NotLegacy where there are none, or ours."""
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor)) & set(TABLES)
        found: dict[str, tuple[str, ...]] = {}
        for table in TABLES:
            if table not in present:
                continue
            columns = {column.name for column in connection.introspection.get_table_description(cursor, table)}
            if "project_id" in columns:
                raise NotLegacy(
                    f"{table} has a column project_id: this is a database of this site, not of the original tool. "
                    "Both use the same names of tables, so the old one must be another database."
                )
            required, optional = TABLES[table]
            lacking = [column for column in required if column not in columns]
            if lacking:
                raise NotLegacy(f"{table} lacks the column {lacking[0]}: it is not a table of the original tool")
            found[table] = required + tuple(column for column in optional if column in columns)
    if not found:
        raise NotLegacy(f"None of the tables {', '.join(TABLES)} is there")
    return found


def rows_of(connection: BaseDatabaseWrapper, table: str, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """All rows of `table`, by project and month."""
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    statement = f"SELECT {names} FROM {quote(table)} ORDER BY {quote('project')}, {quote('timestamp')}"  # noqa: S608 - our names
    with connection.cursor() as cursor:
        cursor.execute(statement)
        while batch := cursor.fetchmany(BATCH):
            for row in batch:
                yield dict(zip(columns, row, strict=True))
