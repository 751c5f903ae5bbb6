"""Taking over a real database of the original tool, with everything that goes wrong in one."""

import datetime as dt
import json
import os
import sqlite3
import uuid
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from alerts.models import Alert
from alerts.services import detect_alerts
from alerts_site.invariants import INVARIANTS
from edits.metrics import METRICS
from edits.models import EditCount, EditorCount, FetchOutcome, ProjectAlias
from edits.selectors import series
from tests.factories import make_alert, make_edit_counts, make_project

TABLES = """
CREATE TABLE edit_counts (timestamp DATETIME, edit_count INT, project VARCHAR(255), PRIMARY KEY (timestamp, project));
CREATE TABLE editor_counts (timestamp DATETIME, editor_count INT, project VARCHAR(255), PRIMARY KEY (timestamp, project));
CREATE TABLE community_alerts (project VARCHAR(255), timestamp DATETIME, edit_count INT, rolling_mean FLOAT, threshold FLOAT,
  percentage_difference FLOAT, label VARCHAR(500) DEFAULT NULL, PRIMARY KEY (project, timestamp));
CREATE TABLE editor_alerts (project VARCHAR(255), timestamp DATETIME, editor_count INT, rolling_mean FLOAT, threshold FLOAT,
  percentage_difference FLOAT, label VARCHAR(500) DEFAULT NULL, PRIMARY KEY (project, timestamp))
"""
LONG = "Wiki Loves Monuments " * 20
ROWS = {
    "edit_counts": [
        ("2018-07-01", 5000, "uz.wikipedia.org"),
        ("2018-08-01", 16808, "uz.wikipedia.org"),
        ("2018-08-01", 16808, "uz.wikipedia"),  # the same, without .org
        ("2018-09-01", 0, "uz.wikipedia"),  # a confirmed zero
        ("2018-08-01", 77, "wikidata"),  # www.wikidata.org
        ("2018-08-01", 12, "former.wikipedia.org"),  # renamed since
        ("2018-08-15", 9, "uz.wikipedia.org"),
        ("2018-10-01", -4, "uz.wikipedia.org"),
        ("2018-11-01", None, "uz.wikipedia.org"),
        ("1999-01-01", 3, "uz.wikipedia.org"),
        ("2018-08-01", 5, "no.such.wiki"),
    ],
    "editor_counts": [("2018-07-01", 300, "uz.wikipedia.org"), ("2018-08-01", 321, "uz.wikipedia.org")],
    "community_alerts": [
        ("uz.wikipedia.org", "2018-08-01", 16808, 6326.78, 9490.18, 165.664, "Translation contest – «Oʻzbekiston» 🎉"),
        ("uz.wikipedia", "2018-07-01", 5000, 2000.0, 2600.0, 150.0, None),
        ("uz.wikipedia.org", "2018-09-01", 0, 0.0, 0.0, None, None),  # 0 >= 0
        ("wikidata", "2018-08-01", 77, 0.0, 0.0, None, LONG),
        ("uz.wikipedia.org", "2018-08-15", 1, 1.0, 1.0, 1.0, "not a month"),
    ],
    "editor_alerts": [
        ("uz.wikipedia.org", "2018-08-01", 321, 100.0, 130.0, 221.0, "Edit-a-thon"),
        ("uz.wikipedia.org", "2018-07-01", 300, 100.0, 130.0, 200.0, None),
    ],
}


@pytest.fixture
def legacy(db, tmp_path):
    """The URL of a database with the tables and rows above, of the kind that the tests run on."""
    statements = [statement.strip() for statement in TABLES.split(";")]
    name = f"caa_legacy_{uuid.uuid4().hex[:12]}"
    if connection.vendor == "mysql":
        import MySQLdb

        server = urlsplit(os.environ["DATABASE_URL"])
        old = MySQLdb.connect(
            host=server.hostname,
            port=server.port or 3306,
            user=server.username,
            password=server.password or "",
            charset="utf8mb4",
        )
        mark = "%s"
        old.cursor().execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        old.select_db(name)
        url = server._replace(path=f"/{name}").geturl()
    else:
        old, mark, url = sqlite3.connect(tmp_path / "old.sqlite3"), "?", f"sqlite:///{tmp_path / 'old.sqlite3'}"
    cursor = old.cursor()
    for statement in statements:
        cursor.execute(statement)
    for table, rows in ROWS.items():
        cursor.executemany(f"INSERT INTO {table} VALUES ({', '.join([mark] * len(rows[0]))})", rows)
    old.commit()
    yield url
    if connection.vendor == "mysql":
        cursor.execute(f"DROP DATABASE {name}")
    old.close()


