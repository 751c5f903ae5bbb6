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

from accounts.models import User
from alerts.models import Alert
from alerts.services import detect_alerts
from annotations.models import Annotation, Report
from edits.metrics import METRICS
from edits.models import EditCount, EditorCount, FetchOutcome, Project, ProjectAlias
from edits.selectors import series
from operations.invariants import INVARIANTS
from subscriptions.models import Follow
from tests.factories import make_alert, make_edit_counts, make_project

TABLES = """
CREATE TABLE edit_counts (timestamp DATETIME, edit_count INT, project VARCHAR(255), PRIMARY KEY (timestamp, project));
CREATE TABLE editor_counts (timestamp DATETIME, editor_count INT, project VARCHAR(255), PRIMARY KEY (timestamp, project));
CREATE TABLE community_alerts (project VARCHAR(255), timestamp DATETIME, edit_count INT, rolling_mean FLOAT, threshold FLOAT,
  percentage_difference FLOAT, label VARCHAR(500) DEFAULT NULL, PRIMARY KEY (project, timestamp));
CREATE TABLE editor_alerts (project VARCHAR(255), timestamp DATETIME, editor_count INT, rolling_mean FLOAT, threshold FLOAT,
  percentage_difference FLOAT, label VARCHAR(500) DEFAULT NULL, PRIMARY KEY (project, timestamp));
CREATE TABLE peak_annotations (id INTEGER PRIMARY KEY, project VARCHAR(255), timestamp DATETIME, peak_type VARCHAR(8),
  description VARCHAR(500), relevant_link VARCHAR(500), submitted_by VARCHAR(255), submitted_at DATETIME, status VARCHAR(10),
  reviewed_by VARCHAR(255), reviewed_at DATETIME, is_visible BOOLEAN, mood VARCHAR(20));
CREATE TABLE annotation_reviews (id INTEGER PRIMARY KEY, annotation_id INT, reviewer_username VARCHAR(255), action VARCHAR(8),
  original_description VARCHAR(500), edited_description VARCHAR(500), original_link VARCHAR(500), edited_link VARCHAR(500),
  review_notes TEXT, reviewed_at DATETIME);
CREATE TABLE annotation_reports (id INTEGER PRIMARY KEY, annotation_id INT, reported_by VARCHAR(255), report_reason TEXT,
  reported_at DATETIME, status VARCHAR(10), reviewed_by VARCHAR(255), reviewed_at DATETIME, action_taken VARCHAR(10));
CREATE TABLE annotation_audit_log (id INTEGER PRIMARY KEY, annotation_id INT, action_type VARCHAR(20), username VARCHAR(255),
  details TEXT, ip_address VARCHAR(45), user_agent TEXT, created_at DATETIME);
CREATE TABLE annotation_reviewers (id INTEGER PRIMARY KEY, username VARCHAR(255), region VARCHAR(100), added_by VARCHAR(255),
  added_at DATETIME, is_active BOOLEAN, notes TEXT);
CREATE TABLE user_project_watchlist (id INTEGER PRIMARY KEY, username VARCHAR(255), project VARCHAR(255),
  notification_type VARCHAR(8), is_active BOOLEAN, created_at DATETIME, updated_at DATETIME);
CREATE TABLE user_language_watchlist (id INTEGER PRIMARY KEY, username VARCHAR(255), language_code VARCHAR(10),
  notification_type VARCHAR(8), is_active BOOLEAN, created_at DATETIME, updated_at DATETIME);
CREATE TABLE notification_logs (id INTEGER PRIMARY KEY, username VARCHAR(255), project VARCHAR(255));
CREATE TABLE coffee (id INTEGER PRIMARY KEY)
"""
PEAK = ("uz.wikipedia.org", "2018-08-01 00:00:00", "edit")
WHAT = "A translation contest, \u200fשלום\u200e 🎉."
UZWIKI = "uz.wikipedia.org"
LINK = "https://meta.wikimedia.org/wiki/Contest"
WRITTEN, REVIEWED = "2024-05-01 10:00:00", "2024-05-02 11:30:00"
LONG = ("Wiki Loves Monuments \u200fשלום\u200e 🎉 " * 20)[:499] + "."
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
    "peak_annotations": [
        (
            1,
            *PEAK,
            "A translation contest, \u200fשלום\u200e 🎉.",
            LINK,
            "Dilnoza",
            WRITTEN,
            "approved",
            "Ravi",
            REVIEWED,
            True,
            None,
        ),
        (2, *PEAK, "Bots, perhaps", None, "Zoë", WRITTEN, "pending", None, None, False, "glad"),
        (3, *PEAK, "Spam spam spam", "javascript:alert(1)", "Zoë", WRITTEN, "rejected", "Ravi", REVIEWED, False, None),
        (4, *PEAK, "It was approved, then hidden", None, "Zoë", WRITTEN, "approved", "Ravi", REVIEWED, False, None),
        (
            5,
            "uz.wikipedia.org",
            "2019-02-01",
            "edit",
            "No alert there",
            None,
            "Zoë",
            WRITTEN,
            "pending",
            None,
            None,
            False,
            None,
        ),
    ],
    "annotation_reviews": [
        (1, 1, "Ravi", "edit", "A contest", "A translation contest", None, None, "More exact", REVIEWED),
        (2, 1, "Ravi", "approve", None, None, None, None, "Thank you", REVIEWED),
        (3, 3, "Ravi", "reject", None, None, None, None, "No cause", REVIEWED),
        (4, 99, "Ravi", "reject", None, None, None, None, "of a note that was deleted", REVIEWED),
    ],
    "annotation_reports": [
        (1, 1, "Zoë", "It was in July", WRITTEN, "pending", None, None, None),
        (2, 4, "Dilnoza", "Not true", WRITTEN, "reviewed", "Ravi", REVIEWED, "removed"),
        (3, 1, "Zoë", "Once more", WRITTEN, "pending", None, None, None),
        (4, 5, "Dilnoza", "Of a note without an alert", WRITTEN, "dismissed", "Ravi", REVIEWED, None),
    ],
    "annotation_audit_log": [(1, 1, "submit", "Dilnoza", None, "192.0.2.1", "Browser", WRITTEN)],
    "annotation_reviewers": [(1, "Ravi", "South Asia", "Satdeep", WRITTEN, True, None)],
    "user_project_watchlist": [(1, "Zoë", "uz.wikipedia.org", "both", True, WRITTEN, WRITTEN)],
    "user_language_watchlist": [(1, "Zoë", "uz", "edit", False, WRITTEN, WRITTEN)],
    "notification_logs": [(1, "Zoë", "uz.wikipedia.org"), (2, "Zoë", "uz.wikipedia.org")],
    "coffee": [(1,), (2,)],
    "editor_alerts": [
        ("uz.wikipedia.org", "2018-08-01", 321, 100.0, 130.0, 221.0, "Edit-a-thon"),
        ("uz.wikipedia.org", "2018-07-01", 300, 100.0, 130.0, 200.0, None),
    ],
}


