"""A site of the production profile, with a database and keys of its own."""

import os
import socket
import sys
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from tests.alerts_site.production import production_environment
from tests.replay.fixtures import replay

__all__ = ["environment", "replay"]


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def environment(tmp_path, db):
    """Of production, with a database and keys of its own."""
    if connection.vendor != "mysql" or not settings.REDIS_URL:
        pytest.skip("needs MariaDB and Redis: this is the embedded run")
    name = f"caa_procfile_{uuid.uuid4().hex[:12]}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    yield production_environment(
        tmp_path,
        DATABASE_URL=urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl(),
        REDIS_URL=settings.REDIS_URL,
        REDIS_KEY_PREFIX=name,
        PORT=str(_free_port()),
        PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        WIKIMEDIA_ANALYTICS_URL=settings.WIKIMEDIA_ANALYTICS_URL,
        WIKIMEDIA_SITEMATRIX_URL=settings.WIKIMEDIA_SITEMATRIX_URL,
    )
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name}")
