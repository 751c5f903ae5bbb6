"""M01-M03, M05 and M06 of the faults: any script, exact names, lengths, one headline; M04 is in `test_conflicts`."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections
from django.urls import reverse

from accounts.models import User
from alerts.models import Alert
from annotations import services
from annotations.models import Annotation
from tests.factories import make_alert, make_project
from tests.forms import page_of

LIST = "/admin/alerts/alert/"
JSON = {"Accept": "application/json"}
SCRIPTS = {
    "emoji": "🎉 A contest of many 👩🏽‍💻 editors 🏳️‍🌈",
    "devanagari": "विकिपीडिया पर प्रतियोगिता हुई",
    "arabic with marks": "\u200fمسابقة تحرير في هذا الشهر\u200f – edit-a-thon",
    "han": "本月举行了编辑马拉松活动和比赛",
    "thai": "มีการแข่งขันแก้ไขวิกิพีเดีย",
    "lines": "First line of it.\nSecond line of it.",
    "entities": "5 < 6 & 7 > 3 \"quoted\" 'so'",
}


@pytest.fixture
def alert(db: None) -> Alert:
    return make_alert(make_project())


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_m01_any_script_is_stored_and_comes_back_exactly(text: str, alice: User, alert: Alert, client_for: Any) -> None:
    client = client_for(alice)
    answer = client.post(reverse("annotation-create", args=[alert.pk]), {"text": text.replace("\n", "\r\n")}, headers=JSON)
    assert answer.status_code == 201
    assert answer.json()["annotation"]["text"] == text
    assert Annotation.objects.get().text == text
    label = text.replace("\n", " ")
    client.post(reverse("alert-label", args=[alert.pk]), {"label": label, "version": 1})
    alert.refresh_from_db()
    assert alert.label == label
    page = client.get(f"{LIST}{alert.pk}/change/")
    assert page.context["adminform"].form["label"].value() == label


BAD_TEXTS = {
    "NUL": "A contest \x00 ran all month.",
    "escape": "A contest \x1b[31m ran all month.",
    "half a pair": "A contest \ud83c ran all month.",
    "a megabyte": "x" * 1_000_000,
    "blank": " \n \t  \r\n          ",
}


@pytest.mark.parametrize("text", BAD_TEXTS.values(), ids=BAD_TEXTS.keys())
def test_m01_what_cannot_be_stored_is_refused_with_a_message(text: str, alice: User, alert: Alert, client_for: Any) -> None:
    client = client_for(alice)
    # A browser cannot send half a pair: it arrives as bytes that are no UTF-8, and is replaced before anybody sees it.
    sent = text if text.isprintable() or "\ud83c" not in text else text.replace("\ud83c", "\x07")
    writes = [{"text": sent}]
    if text.strip():
        writes.append({"text": "A contest ran all month.", "link": f"https://example.org/{sent}"})
    for data in writes:
        answer = client.post(reverse("annotation-create", args=[alert.pk]), data)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.content.decode()
    assert not Annotation.objects.exists()
    answer = client.post(reverse("alert-label", args=[alert.pk]), {"label": sent, "version": 1}, headers=JSON)
    alert.refresh_from_db()
    assert alert.label == ""
    if text.strip():
        assert answer.status_code == 400
        assert answer.json()["errors"]


def test_m01_the_services_refuse_half_a_surrogate_pair(alice: User, alert: Alert) -> None:
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError, match="U\\+D83C"):
        services.annotation_contribute(alert=alert, by=alice, text=BAD_TEXTS["half a pair"])


def test_m02_names_that_look_alike_are_different_people(db: None, client_for: Any) -> None:
    people = [User.objects.create_user(name, password="long enough 1") for name in ("Müller", "Muller", "alice", "Alice")]
    assert len({person.pk for person in people}) == 4
    for person in people:
        assert User.objects.get(username=person.username) == person
        client = client_for(None)
        client.post("/accounts/login/", {"username": person.username, "password": "long enough 1"})
        assert client.session["_auth_user_id"] == str(person.pk)
    client = client_for(None)
    client.post("/accounts/login/", {"username": "ALICE", "password": "long enough 1"})
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("x" * 9, False),
        ("x" * 10, True),
        ("x" * 500, True),
        ("x" * 501, False),
        ("ก" * 500, True),
        ("字" * 501, False),
        ("字" * 10, True),
        ("🎉" * 500, True),
        ("🎉" * 501, False),
        ("a\n" * 249 + "ab", True),
    ],
)
def test_m03_the_limit_counts_characters_of_any_script(
    text: str, accepted: bool, alice: User, alert: Alert, client_for: Any
) -> None:
    sent = {"text": text.replace("\n", "\r\n")}
    answer = client_for(alice).post(reverse("annotation-create", args=[alert.pk]), sent, headers=JSON)
    assert (answer.status_code == 201) == accepted
    assert Annotation.objects.filter(text=text).count() == accepted
    if not accepted:
        assert "character" in answer.json()["errors"]["text"][0]


def test_m03_a_label_one_character_too_long_is_a_message(alice: User, alert: Alert, client_for: Any) -> None:
    client, longest = client_for(alice), Alert._meta.get_field("label").max_length
    page = client.get(f"{LIST}{alert.pk}/change/")
    answer = client.post(f"{LIST}{alert.pk}/change/", page_of(page, label="字" * (longest + 1)))
    assert answer.status_code == 200
    assert f"at most {longest} characters" in answer.content.decode()
    client.post(f"{LIST}{alert.pk}/change/", page_of(page, label="字" * longest))
    alert.refresh_from_db()
    assert alert.label == "字" * longest


@pytest.mark.django_db(transaction=True)
def test_m05_of_two_that_publish_at_the_same_moment_one_gets_the_headline(alice: User, bob: User, root: User) -> None:
    for _ in range(5):
        alert = make_alert(make_project(f"w{Alert.objects.count()}.wikipedia.org"))
        notes = [Annotation.objects.create(alert=alert, author=bob, text=f"Note number {n} of this alert") for n in range(2)]
        start, failures = threading.Barrier(2), []

        def publish(
            note: Annotation, by: User, start: threading.Barrier = start, failures: list[Exception] = failures
        ) -> None:
            try:
                start.wait(timeout=10)
                services.annotation_approve(annotation=note, by=by)
            except Exception as error:
                failures.append(error)
            finally:
                connections.close_all()

        pairs = zip(notes, (alice, root), strict=True)
        threads = [threading.Thread(target=publish, args=pair) for pair in pairs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert failures == []
        stored = Annotation.objects.filter(alert=alert)
        assert [note.status for note in stored] == ["published", "published"]
        assert sorted(str(note.headline) for note in stored) == ["None", "True"]


def test_m05_who_takes_a_place_that_is_taken_meanwhile_is_told(alice: User, root: User, alert: Alert, client_for: Any) -> None:
    heads = services.annotation_contribute(alert=alert, by=root, text="The headline of this alert.")
    notes = [services.annotation_contribute(alert=alert, by=root, text=f"Another note of it, {n}.") for n in range(2)]
    pages = [
        client_for(person).get(f"/admin/annotations/annotation/{note.pk}/change/")
        for person, note in zip((alice, root), notes, strict=True)
    ]
    for person, note, page, message in zip(
        (alice, root), notes, pages, ("is the headline now", "became the headline"), strict=True
    ):
        sent = page_of(page, _headline="1", instead_of=heads.pk)
        answer = client_for(person).post(f"/admin/annotations/annotation/{note.pk}/change/", sent, follow=True)
        assert message in answer.content.decode()
    assert Annotation.objects.get(headline=True) == notes[0]


MIGRATE_TO_AND_FRO = """
import io
import django
django.setup()
from django.core.management import call_command
def migrate(*target):
    told = io.StringIO()
    call_command("migrate", *target, stdout=told, verbosity=1)
    return told.getvalue()
