"""What is backed up comes back, on both databases, by the commands that operators use."""

import os
import uuid
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.alerts_site.production import ROOT, run
from tests.alerts_site.test_verify import SAMPLE

CONTENT = """
import django; django.setup()
from django.apps import apps
for model in sorted(apps.get_models(), key=lambda m: m._meta.label):
    if model._meta.managed and not model._meta.proxy and model._meta.app_label != "sessions":
        for row in model._default_manager.order_by("pk").values_list():
            print(model._meta.label, row)
"""


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
            cursor.execute(f"DROP DATABASE {name}")


def _ok(environment, *arguments):
    done = run(environment, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_restored_backup_is_the_same_database(database, tmp_path):
    first, second, file = database(), database(), tmp_path / "backup.gz"
    _ok(first, "manage.py", "migrate", "-v0")
    _ok(first, "manage.py", "load_snapshot", str(SAMPLE))
    _ok(first, "manage.py", "detect_alerts")
    _ok(first, "-c", "import django; django.setup(); from accounts.models import User; User.objects.create_user('Zoë 🎉')")
    _ok(first, "manage.py", "backup", str(file))
    assert file.stat().st_mode & 0o077 == 0

    assert "Restored" in _ok(second, "manage.py", "restore", str(file))
    before, after = _ok(first, "-c", CONTENT), _ok(second, "-c", CONTENT)
    assert "alerts.Alert" in before
    assert "Zoë 🎉" in before
    assert after == before

    again = run(second, "manage.py", "restore", str(file))
    assert again.returncode == 1
    assert "not empty" in again.stderr
    _ok(second, "manage.py", "restore", str(file), "--overwrite")
    assert _ok(second, "-c", CONTENT) == before


def test_a_database_of_somebody_else_is_not_empty(database, tmp_path):
    site, other, file = database(), database(), tmp_path / "backup.gz"
    _ok(site, "manage.py", "migrate", "-v0")
    _ok(site, "manage.py", "backup", str(file))
    make = "import django; django.setup(); from django.db import connection; connection.cursor().execute('{}')"
    _ok(other, "-c", make.format("CREATE TABLE precious (id INT)"))

    refused = run(other, "manage.py", "restore", str(file))

    assert refused.returncode == 1
    assert "not empty" in refused.stderr
    _ok(other, "-c", make.format("INSERT INTO precious VALUES (1)"))


def test_a_folder_that_is_not_there_is_a_sentence(database, tmp_path):
    refused = run(database(), "manage.py", "backup", str(tmp_path / "nowhere" / "backup.gz"))
    assert "There is no folder" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_half_a_backup_is_refused_and_changes_nothing(database, tmp_path):
    environment, file = database(), tmp_path / "backup.gz"
    _ok(environment, "manage.py", "migrate", "-v0")
    _ok(environment, "manage.py", "backup", str(file))
    assert run(environment, "manage.py", "backup", str(file)).returncode == 1  # never over an older one
    half = tmp_path / "half.gz"
    half.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    before = _ok(environment, "-c", CONTENT)
    refused = run(environment, "manage.py", "restore", str(half), "--overwrite")
    assert refused.returncode == 1
    assert "not a whole backup" in refused.stderr
    assert _ok(environment, "-c", CONTENT) == before


def test_sample_is_where_the_tests_look_for_it():
    assert SAMPLE.is_dir()
    assert (ROOT / "manage.py").is_file()