@pytest.fixture
def uzwiki(db):
    project = make_project("uz.wikipedia.org")
    make_project("www.wikidata.org", dbname="wikidatawiki", special=True)
    renamed = make_project("new.wikipedia.org")
    ProjectAlias.objects.create(project=renamed, domain="former.wikipedia.org")
    return project


def take_over(url, *arguments):
    out = StringIO()
    call_command("import_legacy", url, *arguments, stdout=out)
    return out.getvalue()


def everything():
    return (
        list(EditCount.objects.order_by("pk").values_list()),
        list(EditorCount.objects.order_by("pk").values_list()),
        list(Alert.objects.order_by("pk").values_list()),
        list(Alert.history.order_by("pk").values_list()),
    )


def test_counts_alerts_and_labels_are_taken_over(legacy, uzwiki):
    out = take_over(legacy)
    assert series(project=uzwiki, metric=METRICS["edits"]).counts == (5000, 16808, 0)
    assert EditCount.objects.get(project__domain="www.wikidata.org").edit_count == 77
    assert EditCount.objects.get(project__domain="new.wikipedia.org").edit_count == 12
    alert = Alert.objects.get(project=uzwiki, month=dt.date(2018, 8, 1))
    assert alert.label == "Translation contest – «Oʻzbekiston» 🎉"
    assert (alert.count, alert.metric, alert.direction, alert.status) == (16808, "edits", "peak", "new")
    assert alert.percentage_difference == pytest.approx(165.664, rel=1e-5)
    assert alert.history.get().history_change_reason.startswith("Taken over from the original tool")
    assert "Dry run" not in out


def test_a_percentage_that_is_no_number_is_left_empty_and_a_long_label_is_kept_in_the_history(legacy, uzwiki):
    take_over(legacy)
    alert = Alert.objects.get(project__domain="www.wikidata.org")
    assert alert.percentage_difference is None
    assert len(alert.label) == 200
    assert LONG.strip() in alert.history.get().history_change_reason


def test_nothing_on_top_of_nothing_is_no_peak(legacy, uzwiki):
    assert "1 not taken over: a count of 0 after months of 0 is no peak" in take_over(legacy)
    assert not Alert.objects.filter(month=dt.date(2018, 9, 1)).exists()


def test_editors_of_the_original_are_kept_apart(legacy, uzwiki):
    """It counted those with 1 to 4 edits, which are not the active editors."""
    out = take_over(legacy)
    stored = EditorCount.objects.get(month=dt.date(2018, 8, 1))
    assert (stored.activity_level, stored.editor_count) == ("1..4-edits", 321)
    assert series(project=uzwiki, metric=METRICS["active_editors"]).counts == ()
    assert not Alert.objects.filter(metric="active_editors").exists()
    assert "its label waits for an alert of active editors" in out
    assert "Edit-a-thon" in out


def test_the_label_of_an_editor_peak_goes_to_the_alert_of_active_editors_once_there_is_one(legacy, uzwiki):
    take_over(legacy)
    alert = make_alert(uzwiki, dt.date(2018, 8, 1), metric="active_editors")
    take_over(legacy)
    alert.refresh_from_db()
    assert (alert.label, alert.version) == ("Edit-a-thon", 2)
    take_over(legacy)
    alert.refresh_from_db()
    assert alert.version == 2


def test_an_installation_that_counted_active_editors_says_so(legacy, uzwiki):
    take_over(legacy, "--editor-level", "5..-edits")
    assert series(project=uzwiki, metric=METRICS["active_editors"]).counts == (300, 321)
    assert Alert.objects.filter(metric="active_editors").count() == 2
    assert Alert.objects.get(metric="active_editors", month=dt.date(2018, 8, 1)).label == "Edit-a-thon"


def test_a_second_run_changes_nothing(legacy, uzwiki):
    take_over(legacy)
    before = everything()
    out = take_over(legacy)
    assert everything() == before
    assert "5 already stored" in out


def test_a_dry_run_reports_the_same_and_changes_nothing(legacy, uzwiki):
    before = everything()
    rehearsed = take_over(legacy, "--dry-run")
    assert everything() == before
    assert not FetchOutcome.objects.exists()
    done = take_over(legacy)
    assert rehearsed.splitlines()[:-1] == done.splitlines()[:-1]
    assert rehearsed.splitlines()[-1] == "Dry run: nothing was changed."


