"""Recorded data goes in whole, or not at all."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from edits.models import EditCount, EditorCount, FetchOutcome, FetchRun, Project
from edits.snapshot.services import SAMPLE_DIR

pytestmark = pytest.mark.django_db

EDITS = "project,page_type,month,edits,source\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    site = {"url": "https://is.wikipedia.org", "dbname": "iswiki", "code": "wiki", "sitename": "Wikipedia"}
    group = {"code": "is", "name": "íslenska", "site": [site], "dir": "ltr", "localname": "Icelandic"}
    matrix = {"sitematrix": {"count": 1, "0": group, "specials": []}}
    (tmp_path / "sitematrix-2026-04.json.gz").write_bytes(gzip.compress(json.dumps(matrix).encode()))
    return tmp_path


def write_edits(folder: Path, *rows: str) -> None:
    (folder / "monthly-edits.csv").write_text(EDITS + "".join(f"{row}\n" for row in rows))


def test_projects_and_counts_are_stored_and_a_second_load_changes_nothing(folder: Path) -> None:
    write_edits(folder, "is.wikipedia.org,content,2020-01,5,x", "is.wikipedia.org,content,2020-02,0,x")
    (folder / "monthly-active-editors.csv").write_text("project,month,editors\nis.wikipedia.org,2012-01,44\n")
    call_command("load_snapshot", folder)
    rows = list(EditCount.objects.values())
    assert (Project.objects.get().name, len(rows), EditorCount.objects.get().editor_count) == ("Icelandic Wikipedia", 2, 44)
    call_command("load_snapshot", folder)
    assert list(EditCount.objects.values()) == rows
    assert set(FetchOutcome.objects.filter(run=FetchRun.objects.latest()).values_list("state", flat=True)) == {"unchanged"}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("is.wikipedia.org,content,2020-02,-3,x", r":3: '-3' is not a whole number"),
        ("is.wikipedia.org,content,2020-02,1.5,x", r":3: '1.5'"),
        ("is.wikipedia.org,content,2020-13,3,x", r":3: '2020-13' is not a month"),
        ("is.wikipedia.org,content,2099-01,3,x", r":3: month: 2099-01 is not over"),
        ("is.wikipedia.org,content,2020-01,3,x", r":3: is.wikipedia.org 2020-01 appears twice"),
        ("xx.wikipedia.org,content,2020-02,3,x", r":3: project 'xx.wikipedia.org' is not in the list"),
        ("is.wikipedia.org,drafts,2020-02,3,x", r":3: 'drafts' is not a valid PageType"),
        ("is.wikipedia.org,content,2020-02", r":3: 5 values expected"),
    ],
)
def test_a_bad_row_is_refused_with_file_line_and_reason_and_nothing_is_stored(folder: Path, row: str, message: str) -> None:
    write_edits(folder, "is.wikipedia.org,content,2020-01,5,x", row)
    with pytest.raises(CommandError, match=rf"monthly-edits.csv{message}"):
        call_command("load_snapshot", folder)
    assert not Project.objects.exists()
    assert not EditCount.objects.exists()
    assert not FetchRun.objects.exists()


def _truncated(folder: Path) -> None:
    (folder / "monthly-edits.csv.gz").write_bytes(gzip.compress((EDITS * 500).encode())[:40])


def _without_a_column(folder: Path) -> None:
    (folder / "monthly-edits.csv").write_text("project,month,edits\nis.wikipedia.org,2020-01,3\n")


def _a_column_twice(folder: Path) -> None:
    (folder / "monthly-edits.csv").write_text("project,page_type,month,edits,edits\nis.wikipedia.org,content,2020-01,3,4\n")


def _only_a_header(folder: Path) -> None:
    (folder / "monthly-edits.csv").write_text("project,page_type,month,edits\n")


def _a_huge_name(folder: Path) -> None:
    (folder / "monthly-edits.csv").write_text(f'project,page_type,month,"{"x" * 200_000}"\n')


def _a_huge_value(folder: Path) -> None:
    (folder / "monthly-edits.csv").write_text(f"{EDITS}is.wikipedia.org,content,2020-01,3,{'x' * 200_000}\n")


def _too_deep(folder: Path) -> None:
    (folder / "sitematrix-2026-05.json").write_text("[" * 100_000)


def _not_json(folder: Path) -> None:
    (folder / "sitematrix-2026-05.json").write_text("<html>")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_truncated, "monthly-edits.csv.gz: cannot be read"),
        (_without_a_column, ":1: the column page_type is missing"),
        (_a_column_twice, ":1: the column edits appears twice"),
        (_only_a_header, ":1: there is no row below the header"),
        (_a_huge_name, "monthly-edits.csv:1: field larger than field limit"),
        (_a_huge_value, r"monthly-edits.csv:\d: field larger than field limit"),
        (_too_deep, "sitematrix-2026-05.json: "),
        (_not_json, "sitematrix-2026-05.json: Expecting value"),
        (lambda folder: None, "there is none of .*monthly-edits.csv"),
    ],
)
def test_a_bad_file_is_refused(folder: Path, spoil: Callable[[Path], None], message: str) -> None:
    spoil(folder)
    with pytest.raises(CommandError, match=message):
        call_command("load_snapshot", folder)
    assert not Project.objects.exists()


def test_the_bundled_sample_loads() -> None:
    call_command("load_snapshot", SAMPLE_DIR)
    assert Project.objects.count() == 8
    assert EditCount.objects.count() == 1021
    assert FetchRun.objects.get().source == "sample"


@pytest.mark.recorded_data("sitematrix-2026-04.json.gz")
def test_the_recorded_folder_loads_whole() -> None:
    call_command("load_snapshot", settings.SNAPSHOT_DIR)
    assert Project.objects.count() == 1068
    assert EditCount.objects.filter(page_type="content").exists()
    assert EditorCount.objects.exists()
