"""The tables of the original tool, read as they are and never written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler


@dataclass(frozen=True, slots=True)
class OldTable:
    """A table of the original tool: columns it must have, columns that some installations lack, and the order of its rows."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    order: tuple[str, ...] = ("project", "timestamp")


_ALERT = ("rolling_mean", "threshold", "percentage_difference", "label")
_WATCH = ("notification_type", "is_active", "created_at", "updated_at", "id")
_OF_PROJECT = OldTable(("username", "project"), _WATCH, order=("username", "project"))
_OF_LANGUAGE = OldTable(("username", "language_code"), _WATCH, order=("username", "language_code"))
# In the order in which they are taken over: words need their alerts.
TABLES: Mapping[str, OldTable] = {
    "edit_counts": OldTable(("project", "timestamp", "edit_count")),
    "editor_counts": OldTable(("project", "timestamp", "editor_count")),
    "community_alerts": OldTable(("project", "timestamp", "edit_count"), _ALERT),
    "editor_alerts": OldTable(("project", "timestamp", "editor_count"), _ALERT),
    "peak_annotations": OldTable(
        ("id", "project", "timestamp", "peak_type", "description", "submitted_by"),
        ("relevant_link", "submitted_at", "status", "reviewed_by", "reviewed_at", "is_visible"),
        order=("id",),
    ),
    "annotation_reviews": OldTable(
        ("id", "annotation_id", "reviewer_username", "action"),
        ("original_description", "edited_description", "original_link", "edited_link", "review_notes", "reviewed_at"),
        order=("annotation_id", "id"),
    ),
    "annotation_reports": OldTable(
        ("id", "annotation_id", "reported_by", "report_reason"),
        ("reported_at", "status", "reviewed_by", "reviewed_at", "action_taken"),
        order=("annotation_id", "id"),
    ),
    "annotation_reviewers": OldTable(
        ("username",), ("id", "region", "added_by", "added_at", "is_active", "notes"), order=("username",)
    ),
    "user_project_watchlist": _OF_PROJECT,
    "user_watches": _OF_PROJECT,  # as it was called before
    "user_subscriptions": _OF_PROJECT,  # and before that
    "user_language_watchlist": _OF_LANGUAGE,
    "user_language_watches": _OF_LANGUAGE,
}
FACTS = ("edit_counts", "editor_counts", "community_alerts", "editor_alerts")  # one of them at least makes it the original's
OURS = "django_migrations"
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
    _refuse_a_missing_file(settings)
    try:
        connection = ConnectionHandler({"default": settings})["default"]
        connection.ensure_connection()
        connection.introspection.table_names()
    except (DatabaseError, ImproperlyConfigured) as error:
        raise NotLegacy(f"The old database cannot be reached: {error}") from error
    try:
        yield connection
    finally:
        connection.close()


def _refuse_a_missing_file(settings: Mapping[str, Any]) -> None:
    """SQLite would make an empty database where there is no file."""
    name = str(settings.get("NAME") or "")
    if settings.get("ENGINE") == "django.db.backends.sqlite3" and not Path(name).is_file():
        raise NotLegacy(f"There is no file {name!r}: name the file of the old database")


@dataclass(frozen=True, slots=True)
class LegacyTables:
    """What is there: columns to read by table, rows of tables that are not known, and columns that are not known."""

    columns: Mapping[str, tuple[str, ...]]
    unknown_tables: Mapping[str, int]
    unknown_columns: Mapping[str, Mapping[str, int]]


def look(connection: BaseDatabaseWrapper) -> LegacyTables:
    """Raises NotLegacy where there is no table of the original tool, where one lacks a column, and where they are ours."""
    columns: dict[str, tuple[str, ...]] = {}
    unknown: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for table in filter(present.__contains__, TABLES):
            there = [column.name for column in connection.introspection.get_table_description(cursor, table)]
            if OURS in present or "project_id" in there:
                raise NotLegacy(
                    f"{table} is a table of this site, not of the original tool. Both use the same names of tables, so the "
                    "old one must be another database."
                )
            known = TABLES[table]
            lacking = [column for column in known.required if column not in there]
            if lacking:
                raise NotLegacy(f"{table} lacks the column {lacking[0]}: it is not a table of the original tool")
            columns[table] = known.required + tuple(column for column in known.optional if column in there)
            strange = [column for column in there if column not in columns[table]]
            unknown[table] = {column: _count(connection, table, column) for column in strange}
        if not set(FACTS) & set(columns):
            raise NotLegacy(f"None of the tables {', '.join(FACTS)} is there")
        others = {table: _count(connection, table) for table in sorted(present - set(TABLES))}
    return LegacyTables(columns, others, unknown)


def _count(connection: BaseDatabaseWrapper, table: str, column: str = "") -> int:
    """The rows of `table`, or those that have something in `column`."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT({quote(column) if column else '*'}) FROM {quote(table)}")  # noqa: S608 - quoted names
        return int(cursor.fetchone()[0])


def rows_of(connection: BaseDatabaseWrapper, table: str, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """All rows of `table`, in its order."""
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    order = ", ".join(map(quote, TABLES[table].order))
    statement = f"SELECT {names} FROM {quote(table)} ORDER BY {order}"  # noqa: S608 - our names
    with connection.cursor() as cursor:
        cursor.execute(statement)
        while batch := cursor.fetchmany(BATCH):
            for row in batch:
                yield dict(zip(columns, row, strict=True))
