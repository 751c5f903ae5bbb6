"""The review queue and the queue of reports."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from annotations import services
from annotations.models import Annotation, Report
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
    assert note.history.first().history_change_reason == "Edited: The month was missing"


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