@pytest.fixture
def legacy(legacy_of):
    """The URL of a database with the tables and rows above."""
    return legacy_of(ROWS)


@pytest.fixture
def legacy_of(db, tmp_path):
    """Makes a database with the tables above and given rows, of the kind that the tests run on; once in a test."""
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

    def fill(content):
        for table, rows in content.items():
            cursor.executemany(f"INSERT INTO {table} VALUES ({', '.join([mark] * len(rows[0]))})", rows)
        old.commit()
        return url

    yield fill
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
        list(Annotation.objects.order_by("pk").values_list()),
        list(Annotation.history.order_by("pk").values_list()),
        list(Report.objects.order_by("pk").values_list()),
        list(Follow.objects.order_by("pk").values_list()),
        list(User.objects.order_by("pk").values_list("username", flat=True)),
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


def test_a_percentage_that_is_no_number_is_left_empty_and_a_long_label_is_kept_whole(legacy, uzwiki):
    take_over(legacy)
    alert = Alert.objects.get(project__domain="www.wikidata.org")
    assert alert.percentage_difference is None
    assert alert.label == LONG


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


def test_notes_are_taken_over_with_link_author_status_and_dates(legacy, uzwiki):
    take_over(legacy)
    notes = {note.text: note for note in Annotation.objects.select_related("author", "alert")}
    first = notes["A translation contest, \u200fשלום\u200e 🎉."]
    assert (first.link, first.author.username, first.status, first.headline) == (LINK, "Dilnoza", "published", True)
    assert first.created_at.isoformat() == "2024-05-01T10:00:00+00:00"
    assert first.alert == Alert.objects.get(project=uzwiki, month=dt.date(2018, 8, 1), metric="edits")
    statuses = {note.text: note.status for note in notes.values()}
    assert statuses == {
        first.text: "published",
        "Bots, perhaps": "pending",
        "Spam spam spam": "rejected",
        "It was approved, then hidden": "removed",
    }
    assert notes["Spam spam spam"].link == ""
    assert notes["Spam spam spam"].review_reason == "No cause"
    author = notes["Bots, perhaps"].author
    assert not author.is_active
    assert not author.has_usable_password()


