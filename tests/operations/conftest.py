"""Databases of their own for tests that run commands."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.alerts_site.production import run

MIGRATED = pytest.StashKey[Path]()


@pytest.fixture
def database(tmp_path, db, request):
    """Makes environments of commands on empty databases of the kind that the tests run on."""
    made = []

    def make():
        environment = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "alerts_site.settings",
            "WIKIMEDIA_CONTACT": "operator@example.org",
            "VAR_DIR": str(tmp_path / f"var{len(made)}"),
        }
        if connection.vendor == "mysql":
            name = f"caa_backup_{uuid.uuid4().hex[:12]}"
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
            environment["DATABASE_URL"] = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
            made.append(name)
        else:
            made.append(None)
        return environment

    yield make
    for name in filter(None, made):
        with connection.cursor() as cursor:
            cursor.execute("SELECT schema_name FROM information_schema.schemata WHERE LOCATE(%s, schema_name)", [name])
            for (found,) in cursor.fetchall():  # also those that a restore made beside it
                cursor.execute(f"DROP DATABASE {found}")


@pytest.fixture
def migrated(database, request, tmp_path_factory):
    """Makes environments of commands on migrated databases. The first is migrated, which takes many seconds; the others are
    copies of it."""

    def make():
        environment = database()
        kept = request.config.stash.get(MIGRATED, None)
        if kept is None:
            done = run(environment, "manage.py", "migrate", "-v0")
            assert done.returncode == 0, done.stdout + done.stderr
            kept = request.config.stash[MIGRATED] = tmp_path_factory.mktemp("migrated") / "database"
            _copy_out(environment, kept)
        else:
            _copy_in(kept, environment)
        return environment

    return make


def _copy_out(environment, file):
    if connection.vendor == "mysql":
        with file.open("wb") as out:
            _ask_server("mariadb-dump", environment, stdout=out)
    else:
        shutil.copy(Path(environment["VAR_DIR"]) / "db.sqlite3", file)


def _copy_in(file, environment):
    if connection.vendor == "mysql":
        with file.open("rb") as source:
            _ask_server("mariadb", environment, stdin=source)
    else:
        Path(environment["VAR_DIR"]).mkdir()
        shutil.copy(file, Path(environment["VAR_DIR"]) / "db.sqlite3")


def _ask_server(program, environment, **streams):
    url = urlsplit(environment["DATABASE_URL"])
    place = [f"--host={url.hostname}", f"--port={url.port or 3306}", f"--user={url.username}", url.path.removeprefix("/")]
    subprocess.run([program, *place], env=os.environ | {"MYSQL_PWD": url.password or ""}, check=True, **streams)
