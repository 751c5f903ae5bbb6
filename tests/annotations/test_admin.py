"""The review queue and the queue of reports."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from alerts.models import Alert, Category
from annotations import services
from annotations.admin import MAX_NOTES_ON_PAGE
from annotations.limits import MAX_PENDING_ON_ALERT, TooMuch
from annotations.models import Annotation, Report
from curation.reports import NotPossible
from curation.vocabulary import reason
from tests.factories import make_alert, make_project
from tests.forms import page_of

TEXT = "A contest ran on this wiki all month."
LINK = "https://meta.wikimedia.org/wiki/Contest"


@pytest.fixture
def note(db: None, bob: User) -> Annotation:
    return services.annotation_contribute(alert=make_alert(make_project()), by=bob, text=TEXT, link=LINK)


def _url(row: Annotation | Report) -> str:
    return f"/admin/annotations/{row._meta.model_name}/{row.pk}/change/"


def test_the_reason_for_an_edit_reaches_history_and_author(note: Annotation, alice: User, bob: User, client_for: Any) -> None:
    client = client_for(alice)
    sent = page_of(client.get(_url(note)), text=TEXT + " In May.", reason="The month was missing", _continue="1")
    assert client.post(_url(note), sent).status_code == 302
    note.refresh_from_db()
    assert (note.review_reason, note.status) == ("The month was missing", "pending")
    assert note.history.first().history_change_reason == reason("edited", because="The month was missing")


def test_a_reason_alone_comes_back_with_a_message(note: Annotation, alice: User, client_for: Any) -> None:
    client = client_for(alice)
    answer = client.post(_url(note), page_of(client.get(_url(note)), reason="No source", _continue="1"))
    page = answer.content.decode()
    assert "A reason alone changes nothing" in page
    assert 'value="No source"' in page


def test_an_answer_without_a_decision_comes_back(note: Annotation, alice: User, bob: User, client_for: Any) -> None:
    services.annotation_approve(annotation=note, by=alice)
    report = services.annotation_report(annotation=note, by=bob, reason="It was in May")
    client = client_for(alice)
    answer = client.post(_url(report), page_of(client.get(_url(report)), resolution="Indeed", _continue="1"))
    page = answer.content.decode()
    assert "Choose what to do about the report" in page
    assert 'value="Indeed"' in page
    report.refresh_from_db()
    assert report.status == Report.Status.OPEN


def test_a_settled_report_cannot_be_written_into(note: Annotation, alice: User, bob: User, client_for: Any) -> None:
    services.annotation_approve(annotation=note, by=alice)
    report = services.annotation_report(annotation=note, by=bob, reason="It was in May")
    client, filled = client_for(alice), None
    filled = page_of(client.get(_url(report)), resolution="Typed meanwhile", _decide="dismiss")
    services.report_dismiss(report=report, by=alice)
    form = client.get(_url(report)).context["adminform"].form
    assert all(field.disabled for field in form.fields.values())
    assert 'value="Typed meanwhile"' in client.post(_url(report), filled).content.decode()


def test_the_queue_counts_open_reports_alone(note: Annotation, alice: User, bob: User, carol: User, client_for: Any) -> None:
    services.annotation_approve(annotation=note, by=alice)
    Report.objects.create(annotation=note, reporter=bob, reason="It was in May", status=Report.Status.OPEN)
    Report.objects.create(annotation=note, reporter=carol, reason="No source", status=Report.Status.OPEN)
    Report.objects.create(annotation=note, reporter=alice, reason="Checked before", status=Report.Status.DISMISSED)

    page = client_for(alice).get("/admin/annotations/annotation/").content.decode()

    assert '<td class="field-open_reports">2</td>' in page


def test_links_can_be_followed_before_they_are_published(note: Annotation, alice: User, client_for: Any) -> None:
    client, anchor = client_for(alice), f'<a href="{LINK}" rel="noopener nofollow ugc"'
    queue = "/admin/annotations/annotation/"
    for path in (_url(note), f"/admin/alerts/alert/{note.alert_id}/change/", queue):
        assert anchor in client.get(path).content.decode(), path
    Annotation.objects.filter(pk=note.pk).update(text="word " * 99)
    page = client.post(queue, {"action": "bulk_approve", "_selected_action": [note.pk]}).content.decode()
    assert anchor in page
    assert page.count("word ") == 99


def test_e3_an_alert_with_hundreds_of_notes_is_shown_by_pages_and_saved(alice: User, bob: User, client_for: Any) -> None:
    alert = make_alert(make_project())
    Annotation.objects.bulk_create(
        Annotation(alert=alert, author=bob, text=f"Note number {number:04}, and why.") for number in range(1_000)
    )
    client, url = client_for(alice), f"/admin/alerts/alert/{alert.pk}/change/"
    page = client.get(url)
    first = page.content.decode()
    assert first.count("note-row") <= MAX_NOTES_ON_PAGE + 1
    assert "Note number 0999" in first
    assert "Notes 1 to 20 of 1000, newest first" in " ".join(first.split())
    sent = page_of(page, label="Seen", _continue="1") | {"annotations-3-step": "approve"}
    Annotation.objects.create(alert=alert, author=bob, text="Written while the page was looked at.")
    assert client.post(url, sent).status_code == 302
    alert.refresh_from_db()
    assert alert.label == "Seen"
    assert Annotation.objects.get(status="published").text == "Note number 0996, and why."
    assert "Note number 0979" in client.get(f"{url}?notes=2").content.decode()
    assert client.get(f"{url}?notes=9999").status_code == 200


def test_e3_notes_that_wait_on_one_alert_are_capped(bob: User, carol: User, alice: User, dora: User) -> None:
    alert, other = make_alert(make_project()), make_alert(make_project("uz.wikipedia.org"))
    Annotation.objects.bulk_create(
        Annotation(alert=alert, author=bob, text=f"Note number {number:04}, and why.")
        for number in range(MAX_PENDING_ON_ALERT)
    )
    with pytest.raises(TooMuch, match="wait for review already"):
        services.annotation_contribute(alert=alert, by=carol, text="One more, by somebody else.")
    services.annotation_contribute(alert=other, by=carol, text="On another alert it is fine.")
    services.annotation_contribute(alert=alert, by=alice, text="Moderators may always write.")


def test_a2_the_same_words_are_taken_once(note: Annotation, alice: User, bob: User) -> None:
    services.annotation_approve(annotation=note, by=alice)
    note.refresh_from_db()
    first = services.annotation_report(annotation=note, by=bob, reason="It was in May")
    assert services.annotation_report(annotation=note, by=bob, reason="It was in May").pk == first.pk
    with pytest.raises(NotPossible):
        services.annotation_report(annotation=note, by=bob, reason="And it was a bot")
    seen = note.version
    for _again in range(2):
        services.annotation_edit(annotation=note, by=alice, text=TEXT + " In May.", expected_version=seen)
    with pytest.raises(services.ChangedMeanwhile):
        services.annotation_edit(annotation=note, by=alice, text=TEXT + " In June.", expected_version=seen)
    assert note.history.filter(history_change_reason=reason("edited")).count() == 1


def test_a2_a_double_click_on_a_form_of_the_admin_is_no_conflict(note: Annotation, alice: User, client_for: Any) -> None:
    client, url = client_for(alice), f"/admin/alerts/alert/{note.alert_id}/change/"
    sent = page_of(client.get(url), label="A contest", _continue="1") | {
        "annotations-1-text": "Written twice by a double click."
    }
    for _again in range(2):
        assert client.post(url, sent).status_code == 302
    assert Annotation.objects.filter(text="Written twice by a double click.").count() == 1
    assert note.alert.history.filter(history_change_reason=reason("labelled")).count() == 1


def test_approving_can_explain_the_alert_in_the_same_step(note: Annotation, alice: User, client_for: Any) -> None:
    page = page_of(client_for(alice).get(_url(note)))
    cause = Category.objects.get(slug="contest")

    refused = client_for(alice).post(_url(note), page | {"step": "explain"})
    assert b"Choose the kind of cause" in refused.content
    assert Annotation.objects.get().status == "pending"
    assert client_for(alice).post(_url(note), page | {"step": "explain", "cause": str(cause.pk)}).status_code == 302

    found = Annotation.objects.select_related("alert").get()
    assert (found.status, found.alert.status, found.alert.category) == ("published", "explained", cause)


def test_a_cause_without_the_step_is_told(note: Annotation, alice: User, client_for: Any) -> None:
    page = page_of(client_for(alice).get(_url(note))) | {"cause": str(Category.objects.get(slug="contest").pk)}
    for step in ({"step": "approve"}, {"_continue": "1"}):
        assert b"A cause alone changes nothing" in client_for(alice).post(_url(note), page | step).content
    assert Annotation.objects.get().status == "pending"


def test_an_alert_that_is_explained_is_not_explained_again(note: Annotation, alice: User, client_for: Any) -> None:
    Alert.objects.update(status="explained", category=Category.objects.get(slug="contest"))
    answer = client_for(alice).get(_url(note))
    assert b"Approve and explain" not in answer.content
    data = page_of(answer) | {"step": "explain", "cause": str(Category.objects.get(slug="bot-run").pk)}
    assert b"cannot be explained: only approve the note" in client_for(alice).post(_url(note), data).content
    assert Alert.objects.get().category.slug == "contest"
