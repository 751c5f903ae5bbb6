"""M04 of the faults: two people at the same thing. What is typed is kept, and nothing that was not typed is undone."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from alerts.models import Alert, Category, Status
from alerts.services import alert_label
from annotations import services
from annotations.models import Annotation
from curation.vocabulary import reason
from tests.factories import make_alert, make_project
from tests.forms import page_of, rows_of

LIST = "/admin/alerts/alert/"


@pytest.fixture
def alert(db: None) -> Alert:
    return make_alert(make_project())


def test_m04_the_second_moderator_sees_what_changed_and_loses_nothing(
    alice: User, root: User, alert: Alert, client_for: Any
) -> None:
    first, second, url = client_for(alice), client_for(root), f"{LIST}{alert.pk}/change/"
    page_of_first, page_of_second = first.get(url), second.get(url)
    contest = Category.objects.get(slug="contest")
    first.post(url, page_of(page_of_first, label="WikiMarathon", category=contest.pk, _move="explain"))
    typed = page_of(page_of_second, label="Bot run of May", reason="I saw the bot", _move="dismiss")
    answer = second.post(url, typed)
    page = answer.content.decode()
    assert "changed meanwhile" in page
    assert "alice" in page
    assert "WikiMarathon" in page
    assert "Contest or campaign" in page
    assert 'value="Bot run of May"' in page
    assert 'value="I saw the bot"' in page
    alert.refresh_from_db()
    assert (alert.label, alert.status) == ("WikiMarathon", Status.EXPLAINED)
    # Saving once more, having seen it, is a decision.
    again = page_of(answer, label="Bot run of May", reason="I saw the bot", _move="dismiss")
    assert second.post(url, again).status_code == 302
    alert.refresh_from_db()
    assert (alert.label, alert.status, alert.dismissal_reason) == ("Bot run of May", Status.DISMISSED, "I saw the bot")
    told = [row.history_user.username for row in alert.history.order_by("history_id") if row.history_user]
    assert told == ["alice", "root", "root"]


def test_m04_in_the_list_the_second_keeps_what_was_typed(alice: User, root: User, alert: Alert, client_for: Any) -> None:
    other = make_alert(alert.project, alert.month.replace(month=12))
    first, second = client_for(alice), client_for(root)
    page_of_second = second.get(LIST)
    first.post(LIST, rows_of(first.get(LIST), **{"form-1-label": "First"}))
    answer = second.post(LIST, rows_of(page_of_second, **{"form-1-label": "Second", "form-0-label": "Other"}))
    page = answer.content.decode()
    assert "changed meanwhile" in page
    assert 'value="Second"' in page
    assert 'value="Other"' in page
    alert.refresh_from_db()
    assert alert.label == "First"
    second.post(LIST, rows_of(answer))
    alert.refresh_from_db()
    other.refresh_from_db()
    assert (alert.label, other.label) == ("Second", "Other")


def test_m04_saving_again_leaves_alone_what_the_second_never_touched(
    alice: User, root: User, alert: Alert, client_for: Any
) -> None:
    first, second, url = client_for(root), client_for(alice), f"{LIST}{alert.pk}/change/"
    page_of_first, page_of_second = first.get(url), second.get(url)
    contest = Category.objects.get(slug="contest")
    first.post(url, page_of(page_of_first, category=contest.pk, assignee=root.pk))
    answer = second.post(url, page_of(page_of_second, label="Bot run of May"))
    assert "changed meanwhile" in answer.content.decode()
    assert second.post(url, page_of(answer)).status_code == 302
    alert.refresh_from_db()
    assert (alert.label, alert.category, alert.assignee) == ("Bot run of May", contest, root)
    assert alert.history.first().history_change_reason == reason("labelled")


def test_m04_in_a_row_of_the_list_too(alice: User, root: User, alert: Alert, client_for: Any) -> None:
    other = make_alert(alert.project, alert.month.replace(month=12))
    second = client_for(alice)
    page_of_second = second.get(LIST)
    contest, bot_run = Category.objects.get(slug="contest"), Category.objects.get(slug="bot-run")
    alert_label(alert=alert, by=root, category=contest)
    alert_label(alert=other, by=root, category=bot_run, label="Told by root")
    answer = second.post(LIST, rows_of(page_of_second, **{"form-1-label": "Bot run of May"}))
    page = answer.content.decode()
    assert page.count("changed meanwhile") == 1  # nothing was typed into the row of the other
    second.post(LIST, rows_of(answer))
    alert.refresh_from_db()
    other.refresh_from_db()
    assert (alert.label, alert.category) == ("Bot run of May", contest)
    assert (other.label, other.category) == ("Told by root", bot_run)


def test_m04_on_the_public_page_too(carol: User, root: User, alert: Alert, client_for: Any) -> None:
    client, url = client_for(carol), reverse("alert-label", args=[alert.pk])
    typed = {"category": "", "label": "Bot run of May", "version": alert.version}
    contest = Category.objects.get(slug="contest")
    alert_label(alert=alert, by=root, category=contest)
    answer = client.post(url, typed)
    assert answer.content.decode().count('role="alert"') == 1
    again = answer.context["form"]
    client.post(url, {name: again[name].value() for name in again.fields})
    alert.refresh_from_db()
    assert (alert.label, alert.category) == ("Bot run of May", contest)


def test_m04_who_approves_inside_the_alert_reverts_no_correction(
    alice: User, bob: User, root: User, alert: Alert, client_for: Any
) -> None:
    note = Annotation.objects.create(alert=alert, author=bob, text="A contest ran all month.")
    client, url = client_for(alice), f"{LIST}{alert.pk}/change/"
    page = client.get(url)
    services.annotation_edit(annotation=note, by=root, text="A contest ran in May.")
    answer = client.post(url, page_of(page, **{"annotations-0-step": "approve"}))
    assert "changed meanwhile by root" in answer.content.decode()
    client.post(url, page_of(answer))
    note.refresh_from_db()
    assert (note.text, note.status) == ("A contest ran in May.", "published")


def test_m04_who_answers_a_report_reverts_no_correction(
    alice: User, bob: User, root: User, alert: Alert, client_for: Any
) -> None:
    note = Annotation.objects.create(alert=alert, author=bob, text="A contest ran all month.", status="published")
    report = services.annotation_report(annotation=note, by=bob, reason="It was in May")
    client, url = client_for(alice), f"/admin/annotations/report/{report.pk}/change/"
    page = client.get(url)
    services.annotation_edit(annotation=note, by=root, text="A contest ran in May.")
    answer = client.post(url, page_of(page, link="https://example.org/may", _decide="edit"))
    assert "changed meanwhile" in answer.content.decode()
    client.post(url, page_of(answer, _decide="edit"))
    note.refresh_from_db()
    assert (note.text, note.link) == ("A contest ran in May.", "https://example.org/may")


def test_m04_two_reviewers_of_one_annotation(alice: User, bob: User, root: User, alert: Alert, client_for: Any) -> None:
    note = Annotation.objects.create(alert=alert, author=bob, text="A contest ran all month.")
    url = f"/admin/annotations/annotation/{note.pk}/change/"
    first, second = client_for(alice), client_for(root)
    page_of_second = second.get(url)
    first.post(url, page_of(first.get(url), text="A contest ran all month, said alice.", step="approve"))
    answer = second.post(url, page_of(page_of_second, text="A bot ran all month, said root."))
    page = answer.content.decode()
    assert "changed meanwhile by alice" in page
    assert "A contest ran all month, said alice." in page
    assert "A bot ran all month, said root.</textarea>" in page
    note.refresh_from_db()
    assert (note.text, note.status) == ("A contest ran all month, said alice.", "published")