migrate("alerts", "0001")  # stopped in the middle
migrate()
assert "No migrations to apply" in migrate()
call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)
for app in ("annotations", "alerts", "edits", "accounts", "operations"):
    migrate(app, "zero")
migrate()
print("migrated to and fro")
"""


@pytest.mark.django_db(transaction=True)
def test_m06_migrations_run_twice_stop_midway_and_go_back_to_nothing(tmp_path: Path) -> None:
    url, drop = _scratch_database(tmp_path)
    environment = os.environ | {"DATABASE_URL": url, "VAR_DIR": str(tmp_path / "var"), "REDIS_URL": "", "PROFILE": "embedded"}
    environment["DJANGO_SETTINGS_MODULE"] = "alerts_site.settings"
    try:
        done = subprocess.run(
            [sys.executable, "-c", MIGRATE_TO_AND_FRO],
            env=environment, capture_output=True, text=True, check=False, cwd=django_settings.BASE_DIR,
        )  # fmt: skip
    finally:
        drop()
    assert "migrated to and fro" in done.stdout, done.stderr[-2000:]


def _scratch_database(folder: Path) -> tuple[str, Any]:
    """An empty database of the kind that the tests run on, and what takes it away again."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{folder / 'scratch.sqlite3'}", lambda: None
    values, name = connection.settings_dict, f"{connection.settings_dict['NAME']}_m06"

    def execute(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    execute(f"DROP DATABASE IF EXISTS `{name}`")
    execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
    secret = f":{values['PASSWORD']}" if values["PASSWORD"] else ""
    address = f"{values['USER']}{secret}@{values['HOST'] or '127.0.0.1'}:{values['PORT'] or 3306}"
    return f"mysql://{address}/{name}", lambda: execute(f"DROP DATABASE IF EXISTS `{name}`")
