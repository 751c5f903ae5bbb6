"""Days from recorded data, as `make run` shows them."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import pytest
from django.test import Client

from alerts.models import Alert
from causes.case_files.recorded import FILE, in_proportion, load_recorded_case_files
from causes.case_files.services import open_case_files
from causes.models import CaseFile
from causes.selectors import why
from causes.services import explain_alerts
from tests.factories import make_alert, make_edit_counts, make_project
from tests.replay.fixtures import NOW

MONTH = dt.date(2018, 9, 1)
COUNTS = {"user": 3000, "anonymous": 600, "group-bot": 900, "name-bot": 6000}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / FILE).parent.mkdir()
    with gzip.open(tmp_path / FILE, "wt", encoding="utf-8") as file:
        print("project,date,kind,edits", file=file)
        for day in range(1, 31):
            bots = 2000 if 20 <= day <= 22 else 5
            for kind, edits in (("registered", 95), ("anonymous", 21), ("bot", bots)):
                print(f"nl.wikipedia.org,2018-09-{day:02},{kind},{edits}", file=file)
    return tmp_path


@pytest.fixture
def alert(db: None) -> Alert:
    project = make_project("nl.wikipedia.org")
    for kind, count in COUNTS.items():
        make_edit_counts(project, {MONTH: count}, editor_type=kind)
    return make_alert(project, MONTH, count=sum(COUNTS.values()), expected=4000.0, policy_version="site:1")


def test_recorded_days_are_shown_and_said_to_be_recorded(alert: Alert, folder: Path, client: Client) -> None:
    assert load_recorded_case_files(folder=folder, now=NOW) == 1
    cells = CaseFile.objects.get().data("days")["cells"]  # type: ignore[index]
    assert {kind: sum(days) for kind, days in cells.items()} == COUNTS
    explain_alerts()
    told = why(alert)
    assert told is not None
    assert "on Sep 20\N{THIN SPACE}–\N{THIN SPACE}22." in told.days.sentence  # type: ignore[union-attr]
    page = client.get(alert.get_absolute_url()).content.decode()
    assert "The days are recorded data, in proportion to this count." in page
    assert "Wikimedia was asked" not in page


def test_once_is_enough_and_a_revised_count_is_asked_of_wikimedia(alert: Alert, folder: Path) -> None:
    load_recorded_case_files(folder=folder, now=NOW)
    assert load_recorded_case_files(folder=folder, now=NOW) == 0
    assert open_case_files(today=dt.date(2022, 12, 10), now=NOW) == 0
    Alert.objects.update(count=alert.count + 1)
    assert open_case_files(today=dt.date(2022, 12, 10), now=NOW) == 1


def test_kinds_that_do_not_add_up_to_the_count_get_nothing(alert: Alert, folder: Path) -> None:
    Alert.objects.update(count=alert.count + 1)
    assert load_recorded_case_files(folder=folder, now=NOW) == 0


def test_a_month_of_which_days_lack_gets_nothing(alert: Alert, folder: Path) -> None:
    rows = gzip.decompress((folder / FILE).read_bytes()).decode()
    kept = "\n".join(row for row in rows.splitlines() if "2018-09-30" not in row)
    (folder / FILE).write_bytes(gzip.compress(kept.encode()))
    assert load_recorded_case_files(folder=folder, now=NOW) == 0


def test_a_folder_without_days_is_no_fault(alert: Alert, tmp_path: Path) -> None:
    assert load_recorded_case_files(folder=tmp_path, now=NOW) == 0


def test_in_proportion() -> None:
    assert in_proportion(10, [1, 1, 1]) == [3, 4, 3]
    assert in_proportion(0, [5, 0]) == [0, 0]