def test_the_reviews_of_a_note_are_in_its_history(legacy, uzwiki):
    take_over(legacy)
    note = Annotation.objects.get(author__username="Dilnoza")
    entries = note.history.order_by("history_id").values_list(
        "history_user__username", "history_change_reason", "history_date"
    )
    assert [(who, why) for who, why, _ in entries] == [
        ("Dilnoza", "Taken over from the original tool, note 1: written by Dilnoza"),
        ("Ravi", "Taken over from the original tool: edit; More exact; description was: A contest"),
        ("Ravi", "Taken over from the original tool: approve; Thank you"),
        ("Ravi", "Taken over from the original tool: published"),
    ]
    assert [moment.date().isoformat() for _, _, moment in entries] == ["2024-05-01", "2024-05-02", "2024-05-02", "2024-05-02"]


def test_reports_are_taken_over_as_they_were(legacy, uzwiki):
    take_over(legacy)
    columns = ("annotation__text", "reporter__username", "reason", "status", "resolved_by__username", "created_at__date")
    written = dt.date(2024, 5, 1)
    assert set(Report.objects.values_list(*columns)) == {
        ("A translation contest, \u200fשלום\u200e 🎉.", "Zoë", "It was in July", "open", None, written),
        ("It was approved, then hidden", "Dilnoza", "Not true", "upheld", "Ravi", written),
    }


def test_whatever_is_not_taken_over_is_named_and_counted(legacy, uzwiki, tmp_path):
    out = take_over(legacy, "--report", str(tmp_path / "report.json"))
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["annotation_reviewers"]["listed"][0]["username"] == "Ravi"
    (switched_off,) = report["user_language_watchlist"]["not_taken_over"].values()
    assert switched_off[0].startswith("Zoë uz edit")
    assert report["coffee"] == {
        "rows": 2, "outcomes": {"left out: a table that is not understood": 2}, "not_taken_over": {}, "notes": {}
    }  # fmt: skip
    assert report["notification_logs"]["rows"] == 2
    assert "192.0.2.1" not in json.dumps(report)
    notes = report["peak_annotations"]
    assert notes["notes"]["a column that is not understood is left out"] == ["mood: 1 rows have it"]
    (waits,) = notes["not_taken_over"].values()
    assert "No alert there" in waits[0]
    assert report["annotation_reviews"]["not_taken_over"]["its note is not there"][0].startswith("4 99 Ravi")
    assert len(report["annotation_reports"]["not_taken_over"]) == 2
    assert "coffee: 2 rows" in out


def test_watch_lists_become_what_the_accounts_follow(legacy_of, uzwiki):
    Project.objects.filter(pk=uzwiki.pk).update(language_code="uz", language_name_en="Uzbek")
    url = legacy_of(
        ROWS
        | {
            "user_project_watchlist": [
                (1, "Zoë", "uz.wikipedia.org", "both", True, WRITTEN, WRITTEN),
                (2, "Ravi", "uz.wikipedia", "editor", True, WRITTEN, WRITTEN),
                (3, "Ravi", "no.such.wiki", "edit", True, WRITTEN, WRITTEN),
                (4, "Ravi", "wikidata", "edit", False, WRITTEN, WRITTEN),
                (5, "Ravi", "wikidata", "smoke", True, WRITTEN, WRITTEN),
            ],
            "user_language_watchlist": [(1, "Zoë", "uz", "edit", True, WRITTEN, WRITTEN)],
        }
    )
    out = take_over(url)
    found = Follow.objects.order_by("user__username", "scope").values_list(
        "user__username", "scope", "metrics", "direction", "address"
    )
    assert list(found) == [
        ("Ravi", "wiki", ["active_editors"], "peak", None),
        ("Zoë", "language", ["edits"], "peak", None),
        ("Zoë", "wiki", ["active_editors", "edits"], "peak", None),
    ]
    assert {follow.created_at for follow in Follow.objects.all()} == {dt.datetime(2024, 5, 1, 10, tzinfo=dt.UTC)}
    assert not User.objects.filter(username__in=["Zoë", "Ravi"], is_active=True).exists()
    for words in ("the person had switched it off", "it is about neither edits nor editors", "no such project"):
        assert f"1 not taken over: {words}" in out
    assert "already there" in take_over(url)
    assert Follow.objects.count() == 3


