"""What is backed up comes back, on both databases, by the commands that operators use."""

import gzip
import hashlib
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from operations.backup import archive
from operations.backup.archive import MARK
from tests.alerts_site.production import ROOT, run
from tests.operations.test_verify import SAMPLE

PEOPLE = "import django; django.setup(); from accounts.models import User; "
CONTENT = """
import django; django.setup()
from django.apps import apps
for model in sorted(apps.get_models(), key=lambda m: m._meta.label):
    if model._meta.managed and not model._meta.proxy and model._meta.app_label != "sessions":
        for row in model._default_manager.order_by("pk").values_list():
            print(model._meta.label, row)
"""


def _ok(environment, *arguments):
    done = run(environment, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_restored_backup_is_the_same_database(migrated, database, tmp_path):
    first, second, file = migrated(), database(), tmp_path / "backup.gz"
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


def test_a_database_of_somebody_else_is_not_empty(migrated, database, tmp_path):
    site, other, file = migrated(), database(), tmp_path / "backup.gz"
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


@pytest.fixture
def site(migrated, tmp_path):
    """A site with data, the backup of it, and what it holds."""
    environment, file = migrated(), tmp_path / "backup.gz"
    _ok(
        environment,
        "-c",
        "import django; django.setup(); from accounts.models import User; User.objects.create_user('Zoë 🎉')",
    )
    _ok(environment, "manage.py", "backup", str(file))
    return environment, file, _ok(environment, "-c", CONTENT)


def _packed(content):
    return gzip.compress(content)


def _sqlite_of_somebody_else(tmp_path):
    with closing(sqlite3.connect(tmp_path / "other.sqlite3")) as other:
        other.execute("CREATE TABLE notes (id INTEGER, text TEXT)")
        other.commit()
    return (tmp_path / "other.sqlite3").read_bytes()


def _with_manifest(content, **changes):
    """`content` with a manifest of its own that is right but for `changes`."""
    manifest = {
        "project": "community-activity-alerts", "version": "0.1.0", "database": connection.vendor, "made": "2026-11-29",
        "tables": ["django_migrations"], "migrations": [], "size": len(content), "sha256": hashlib.sha256(content).hexdigest(),
    }  # fmt: skip
    return _packed(content + MARK + json.dumps(manifest | changes).encode())


def _wrong(good, tmp_path):
    """Files that are no backup of this site, by what is wrong with them; `good` is one."""
    content = gzip.decompress(good)
    body = content[: content.rindex(MARK)]
    flipped = bytearray(content)
    flipped[len(flipped) // 3] ^= 1
    return {
        "empty": b"",
        "an empty gzip": _packed(b""),
        "half": good[: len(good) // 2],
        "all but its last byte": good[:-1],
        "random bytes": b"\x8e\x01\xff" * 4000,
        "random bytes behind a header of gzip": b"\x1f\x8b\x08\x00" + b"\x8e\x01\xff" * 4000,
        "random bytes in the middle": good[: len(good) // 2] + b"\xff" * 500 + good[len(good) // 2 + 500 :],
        "not packed": content,
        "without its last line": _packed(body),
        "its last line alone": _packed(content[content.rindex(MARK) :]),
        "one bit changed": _packed(bytes(flipped)),
        "something behind it": _packed(content + b"DROP TABLE alerts;"),
        "twice": good + good,
        "a database of somebody else": _packed(_sqlite_of_somebody_else(tmp_path)),
        "the last line of a dump": _packed(b"-- Dump completed on 2026-11-29 08:00:00\n"),
        "a dump of the original tool": _packed(ORIGINAL.encode()),
        "broken SQL with a manifest": _with_manifest(b"CREATE TABLE a (id INT);\nINSERT INTO a VALUES (;\n"),
        "another project": _with_manifest(body, project="something-else"),
        "another kind of database": _with_manifest(body, database="oracle"),
        "a later version": _with_manifest(body, migrations=[["alerts", "9999_of_the_future"]]),
        "other tables than it says": _with_manifest(body, tables=["alerts", "django_migrations"]),
        "a manifest that is none": _packed(body + MARK + b"[1, 2]\n"),
    }


ORIGINAL = """
DROP TABLE IF EXISTS `community_alerts`;
CREATE TABLE `community_alerts` (`project` VARCHAR(255), `timestamp` DATETIME, `edit_count` INT);
INSERT INTO `community_alerts` VALUES ('uz.wikipedia.org', '2020-01-01', 5);
-- Dump completed on 2026-11-29 08:00:00
"""


TRY_ALL = """
import json, sys
from pathlib import Path
import django; django.setup()
from django.core.management import CommandError, call_command
said = {}
for path in sorted(Path(sys.argv[1]).iterdir()):
    for overwrite in (False, True):
        try:
            call_command("restore", str(path), overwrite=overwrite)
        except CommandError as error:
            said.setdefault(path.name, []).append(str(error))
print(json.dumps(said))
"""


def test_a_wrong_file_is_refused_in_a_sentence_and_changes_nothing(site, tmp_path):
    environment, file, before = site
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    kinds = _wrong(file.read_bytes(), tmp_path)
    for kind, content in kinds.items():
        (wrong / kind).write_bytes(content)
    (wrong / "a folder").mkdir()
    said = json.loads(_ok(environment, "-c", TRY_ALL, str(wrong)))
    for kind in (*kinds, "a folder"):
        in_use, refused = said[kind]
        assert "not empty" in in_use, kind
        assert refused.startswith(f"{wrong / kind} "), (kind, refused)
        assert refused.endswith("Nothing was changed."), (kind, refused)
        assert "\n" not in refused, (kind, refused)
    assert _ok(environment, "-c", CONTENT) == before
    assert _beside(environment) == []


def _beside(environment):
    """What restores left beside the database."""
    if url := environment.get("DATABASE_URL"):
        with connection.cursor() as cursor:
            name = urlsplit(url).path.strip("/") + "_"
            cursor.execute("SELECT schema_name FROM information_schema.schemata WHERE LOCATE(%s, schema_name)", [name])
            return [found for (found,) in cursor.fetchall()]
    return sorted(path.name for path in Path(environment["VAR_DIR"]).glob("db.sqlite3?*"))


def test_what_was_here_is_kept_under_the_name_that_is_said(site, tmp_path):
    environment, file, before = site
    change = (
        "import django; django.setup(); from accounts.models import User; User.objects.filter().update(username='changed')"
    )
    _ok(environment, "-c", change)
    said = _ok(environment, "manage.py", "restore", str(file), "--overwrite")
    assert _ok(environment, "-c", CONTENT) == before

    (kept,) = _beside(environment)
    assert kept in said
    assert "is complete" in said
    if url := environment.get("DATABASE_URL"):
        back = environment | {"DATABASE_URL": urlsplit(url)._replace(path=f"/{kept}").geturl()}
    else:
        back = environment | {"DATABASE_URL": f"sqlite:///{environment['VAR_DIR']}/{kept}"}
    assert "'changed'" in _ok(back, "-c", CONTENT)


def test_a_restore_of_data_that_contradict_themselves_says_so_apart(site, tmp_path):
    environment, _, _ = site
    wrong = (
        "import django, datetime; django.setup()\n"
        "from edits.models import EditCount, Project\n"
        "project = Project.objects.create(dbname='xwiki', domain='x.wikipedia.org', family='wikipedia')\n"
        "EditCount.objects.create(project=project, month=datetime.date(2099, 1, 1), edit_count=1)\n"
    )
    _ok(environment, "-c", wrong)
    file = tmp_path / "contradicting.gz"
    _ok(environment, "manage.py", "backup", str(file))
    done = run(environment, "manage.py", "restore", str(file), "--overwrite")
    assert done.returncode == 0, done.stderr
    assert "It is complete." in done.stdout
    assert "contradict themselves" in done.stderr


def test_nothing_is_half_done_where_the_disk_is_full(site, tmp_path):
    """A limit on the size of files stands for a disk without room; TMPDIR is not used at all."""
    environment, file, before = site
    blocks = 8 if connection.vendor == "mysql" else 128  # of 1 kB; SQLite's own index of its log needs some
    small = ["bash", "-c", f'ulimit -f {blocks}; trap "" XFSZ; exec "$@"', "-"]
    without = environment | {"TMPDIR": "/nowhere"}
    for command in (("backup", str(tmp_path / "another.gz")), ("restore", str(file), "--overwrite")):
        done = subprocess.run(
            [*small, sys.executable, "manage.py", *command], cwd=ROOT, env=without, capture_output=True, text=True
        )
        if command[0] == "restore" and connection.vendor == "mysql":
            continue  # the server writes
        assert done.returncode == 1, done.stdout
        assert "Traceback" not in done.stderr
        assert "cannot be" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["backup.gz"]
    assert _ok(environment, "-c", CONTENT) == before


def test_a_killed_backup_leaves_nothing_for_long_and_two_do_not_share(site, tmp_path):
    environment, file, _ = site
    left = tmp_path / "yesterday.gz.0123456789ab.partial"
    left.write_bytes(file.read_bytes()[:1000])
    left.chmod(0o600)
    of_somebody_else = tmp_path / "download.partial"
    of_somebody_else.write_bytes(b"%PDF")
    with archive.partial_file(tmp_path / "running.gz") as running:
        running.write(b"\x1f\x8b")
        running.flush()
        _ok(environment, "manage.py", "backup", str(tmp_path / "today.gz"))
        assert Path(running.name).exists()
    assert not left.exists()
    assert of_somebody_else.exists()
    same = tmp_path / "same.gz"
    with (
        pytest.raises(archive.BackupError, match="made by somebody else"),
        archive.new_file(same),
        archive.new_file(same) as two,
    ):
        two.write(b"first")
    assert same.read_bytes() == b"first"


def test_a_backup_is_never_written_over_an_older_one(site):
    environment, file, _ = site
    before = file.read_bytes()
    refused = run(environment, "manage.py", "backup", str(file))
    assert refused.returncode == 1
    assert "exists" in refused.stderr
    assert file.read_bytes() == before


def test_a_backup_can_be_read_without_this_site(site, tmp_path):
    _, file, _ = site
    content = gzip.decompress(file.read_bytes())
    if connection.vendor == "mysql":
        assert b"-- Dump completed" in content
        assert content.splitlines()[-1].startswith(MARK.strip())
        return
    (tmp_path / "by-hand.sqlite3").write_bytes(content)
    with closing(sqlite3.connect(tmp_path / "by-hand.sqlite3")) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert opened.execute("SELECT username FROM users").fetchall() == [("Zoë 🎉",)]


def test_a_damaged_database_can_be_replaced(site):
    environment, file, before = site
    if connection.vendor == "mysql":
        pytest.skip("a server looks after its files")
    database = Path(environment["VAR_DIR"]) / "db.sqlite3"
    database.write_bytes(b"no database at all" * 1000)
    _ok(environment, "manage.py", "restore", str(file), "--overwrite")
    assert _ok(environment, "-c", CONTENT) == before


def test_sample_is_where_the_tests_look_for_it():
    assert SAMPLE.is_dir()
    assert (ROOT / "manage.py").is_file()
