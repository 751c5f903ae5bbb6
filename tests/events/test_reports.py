"""Reports on events, notes about spans of months among them: made once, seen by moderators, answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from accounts.models import User
from curation.reports import NotPossible
from events.kinds import Kind
from events.models import Event, EventReport, Status
from events.reports import event_report, report_dismiss, report_uphold
from tests.events.conftest import make_event

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
QUEUE = "/admin/events/eventreport/"


@pytest.fixture
def span(bob: User) -> Event:
    """What Bob wrote about a span of months, published."""
    return make_event(title="The server was slow", kind=Kind.OTHER, author=bob)


def test_from_a_report_to_its_answer(span: Event, bob: User, carol: User, alice: User, client_for: SignIn) -> None:
    carols, alices, bobs = (client_for(user) for user in (carol, alice, bob))
    place = f"/events/{span.pk}/report/"
    assert place in carols.get(span.get_absolute_url()).content.decode()
    assert carols.get(place).status_code == 200
    for _press in range(2):  # sent twice is one report
        assert carols.post(place, {"reason": "That was another year"}).status_code == 302
    report = EventReport.objects.get()
    assert "That was another year" in carols.get("/contributions/").content.decode()
    assert "carol" not in bobs.get(span.get_absolute_url()).content.decode()
    assert carols.get(QUEUE).status_code in (302, 403)

    assert "That was another year" in alices.get(f"{QUEUE}?status__exact=open").content.decode()
    assert "reports on events" in alices.get("/admin/").content.decode()
    asked = {"action": "uphold_reports", "_selected_action": [report.pk]}
    page = alices.post(QUEUE, asked)
    assert page.status_code == 200
    alices.post(QUEUE, asked | {"confirmed": "1", "reason": "It was 2021"})
    report.refresh_from_db()
    span.refresh_from_db()
    assert (report.status, report.resolution, report.resolved_by) == ("upheld", "It was 2021", alice)
    assert (span.status, span.review_reason) == (Status.REJECTED, "It was 2021")
    assert "It was 2021" in carols.get("/contributions/").content.decode()
    outcome = bobs.get("/contributions/").content.decode()
    assert "The server was slow" in outcome
    assert "It was 2021" in outcome
    assert "That was another year" not in outcome, "nobody but moderators reads who reported, or what"
    assert span.history.first().history_user == alice


def test_all_reports_of_an_event_are_resolved_with_it(span: Event, bob: User, carol: User, alice: User) -> None:
    first, second = (event_report(event=span, by=user, reason="It is wrong") for user in (bob, carol))
    report_uphold(report=first, by=alice, resolution="Indeed")
    second.refresh_from_db()
    assert second.status == EventReport.Status.UPHELD
    with pytest.raises(NotPossible, match="alice"):
        report_dismiss(report=second, by=alice)


def test_a_dismissed_report_changes_nothing_and_is_not_made_again(span: Event, carol: User, alice: User) -> None:
    report = event_report(event=span, by=carol, reason="It is wrong")
    report_dismiss(report=report, by=alice, resolution="It is right")
    span.refresh_from_db()
    assert span.status == Status.PUBLISHED
    with pytest.raises(NotPossible):
        event_report(event=span, by=carol, reason="It is wrong")
    assert EventReport.objects.count() == 1


def test_who_may_not(span: Event, dora: User, carol: User) -> None:
    with pytest.raises(PermissionDenied):
        event_report(event=span, by=dora, reason="It is wrong")
    report = event_report(event=span, by=carol, reason="It is wrong")
    for resolve in (report_dismiss, report_uphold):
        with pytest.raises(PermissionDenied):
            resolve(report=report, by=carol, resolution="I say so")
    report.refresh_from_db()
    assert report.status == EventReport.Status.OPEN


@pytest.mark.parametrize("reason", ["", "   ", "\u200b", "x" * 301])
def test_a_report_needs_a_reason(span: Event, carol: User, reason: str) -> None:
    with pytest.raises(ValidationError):
        event_report(event=span, by=carol, reason=reason)
    assert not EventReport.objects.exists()


def test_upholding_needs_a_reason(span: Event, carol: User, alice: User) -> None:
    report = event_report(event=span, by=carol, reason="It is wrong")
    with pytest.raises(ValidationError):
        report_uphold(report=report, by=alice, resolution=" ")
    report.refresh_from_db()
    assert report.status == EventReport.Status.OPEN


def test_strangers_sign_in_first_and_members_have_limits(
    span: Event, carol: User, client_for: SignIn, settings: object
) -> None:
    place = f"/events/{span.pk}/report/"
    assert client_for(None).post(place, {"reason": "It is wrong"}).status_code == 302
    assert client_for(carol).get("/events/999999/report/").status_code == 404
    events = [make_event(title=f"Event {number}") for number in range(60)]
    client = client_for(carol)
    answers = [client.post(f"/events/{event.pk}/report/", {"reason": "It is wrong"}).status_code for event in events]
    assert 429 in answers
    assert EventReport.objects.count() == answers.count(302)
    span.status = Status.REJECTED
    span.save()
    assert client.post(place, {"reason": "It is wrong"}).status_code == 404
