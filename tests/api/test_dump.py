"""The nightly dump: whole or not there, with checksums that hold, and fetched in pieces."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django_celery_beat.models import PeriodicTask

from alerts.models import Alert
from annotations.models import Annotation
from api.dump import building, tables
from api.dump.building import KEPT, DumpError, build_dump, dumps, manifest_of
from api.tasks import dump
from edits.models import EditCount

NOW = dt.datetime(2026, 8, 28, 3, 20, tzinfo=dt.UTC)


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.DUMP_DIR = tmp_path / "dumps"
    return settings.DUMP_DIR


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode("utf-8-sig"))))


def test_the_manifest_says_what_the_files_hold(folder: Path, peak: Alert, bob: Any) -> None:
    Annotation.objects.create(alert=peak, author=bob, text="Known to everybody.", status="published")
    Annotation.objects.create(alert=peak, author=bob, text="Known to nobody yet.", status="pending")
    made = build_dump(folder=folder, now=NOW)

    files = {file["name"]: file for file in manifest_of(made)["files"]}
    for name, file in files.items():
        assert hashlib.sha256((made / name).read_bytes()).hexdigest() == file["sha256"]
        rows = rows_of(made / name)
        assert len(rows) == file["rows"]
        assert (made / name).stat().st_size == file["bytes"]
        assert not rows or list(rows[0]) == file["columns"]
    assert files["edit_counts.csv.gz"]["rows"] == EditCount.objects.count() > 0
    assert files["alerts.csv.gz"]["rows"] == 1
    assert [row["text"] for row in rows_of(made / "annotations.csv.gz")] == ["Known to everybody."]
    assert "bob" not in gzip.decompress((made / "annotations.csv.gz").read_bytes()).decode()


def test_all_pieces_together_are_the_whole_table(folder: Path, peak: Alert, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROWS_AT_ONCE", 7)

    rows = rows_of(build_dump(folder=folder, now=NOW) / "edit_counts.csv.gz")

    assert [int(row["count"]) for row in rows] == list(EditCount.objects.order_by("pk").values_list("edit_count", flat=True))
    assert {row["project"] for row in rows} == {"is.wikipedia.org"}


def test_what_fails_half_way_leaves_what_was_there(folder: Path, peak: Alert, monkeypatch: pytest.MonkeyPatch) -> None:
    before = build_dump(folder=folder, now=NOW)
    written: list[str] = []
    original = building._write

    def full_disk(into: Path, table: Any) -> dict[str, Any]:
        if written:
            raise OSError(28, "No space left on device")
        written.append(table.name)
        return original(into, table)

    monkeypatch.setattr(building, "_write", full_disk)
    with pytest.raises(DumpError, match="No space left"):
        build_dump(folder=folder, now=NOW + dt.timedelta(days=1))

    assert dumps(folder) == [before]
    assert list(folder.glob(".unfinished*")) == []


def test_what_a_killed_process_left_is_cleared_and_never_served(client: Client, folder: Path, peak: Alert) -> None:
    rest = folder / ".unfinished-abc"
    rest.mkdir(parents=True)
    (rest / "manifest.json").write_text('{"files": []}')

    assert client.get("/api/dump.json").json() == {"files": []}
    build_dump(folder=folder, now=NOW)
    assert not rest.exists()


def test_of_two_at_once_one_is_refused(folder: Path, db: None) -> None:
    folder.mkdir()
    with building._alone(folder), pytest.raises(DumpError, match="wait"):
        build_dump(folder=folder, now=NOW)


def test_only_the_newest_are_kept(folder: Path, db: None) -> None:
    made = [build_dump(folder=folder, now=NOW + dt.timedelta(days=day)) for day in range(KEPT + 2)]

    assert dumps(folder) == made[::-1][:KEPT]
    assert build_dump(folder=folder, now=NOW + dt.timedelta(days=KEPT + 1)) == made[-1]


def test_a_file_is_fetched_in_pieces(client: Client, folder: Path, peak: Alert) -> None:
    build_dump(folder=folder, now=NOW)
    (file,) = [each for each in client.get("/api/dump.json").json()["files"] if each["name"] == "edit_counts.csv.gz"]
    taken = {"accept-encoding": "gzip, br"}  # what is compressed already is not compressed again

    first = client.get(file["url"], headers={**taken, "range": "bytes=0-99"})
    rest = client.get(file["url"], headers={**taken, "range": "bytes=100-"})

    assert (first.status_code, first["Content-Range"]) == (206, f"bytes 0-99/{file['bytes']}")
    whole = b"".join(first.streaming_content) + b"".join(rest.streaming_content)
    assert hashlib.sha256(whole).hexdigest() == file["sha256"]
    assert "Content-Encoding" not in first
    assert client.get(file["url"], headers={"range": f"bytes={file['bytes']}-"}).status_code == 416
    assert int(client.head(file["url"])["Content-Length"]) == file["bytes"]


@pytest.mark.parametrize("name", ["manifest.json", ".lock", "..%2Fdb.sqlite3", "nothing.csv.gz"])
def test_nothing_but_what_a_manifest_names_is_served(client: Client, folder: Path, db: None, name: str) -> None:
    made = build_dump(folder=folder, now=NOW)

    assert client.get(f"/api/dumps/{made.name}/{name}").status_code == 404
    assert client.get("/api/dumps/../edit_counts.csv.gz").status_code == 404


def test_the_schedule_asks_for_it_each_night(folder: Path, db: None) -> None:
    task = PeriodicTask.objects.get(task="api.tasks.dump")

    assert task.enabled
    assert dump() == dumps(folder)[0].name


def test_the_command_says_what_it_wrote_or_why_not(
    folder: Path, peak: Alert, capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    call_command("dump")
    assert "edit_counts.csv.gz: 47 rows" in capsys.readouterr().out
    assert json.loads((dumps(folder)[0] / "manifest.json").read_text())["version"] == 1
    folder.joinpath("x").touch()
    settings.DUMP_DIR = folder / "x" / "y"
    with pytest.raises(CommandError, match="DUMP_DIR"):
        call_command("dump")