def test_what_is_here_already_wins(legacy, uzwiki, alice):
    make_edit_counts(uzwiki, {dt.date(2018, 8, 1): 16900})
    alert = make_alert(uzwiki, dt.date(2018, 8, 1), label="Bot run")
    out = take_over(legacy)
    alert.refresh_from_db()
    assert alert.label == "Bot run"
    assert EditCount.objects.get(project=uzwiki, month=dt.date(2018, 8, 1)).edit_count == 16900
    assert "1 already stored with another count, which is kept" in out
    assert "the alert has another label here, which is kept (uz.wikipedia.org 2018-08: Translation contest" in out


def test_the_report_names_every_row_that_was_not_taken_over(legacy, uzwiki, tmp_path):
    take_over(legacy, "--report", str(tmp_path / "report.json"))
    report = json.loads((tmp_path / "report.json").read_text())
    refused = report["edit_counts"]["not_taken_over"]
    assert {reason: len(rows) for reason, rows in refused.items()} == {
        "the timestamp is not the start of a month": 1,
        "the count is not a whole number from 0": 2,
        "the month is older than Wikipedia, or has not begun": 1,
        "no such project is known here": 1,
    }
    assert "no.such.wiki" in refused["no such project is known here"][0]
    assert report["edit_counts"]["notes"]["a project and month stand there twice with the same count"]
    for table, rows in ROWS.items():
        assert report[table]["rows"] == len(rows)


def test_the_result_is_sound_and_detection_keeps_the_labels(legacy, uzwiki):
    take_over(legacy)
    assert [problem for invariant in INVARIANTS for problem in invariant.problems()] == []
    detect_alerts()
    assert Alert.objects.get(project=uzwiki, month=dt.date(2018, 8, 1)).label.startswith("Translation contest")
    assert [problem for invariant in INVARIANTS for problem in invariant.problems()] == []


def test_months_that_were_judged_here_already_are_judged_by_the_rules_of_this_site(legacy, uzwiki):
    """The documents have operators fetch first: the sweep knows these counts, and must look at the months again."""
    make_edit_counts(uzwiki, {dt.date(2018, month, 1): 16808 for month in range(1, 9)})
    detect_alerts()
    take_over(legacy)
    detect_alerts()
    alert = Alert.objects.get(project=uzwiki, month=dt.date(2018, 8, 1))
    assert (alert.status, alert.detector) == ("withdrawn", "expected_band")
    assert alert.label.startswith("Translation contest")


def test_an_alert_without_a_count_goes_to_the_report(legacy, uzwiki):
    make_edit_counts(uzwiki, {dt.date(2018, 7, 1): 5000})
    connection_of = sqlite3.connect(legacy.removeprefix("sqlite:///")) if legacy.startswith("sqlite") else None
    if connection_of is None:
        pytest.skip("changes the old database by its file")
    with connection_of:
        connection_of.execute("DELETE FROM edit_counts WHERE project LIKE 'uz%'")
    connection_of.close()
    out = take_over(legacy)
    assert "no count of that month is stored: fetch it, and run this again (uz.wikipedia.org 2018-08: Translation" in out
    assert not Alert.objects.filter(project=uzwiki, month=dt.date(2018, 8, 1)).exists()
    assert [problem for invariant in INVARIANTS for problem in invariant.problems()] == []


def test_a_database_of_this_site_is_refused(db, uzwiki, tmp_path):
    sqlite3.connect(tmp_path / "ours.sqlite3").execute(
        "CREATE TABLE edit_counts (id INTEGER, project_id INTEGER, month DATE, edit_count INTEGER)"
    ).connection.close()
    with pytest.raises(CommandError, match="not of the original tool"):
        take_over(f"sqlite:///{tmp_path / 'ours.sqlite3'}")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "Name the old database"),
        ("nonsense", "is not the URL of a database"),
        ("sqlite:///{}/empty", "None of the tables"),
    ],
)
def test_what_is_no_old_database_is_refused_in_one_sentence(db, uzwiki, tmp_path, url, message):
    with pytest.raises(CommandError, match=message):
        take_over(url.format(tmp_path))


def test_the_list_of_wikis_comes_first(db, tmp_path):
    with pytest.raises(CommandError, match="sync_projects"):
        take_over(f"sqlite:///{tmp_path / 'old.sqlite3'}")
