"""What people may do with words, and what becomes of them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from alerts.models import Alert
from annotations import services
from annotations.limits import TooMuch
from annotations.models import Annotation, Report
from annotations.selectors import published_for_alerts
from curation.reports import NotPossible
from tests.factories import make_alert, make_project

TEXT = "A contest ran on this wiki all month."


@pytest.fixture
def alert(db: None) -> Alert:
    return make_alert(make_project())


@pytest.fixture
def note(alert: Alert, bob: User) -> Annotation:
    return services.annotation_contribute(alert=alert, by=bob, text=TEXT, link="https://meta.wikimedia.org/wiki/Contest")


def test_a_members_note_waits_and_a_moderators_is_the_headline(alert: Alert, note: Annotation, alice: User) -> None:
    assert (note.status, note.headline) == ("pending", None)
    own = services.annotation_contribute(alert=alert, by=alice, text=TEXT)
    assert (own.status, own.headline) == ("published", True)


def test_the_author_stays_the_author_and_every_revision_is_kept(note: Annotation, alice: User, bob: User) -> None:
    changed = services.annotation_edit(annotation=note, by=alice, text=TEXT + " It had 40 authors.", link="")
    assert (changed.author, changed.version) == (bob, 2)
    revisions = list(note.history.order_by("version").values_list("text", "link", "history_user__username"))
    assert revisions == [
        (TEXT, "https://meta.wikimedia.org/wiki/Contest", "bob"),
        (TEXT + " It had 40 authors.", "", "alice"),
    ]


def test_what_its_author_changes_after_publication_is_reviewed_again(note: Annotation, alice: User, bob: User) -> None:
    published = services.annotation_approve(annotation=note, by=alice)
    assert published.headline
    changed = services.annotation_edit(annotation=published, by=bob, text="Something else entirely.")
    assert (changed.status, changed.headline) == ("pending", None)


def test_only_the_author_and_reviewers_may_change_a_note(note: Annotation, carol: User, dora: User) -> None:
    for person in (carol, dora):
        with pytest.raises(PermissionDenied):
            services.annotation_edit(annotation=note, by=person, text="Not mine to change.")
    note.refresh_from_db()
    assert note.text == TEXT


def test_steps_that_the_table_does_not_have_are_refused(note: Annotation, alice: User) -> None:
    rejected = services.annotation_reject(annotation=note, by=alice, reason="No source")
    assert (rejected.status, rejected.review_reason) == ("rejected", "No source")
    with pytest.raises(NotPossible, match="rejected"):
        services.annotation_remove(annotation=rejected, by=alice, reason="Still no source")
    approved = services.annotation_approve(annotation=rejected, by=alice)
    with pytest.raises(NotPossible, match="published"):
        services.annotation_approve(annotation=approved, by=alice)


def test_rejecting_and_removing_need_a_reason(note: Annotation, alice: User) -> None:
    with pytest.raises(ValidationError, match="Say why"):
        services.annotation_reject(annotation=note, by=alice, reason="  ")
    note.refresh_from_db()
    assert (note.status, note.version) == ("pending", 1)


def test_the_second_to_decide_on_an_old_version_is_told(note: Annotation, alice: User, root: User) -> None:
    services.annotation_approve(annotation=note, by=alice, expected_version=1)
    with pytest.raises(services.ChangedMeanwhile) as told:
        services.annotation_reject(annotation=note, by=root, reason="No", expected_version=1)
    assert told.value.current.status == "published"


def test_the_headline_is_handed_over_knowingly(alert: Alert, note: Annotation, alice: User) -> None:
    first = services.annotation_contribute(alert=alert, by=alice, text="The first of the notes.")
    second = services.annotation_approve(annotation=note, by=alice)
    assert (first.headline, second.headline) == (True, None)
    with pytest.raises(services.SlotTaken):
        services.annotation_make_headline(annotation=second, by=alice, instead_of=None)
    services.annotation_make_headline(annotation=second, by=alice, instead_of=first.pk)
    assert [(n.pk, n.headline) for n in published_for_alerts([alert.pk])[alert.pk]] == [(second.pk, True), (first.pk, None)]


def test_published_annotations_come_in_one_query_headline_first(
    alert: Alert, note: Annotation, alice: User, django_assert_num_queries: object
) -> None:
    late = services.annotation_contribute(alert=alert, by=alice, text="Written late, but it heads.")
    services.annotation_approve(annotation=note, by=alice)
    other = make_alert(alert.project, dt.date(2022, 12, 1))
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = published_for_alerts([alert.pk, other.pk])
        assert [n.author.username for n in found[alert.pk]] == ["alice", "bob"]
    assert list(found) == [alert.pk]
    assert found[alert.pk][0] == late


def test_a_report_is_filed_once_and_settled_once(note: Annotation, alice: User, bob: User, carol: User) -> None:
    with pytest.raises(NotPossible, match="published"):
        services.annotation_report(annotation=note, by=carol, reason="Not true")
    services.annotation_approve(annotation=note, by=alice)
    report = services.annotation_report(annotation=note, by=carol, reason="Not true")
    with pytest.raises(NotPossible, match="already"):
        services.annotation_report(annotation=note, by=carol, reason="Really not true")
    other = services.annotation_report(annotation=note, by=bob, reason="I was wrong")
    with pytest.raises(PermissionDenied):
        services.report_dismiss(report=report, by=carol)
    services.report_uphold(report=report, by=alice, resolution="The contest was in May", remove=True)
    note.refresh_from_db()
    other.refresh_from_db()
    assert (note.status, note.review_reason, note.headline) == ("removed", "The contest was in May", None)
    assert (other.status, other.resolved_by) == (Report.Status.UPHELD, alice)
    with pytest.raises(NotPossible, match="alice"):
        services.report_dismiss(report=report, by=alice)
    services.annotation_approve(annotation=note, by=alice)
    with pytest.raises(NotPossible, match="resolved"):
        services.annotation_report(annotation=note, by=carol, reason="Not true, still")


@pytest.mark.parametrize("text", ["too short", "x" * 501, "An é with a NUL\x00 inside", "   blank around   "[:9]])
def test_text_that_cannot_be_stored_is_refused_and_nothing_is_spent(alert: Alert, bob: User, text: str) -> None:
    with pytest.raises(ValidationError):
        services.annotation_contribute(alert=alert, by=bob, text=text)
    assert not Annotation.objects.exists()
    for _ in range(5):  # the whole burst is still there
        services.annotation_contribute(alert=alert, by=bob, text=TEXT)


def test_the_bucket_fills_up_with_time(alert: Alert, bob: User, settings: object) -> None:
    settings.CONTRIBUTION_BURST, settings.CONTRIBUTIONS_PER_HOUR = 2, 60  # type: ignore[attr-defined]
    now = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
    User.objects.filter(pk=bob.pk).update(date_joined=now - dt.timedelta(days=30))
    bob.refresh_from_db()
    for turn in range(2):
        services.annotation_contribute(alert=alert, by=bob, text=f"{TEXT} {turn}", now=now)
    with pytest.raises(TooMuch) as told:
        services.annotation_contribute(alert=alert, by=bob, text=TEXT, now=now)
    assert told.value.retry_after == 60
    later = now + dt.timedelta(seconds=60)
    services.annotation_contribute(alert=alert, by=bob, text=TEXT, now=later)
    assert Annotation.objects.count() == 3


def test_the_same_words_sent_twice_are_one_note(bob: User, carol: User) -> None:
    alert = make_alert(make_project())
    first = services.annotation_contribute(alert=alert, by=bob, text="A contest ran all month.")
    again = services.annotation_contribute(alert=alert, by=bob, text=" A contest ran all month.\r\n")
    assert again.pk == first.pk
    services.annotation_contribute(alert=alert, by=bob, text="A contest ran all month.", link="https://example.org/")
    services.annotation_contribute(alert=alert, by=carol, text="A contest ran all month.")
    services.annotation_contribute(alert=alert, by=bob, text="A Contest ran all month.")
    other = make_alert(alert.project, dt.date(2020, 1, 1))
    services.annotation_contribute(alert=other, by=bob, text="A contest ran all month.")
    assert Annotation.objects.count() == 5
