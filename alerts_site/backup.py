"""A copy of the whole database in one file, and the way back."""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management.base import CommandError
from django.db import connection

# The last line of a dump that came to its end.
COMPLETE = b"-- Dump completed"
TAIL = 4096
Sink = gzip.GzipFile


def backup(*, path: Path) -> int:
    """Write the database to `path` (gzip), readable by nobody else, and return its size in bytes.

    The file appears under its name only when it is whole. The site may go on working meanwhile. Raises CommandError when
    the dump fails, and when the file is there already.
    """
    if path.exists():
        raise CommandError(f"{path} exists: name another file, or move it away")
    if not path.parent.is_dir():
        raise CommandError(f"There is no folder {path.parent}: make it, or name another file")
    partial = path.with_name(path.name + ".partial")
    try:
        raw = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(raw, "wb") as file, gzip.GzipFile(fileobj=file, mode="wb") as out:
            (_dump_mysql if connection.vendor == "mysql" else _dump_sqlite)(out)
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
    return path.stat().st_size


def restore(*, path: Path, overwrite: bool = False) -> None:
    """Make the database what `path` holds. Raises CommandError for a file that is not a whole backup of this kind of
    database, and for a database that is in use, unless `overwrite`.
    """
    if not overwrite and connection.introspection.table_names():  # of this site, or of anybody else
        raise CommandError("The database is not empty. Restore into an empty one, or say --overwrite: what it holds is lost.")
    try:
        (_load_mysql if connection.vendor == "mysql" else _load_sqlite)(path)
    except (OSError, EOFError) as error:
        raise CommandError(f"{path} is not a whole backup: {error}") from error


def _client(program: str) -> tuple[list[str], dict[str, str]]:
    """The command line and environment for a MariaDB program; the password stays out of the list of processes."""
    found = shutil.which(f"mariadb-{program}" if program != "mariadb" else program) or shutil.which(
        {"dump": "mysqldump", "mariadb": "mysql"}[program]
    )
    if found is None:
        raise CommandError("MariaDB's client programs are missing: apt-get install mariadb-client")
    arguments, environment = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    return [found, *arguments[1:]], {**os.environ, **(environment or {})}


def _dump_mysql(out: Sink) -> None:
    (program, *arguments), environment = _client("dump")
    *options, database = arguments
    # One consistent moment, without locking anybody out.
    command = [program, *options, "--single-transaction", "--quick", "--skip-lock-tables", "--hex-blob", database]
    tail = b""
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:  # noqa: S603 - our own settings
        assert process.stdout is not None  # noqa: S101 - PIPE
        while block := process.stdout.read(1 << 20):
            out.write(block)
            tail = (tail + block)[-TAIL:]
    if process.returncode or COMPLETE not in tail:
        raise CommandError(f"mariadb-dump ended with {process.returncode} before it was complete")


def _load_mysql(path: Path) -> None:
    with gzip.open(path) as source:
        tail = b""
        while block := source.read(1 << 20):
            tail = (tail + block)[-TAIL:]
    if COMPLETE not in tail:
        raise CommandError(f"{path} is not a whole backup of MariaDB: its last line is missing")
    for table in connection.introspection.table_names():
        _drop(table)
    command, environment = _client("mariadb")
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as process:  # noqa: S603 - our own settings
        assert process.stdin is not None  # noqa: S101 - PIPE
        with gzip.open(path) as source:
            shutil.copyfileobj(source, process.stdin, 1 << 20)
    if process.returncode:
        raise CommandError(
            f"mariadb ended with {process.returncode}: the database is not restored; correct that, and try again"
        )


def _drop(table: str) -> None:
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(table)}")


@contextmanager
def _sqlite_file(name: str) -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(name)
    try:
        yield opened
    finally:
        opened.close()


def _dump_sqlite(out: Sink) -> None:
    with TemporaryDirectory() as folder:
        name = f"{folder}/copy.sqlite3"
        with _sqlite_file(str(connection.settings_dict["NAME"])) as source, _sqlite_file(name) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # all in one file
        with open(name, "rb") as finished:
            shutil.copyfileobj(finished, out, 1 << 20)


def _load_sqlite(path: Path) -> None:
    with TemporaryDirectory() as folder:
        name = f"{folder}/copy.sqlite3"
        with gzip.open(path) as source, open(name, "wb") as copied:
            shutil.copyfileobj(source, copied, 1 << 20)
        with _sqlite_file(name) as copy:
            try:
                sound = copy.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            except sqlite3.DatabaseError:
                sound = False
            if not sound:
                raise CommandError(f"{path} is not a whole backup of SQLite")
            connection.close()
            with _sqlite_file(str(connection.settings_dict["NAME"])) as target:
                copy.backup(target)
