"""The pages on which people contribute."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from alerts.models import Alert, Category
from annotations import services
from annotations.models import Annotation, Report
from tests.factories import make_alert, make_project
from tests.forms import page_of

TEXT = "A contest ran on this wiki all month."
JSON = {"Accept": "application/json"}


@pytest.fixture
def alert(db: None) -> Alert:
    return make_alert(make_project())


@pytest.fixture
def note(alert: Alert, bob: User) -> Annotation:
    return Annotation.objects.create(alert=alert, author=bob, text=TEXT, status="published")


def test_a_note_is_contributed_without_scripts(alert: Alert, bob: User, client_for: Any) -> None:
    client, url = client_for(bob), reverse("annotation-create", args=[alert.pk])
    assert 'name="text"' in client.get(url).content.decode()
    answer = client.post(url, {"text": TEXT, "link": "", "next": "/projects/is.wikipedia.org/?from=2020-01"})
    assert (answer.status_code, answer["Location"]) == (302, "/projects/is.wikipedia.org/?from=2020-01")
    assert Annotation.objects.get().author == bob


def test_scripts_get_json(alert: Alert, bob: User, client_for: Any) -> None:
    client, url = client_for(bob), reverse("annotation-create", args=[alert.pk])
    bad = client.post(url, {"text": "short"}, headers=JSON)
    assert (bad.status_code, bad.json()["ok"], list(bad.json()["errors"])) == (400, False, ["text"])
    good = client.post(url, {"text": TEXT}, headers=JSON)
    assert good.status_code == 201
    assert good.json()["annotation"]["status"] == "pending"
    assert good.json()["errors"] == {}


def test_what_was_typed_comes_back_with_the_error(alert: Alert, bob: User, client_for: Any) -> None:
    answer = client_for(bob).post(
        reverse("annotation-create", args=[alert.pk]), {"text": "short", "link": "javascript:alert(1)"}
    )
    page = answer.content.decode()
    assert answer.status_code == 400
    assert ">\nshort</textarea>" in page
    assert "http or https" in page
    assert not Annotation.objects.exists()


def test_strangers_are_sent_to_sign_in(alert: Alert, note: Annotation, client_for: Any) -> None:
    client = client_for(None)
    for name, pk in (
        ("annotation-create", alert.pk),
        ("annotation-edit", note.pk),
        ("annotation-report", note.pk),
        ("alert-label", alert.pk),
    ):
        url = reverse(name, args=[pk])
        assert client.post(url, {"text": TEXT})["Location"].startswith("/accounts/login/?next=")
        assert client.post(url, {"text": TEXT}, headers=JSON).status_code == 401
    assert client.get(reverse("contributions")).status_code == 302


def test_an_author_changes_a_note_and_hears_of_the_outcome(note: Annotation, bob: User, client_for: Any) -> None:
    client, url = client_for(bob), reverse("annotation-edit", args=[note.pk])
    answer = client.post(url, {"text": TEXT + " And May.", "link": "", "seen_version": note.version})
    assert answer["Location"] == "/contributions/"
    note.refresh_from_db()
    assert (note.text, note.status) == (TEXT + " And May.", "pending")
    Annotation.objects.filter(pk=note.pk).update(status="rejected", review_reason="No source was given.")
    page = client.get("/contributions/")
    assert "No source was given." in page.content.decode()
    assert page["Cache-Control"] == "private, no-store"


def test_an_author_reads_what_a_moderator_made_of_the_words_and_why(
    note: Annotation, alice: User, bob: User, client_for: Any
) -> None:
    services.annotation_edit(annotation=note, by=alice, text=TEXT + " In May.", reason="The month was missing")
    client = client_for(bob)
    page = client.get("/contributions/").content.decode()
    assert "changed by the moderator alice" in page
    assert "The month was missing" in page
    assert f"{TEXT} </del> → <ins" in " ".join(page.split())
    note.refresh_from_db()
    client.post(reverse("annotation-edit", args=[note.pk]), {"text": TEXT + " In June.", "seen_version": note.version})
    assert "changed by the moderator" not in client.get("/contributions/").content.decode()


def test_an_answer_to_a_report_reaches_the_author_of_the_words(
    note: Annotation, alice: User, bob: User, carol: User, client_for: Any
) -> None:
    report = services.annotation_report(annotation=note, by=carol, reason="It was in May")
    client, url = client_for(alice), f"/admin/annotations/report/{report.pk}/change/"
    client.post(url, page_of(client.get(url), text=TEXT + " In May.", resolution="May it was", _decide="edit"))
    assert "May it was" in client_for(bob).get("/contributions/").content.decode()


def test_who_is_signed_in_finds_contributions_and_the_way_out_on_each_page(bob: User, client_for: Any) -> None:
    client = client_for(bob)
    page = client.get("/methodology/").content.decode()
    assert ">My contributions</a>" in page
    assert 'action="/accounts/logout/"' in page
    assert client.post("/accounts/logout/").status_code == 302
    assert ">My contributions</a>" not in client.get("/methodology/").content.decode()


def test_nobody_changes_the_note_of_another(note: Annotation, carol: User, client_for: Any) -> None:
    client, url = client_for(carol), reverse("annotation-edit", args=[note.pk])
    assert client.get(url).status_code == 403
    assert client.post(url, {"text": "Mine now, all of it."}).status_code == 403


def test_the_second_author_sees_what_changed_and_keeps_what_was_typed(
    note: Annotation, alice: User, bob: User, client_for: Any
) -> None:
    url = reverse("annotation-edit", args=[note.pk])
    client_for(alice).post(url, {"text": "The moderator's words.", "link": "", "seen_version": 1})
    client = client_for(bob)
    answer = client.post(url, {"text": "The author's words.", "link": "", "seen_version": 1})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The moderator&#x27;s words." in page
    assert "The author&#x27;s words.</textarea>" in page
    assert 'name="seen_version" value="2"' in page
    assert client.post(url, {"text": "The author's words.", "link": "", "seen_version": 2}).status_code == 302


def test_a_note_is_reported(note: Annotation, carol: User, client_for: Any) -> None:
    client, url = client_for(carol), reverse("annotation-report", args=[note.pk])
    assert client.post(url, {"reason": "It was in May", "next": "/"})["Location"] == "/"
    assert Report.objects.get().reporter == carol
    assert client.post(url, {"reason": "It was in May"}, headers=JSON).status_code == 200  # sent twice
    assert client.post(url, {"reason": "It was in June"}, headers=JSON).status_code == 409
    assert Report.objects.count() == 1


def test_a_community_manager_labels_and_a_member_does_not(alert: Alert, bob: User, carol: User, client_for: Any) -> None:
    url = reverse("alert-label", args=[alert.pk])
    sent = {"label": "WikiMarathon", "category": "contest", "version": alert.version, "next": "/"}
    assert client_for(bob).post(url, sent).status_code == 403
    assert client_for(carol).post(url, sent).status_code == 302
    alert.refresh_from_db()
    assert (alert.label, alert.category) == ("WikiMarathon", Category.objects.get(slug="contest"))
    stale = client_for(carol).post(url, sent | {"label": "Other"})
    assert stale.status_code == 409
    assert 'value="Other"' in stale.content.decode()
    assert "WikiMarathon" in stale.content.decode()
