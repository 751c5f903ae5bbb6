"""A database of the last development version becomes one of the present version, with everything in it."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.alerts_site.production import run

DUMPS = Path(__file__).parent / "development"

LOOK = """
import json
import django; django.setup()
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django_celery_beat.models import PeriodicTask
from accounts.models import User
from alerts.models import Alert
from operations.models import TaskTiming

with connection.cursor() as cursor:
    tables = sorted(connection.introspection.table_names(cursor))
    schema = {}
    for table in tables:
        columns = connection.introspection.get_table_description(cursor, table)
        constraints = connection.introspection.get_constraints(cursor, table).items()
        schema[table] = [
            sorted([c.name, str(c.type_code), str(c.internal_size), c.null_ok] for c in columns),
            sorted([str(sorted(c["columns"])), str(c["foreign_key"]), c["primary_key"], c["unique"], c["check"]]
                   for name, c in constraints),
        ]
print(json.dumps({
    "schema": schema,
    "rows": {m._meta.db_table: m._base_manager.count() for m in apps.get_models() if m._meta.managed},
    "content types": sorted(f"{c.app_label}.{c.model}" for c in ContentType.objects.all()),
    "permissions": sorted(f"{p.content_type.app_label}.{p.codename}" for p in Permission.objects.all()),
    "tasks": sorted(PeriodicTask.objects.values_list("name", "task", "queue")),
    "timings": sorted(TaskTiming.objects.values_list("task", flat=True)),
    "alerts": sorted(Alert.objects.values_list("project__domain", "status", "label")),
    "may bob": User.objects.filter(username="bob").exists()
               and User.objects.get(username="bob").has_perm("operations.view_heartbeat"),
}, default=str))
"""


def _look(environment: dict[str, str]) -> dict[str, Any]:
    done = run(environment, "-c", LOOK)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _ok(environment: dict[str, str], *arguments: str) -> str:
    done = run(environment, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _load(environment: dict[str, str]) -> None:
    """The dump of the development version, put into the empty database of `environment` by the database's own means."""
    url = environment.get("DATABASE_URL")
    if not url:
        Path(environment["VAR_DIR"]).mkdir(parents=True)
        with gzip.open(DUMPS / "sqlite3.gz") as dump, open(Path(environment["VAR_DIR"]) / "db.sqlite3", "wb") as file:
            shutil.copyfileobj(dump, file)
        return
    parts = urlsplit(url)
    command = ["mariadb", f"--host={parts.hostname}", f"--port={parts.port or 3306}", f"--user={parts.username}"]
    if parts.password:
        command.append(f"--password={parts.password}")
    dump = gzip.decompress((DUMPS / "mariadb.sql.gz").read_bytes())
    subprocess.run([*command, parts.path.strip("/")], input=dump, check=True)


def test_a_development_database_upgrades_to_the_present_version(database) -> None:
    old, new = database(), database()
    _load(old)
    _ok(old, "manage.py", "migrate", "-v0")
    _ok(new, "manage.py", "migrate", "-v0")

    upgraded, fresh = _look(old), _look(new)
    assert upgraded["schema"] == fresh["schema"]
    for same in ("content types", "permissions", "tasks"):
        assert upgraded[same] == fresh[same], same
    assert upgraded["timings"] == ["edits.tasks.fetch_due", "operations.tasks.tidy"]
    assert upgraded["may bob"]
    assert upgraded["rows"]["edit_counts"] == 1021
    assert upgraded["rows"]["annotations"] == upgraded["rows"]["heartbeats"] == 1
    assert len(upgraded["alerts"]) == 67
    assert ["explained", "An edit-a-thon \u200fשלום\u200e 🎉"] in [alert[1:] for alert in upgraded["alerts"]]

    assert "No migrations to apply" in _ok(old, "manage.py", "migrate")
    _ok(old, "manage.py", "detect_alerts")
    _ok(old, "manage.py", "verify")
