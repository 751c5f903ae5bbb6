"""Databases of their own for tests that run commands."""

from __future__ import annotations

import os
import uuid
from urllib.parse import urlsplit

import pytest
from django.db import connection


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
