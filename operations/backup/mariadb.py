"""Backup and restore where the database is on a server, by the server's own programs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from django.db import DatabaseError, connection

from operations.backup import archive
from operations.backup.archive import BLOCK, BackupError, Manifest, Sink

# The last line of a dump that came to its end.
COMPLETE = b"-- Dump completed"
TAIL = 4096
PROGRAMS = {"dump": ("mariadb-dump", "mysqldump"), "client": ("mariadb", "mysql")}


def dump(out: Sink, path: Path) -> None:
    """Write one consistent moment of the database to `out`, without locking anybody out."""
    (program, *options), environment = _program("dump")
    command = [program, *options, "--single-transaction", "--quick", "--skip-lock-tables", "--hex-blob", _name()]
    tail = b""
    with (
        TemporaryFile() as said,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, env=environment) as process,  # noqa: S603 - our settings
    ):
        assert process.stdout is not None  # noqa: S101 - PIPE
        try:
            while block := process.stdout.read(BLOCK):
                out.write(block)
                tail = (tail + block)[-TAIL:]
        except OSError:
            process.kill()  # nobody reads on
            raise
        if process.wait() or COMPLETE not in tail:
            raise BackupError(f"mariadb-dump ended before the dump was complete: {_said(said)}")


def load(path: Path, stamp: str) -> tuple[Manifest, str]:
    """Load the backup into an empty database: this one, or a new one beside it. Return what it holds, and that place."""
    place = _name()
    if connection.introspection.table_names():
        place = _make(f"{_name()}_restoring_{stamp}")
    command, environment = _program("client")
    manifest = None
    try:
        with (
            TemporaryFile() as said,
            subprocess.Popen(  # noqa: S603 - our own settings
                [*command, place], stdin=subprocess.PIPE, stderr=said, stdout=subprocess.DEVNULL, env=environment
            ) as process,
        ):
            assert process.stdin is not None  # noqa: S101 - PIPE
            try:
                manifest = archive.read(path, process.stdin)
                process.stdin.close()
            except BrokenPipeError:
                pass  # the client has ended, and says why
            if process.wait() or manifest is None:
                raise BackupError(f"{path} cannot be loaded beside the database: {_said(said)}. Nothing was changed.")
        return manifest, place
    except BaseException:
        discard(place)
        raise


def swap(place: str, stamp: str) -> str | None:
    """Move the tables of `place` here, and those that were here to a database of their own, in one statement."""
    if place == _name():
        return None
    kept = _make(f"{_name()}_before_{stamp}")
    moves = [(_name(), kept, table) for table in _tables(_name())] + [(place, _name(), table) for table in _tables(place)]
    quote = connection.ops.quote_name
    pairs = [f"{quote(old)}.{quote(table)} TO {quote(new)}.{quote(table)}" for old, new, table in moves]
    try:
        _execute(f"RENAME TABLE {', '.join(pairs)}")
    except DatabaseError as error:
        _execute(f"DROP DATABASE {quote(kept)}")
        raise BackupError(f"The restored tables cannot be moved into their place: {error}. Nothing was changed.") from error
    discard(place)
    return kept


def discard(place: str) -> None:
    """Remove what was loaded: the database beside, or the tables in the one that was empty."""
    quote = connection.ops.quote_name
    if place != _name():
        _execute(f"DROP DATABASE IF EXISTS {quote(place)}")
        return
    with connection.constraint_checks_disabled():
        for table in _tables(place):
            _execute(f"DROP TABLE IF EXISTS {quote(table)}")


def _make(name: str) -> str:
    try:
        _execute(f"CREATE DATABASE {connection.ops.quote_name(name)} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
    except DatabaseError as error:
        user = connection.settings_dict["USER"]
        raise BackupError(
            f"A database beside this one cannot be made ({error}). Let an administrator of the server run: "
            f"GRANT ALL ON `{_name()}\\_%`.* TO '{user}'@'%'. Nothing was changed."
        ) from error
    return name


def _tables(name: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = %s", [name])
        return [table for (table,) in cursor.fetchall()]


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _program(kind: str) -> tuple[list[str], dict[str, str]]:
    """The command line up to the database, and the environment; the password stays out of the list of processes."""
    found = next(filter(None, map(shutil.which, PROGRAMS[kind])), None)
    if found is None:
        raise BackupError("MariaDB's client programs are missing: apt-get install mariadb-client")
    arguments, environment = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    return [found, *arguments[1:-1]], {**os.environ, **(environment or {})}


def _said(file: IO[bytes]) -> str:
    """The first line that a program wrote to its error stream."""
    file.seek(0)
    text = file.read(TAIL).decode(errors="replace").strip()
    return text.splitlines()[0] if text else "it does not say why"
