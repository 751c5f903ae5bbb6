"""Backup and restore of the whole database."""

from __future__ import annotations

import datetime as dt
import gzip
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from operations.backup import archive, mariadb, sqlite
from operations.backup.archive import BackupError, Hashing, Manifest

KINDS: dict[str, Any] = {"sqlite": sqlite, "mysql": mariadb}


def backup(*, path: Path, now: dt.datetime) -> int:
    """Write the database to `path` (gzip), readable by nobody else, and return its size in bytes.

    The file appears under its name only when it is whole. The site may go on working meanwhile. Raises BackupError when it
    cannot be made.
    """
    with archive.new_file(path) as file:
        manifest = _manifest(now)
        with gzip.GzipFile(filename="", fileobj=file, mode="wb") as packed:
            content = Hashing(packed)
            KINDS[connection.vendor].dump(content, path)
            whole = replace(manifest, size=content.size, sha256=content.hash.hexdigest())
            packed.write(archive.manifest_line(whole))
    return path.stat().st_size


def _manifest(now: dt.datetime) -> Manifest:
    tables = connection.introspection.table_names()
    if MigrationRecorder.Migration._meta.db_table not in tables:
        raise BackupError("There is nothing to back up: this database was never prepared by `manage.py migrate`.")
    return Manifest(settings.VERSION, connection.vendor, now.isoformat(), sorted(tables), _applied())


def restore(
    *, path: Path, now: dt.datetime, overwrite: bool = False, before_swap: Callable[[], None] | None = None
) -> tuple[Manifest, str | None]:
    """Make the database what `path` holds; return what that is, and where the database that was here is now.

    1. Refuse a database that is in use, unless `overwrite`.
    2. Prove that the file is a whole backup of this site, of this kind of database, and not of a later version.
    3. Load it beside the database, and bring its tables up to date there.
    4. Call `before_swap`, connected to the restored database.
    5. Put it in the place of the old one, which is kept under another name.

    Raises BackupError; then the database is what it was.
    """
    if not overwrite and connection.introspection.table_names():  # of this site, or of anybody else
        raise BackupError(
            "The database is not empty. Restore into an empty one, or say --overwrite: what is here is set aside."
        )
    _refuse_foreign(path, archive.read(path))
    stamp = f"{now:%Y%m%d_%H%M%S}"
    kind = KINDS[connection.vendor]
    try:
        manifest, place = kind.load(path, stamp)
    except (OSError, sqlite3.Error, DatabaseError) as error:
        raise BackupError(f"{path} cannot be loaded beside the database: {error}. Nothing was changed.") from error
    try:
        with _connected_to(place):
            if sorted(connection.introspection.table_names()) != manifest.tables or _applied() != manifest.migrations:
                raise archive.not_whole(path, "it does not hold the tables that it names")
            call_command("migrate", interactive=False, verbosity=0)
            if before_swap is not None:
                before_swap()
        return manifest, kind.swap(place, stamp)
    except (OSError, sqlite3.Error, DatabaseError, CommandError) as error:
        kind.discard(place)
        raise BackupError(f"The restored database cannot be brought into use: {error}. Nothing was changed.") from error
    except BaseException:
        kind.discard(place)
        raise


def _refuse_foreign(path: Path, manifest: Manifest) -> None:
    if manifest.project != archive.PROJECT:
        raise archive.not_whole(path, f"it is one of {manifest.project}")
    if manifest.database != connection.vendor:
        raise BackupError(
            f"{path} is a backup of {manifest.database}, and this database is {connection.vendor}. Nothing was changed."
        )
    loader = MigrationLoader(None)
    known = set(loader.disk_migrations) | {old for migration in loader.disk_migrations.values() for old in migration.replaces}
    unknown = [f"{app}.{name}" for app, name in manifest.migrations if (app, name) not in known]
    if unknown:
        raise BackupError(
            f"{path} was made by version {manifest.version} and has changes that this version {settings.VERSION} does not "
            f"know ({unknown[0]}): install that version first. Nothing was changed."
        )


def _applied() -> list[tuple[str, str]]:
    return sorted(MigrationRecorder(connection).applied_migrations())


@contextmanager
def _connected_to(place: str) -> Iterator[None]:
    """The default connection leads to the database at `place` meanwhile."""
    own = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = place
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own