def test_the_month_that_runs_is_left_out_with_its_words_in_the_report(legacy, uzwiki, tmp_path, settings):
    settings.PRETEND_TODAY = dt.date(2018, 8, 20)
    out = take_over(legacy, "--report", str(tmp_path / "report.json"))
    assert not EditCount.objects.filter(month=dt.date(2018, 8, 1)).exists()
    assert not Alert.objects.filter(month=dt.date(2018, 8, 1)).exists()
    assert "the month is not over: what was counted of it is a part" in out
    report = json.loads((tmp_path / "report.json").read_text())
    refused = report["community_alerts"]["not_taken_over"]["the month is not over: what was counted of it is a part"]
    assert any(LONG in row for row in refused)
    assert [problem for invariant in INVARIANTS for problem in invariant.problems()] == []


def test_one_rule_for_two_names_and_every_dropped_number_is_named(legacy_of, uzwiki, tmp_path):
    """The full domain is kept, in whichever order they stand, and the label of the other where it has none."""
    month = "2018-08-01"
    url = legacy_of({
        "edit_counts": [(month, 1, "uz.wikipedia"), (month, 2, "uz.wikipedia.org"), (month, 5, "former.wikipedia.org"),
                        (month, 6, "new.wikipedia")],
        "community_alerts": [("uz.wikipedia", month, 1, 1.0, 1.0, 1.0, "By the short name"),
                             ("uz.wikipedia.org", month, 2, 1.0, 1.0, 1.0, None)],
    })  # fmt: skip
    out = take_over(url)
    assert EditCount.objects.get(project=uzwiki).edit_count == 2
    alert = Alert.objects.get(project=uzwiki)
    assert (alert.count, alert.label) == (2, "By the short name")
    assert out.count("uz.wikipedia.org 2018-08: 2 is kept, 1 is not") == 2
    assert "new.wikipedia.org 2018-08: 5 is kept, 6 is not" in out


@pytest.mark.parametrize("where", ["nowhere/report.json", "."])
def test_a_report_that_cannot_be_written_is_said_before_anything_is_taken_over(legacy, uzwiki, tmp_path, where):
    before = everything()
    with pytest.raises(CommandError, match="cannot be written"):
        take_over(legacy, "--report", str(tmp_path / where))
    assert everything() == before


def test_a_report_without_room_takes_everything_back(legacy, uzwiki):
    before = everything()
    with pytest.raises(CommandError, match=r"/dev/full cannot be written: No space left on device. Nothing was taken over"):
        take_over(legacy, "--report", "/dev/full")
    assert everything() == before


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
    assert report["edit_counts"]["notes"]["a project and month stand there under two names with the same count"] == [
        "uz.wikipedia.org 2018-08: 16808 is kept, 16808 is not"
    ]
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
        ("sqlite:///{}/nofile", "There is no file"),
        ("sqlite:///{}", "There is no file"),
        ("sqlite:///{}/rubbish", "cannot be reached"),
        ("mysql://nobody@127.0.0.1:9/nothing", "cannot be reached"),
    ],
)
def test_what_is_no_old_database_is_refused_in_one_sentence(db, uzwiki, tmp_path, url, message):
    (tmp_path / "empty").touch()
    (tmp_path / "rubbish").write_bytes(b"\x8e\x01" * 4000)
    with pytest.raises(CommandError, match=message):
        take_over(url.format(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {"empty", "rubbish"}


def test_the_list_of_wikis_comes_first(db, tmp_path):
    with pytest.raises(CommandError, match="sync_projects"):
        take_over(f"sqlite:///{tmp_path / 'old.sqlite3'}")
