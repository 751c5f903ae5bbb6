"""What the machine suggests, people accept; and what people chose stands."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from accounts.models import User
from accounts.permissions import MODERATORS
from alerts import services as alerts
from alerts.models import Alert, Category, Status
from causes.models import Explanation
from causes.quality import MIN_DECISIONS, quality
from causes.services import explain_alerts
from causes.suggestions import suggestion_accept
from tests.causes.test_services import alert_of, store
from tests.factories import make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    user = User.objects.create_user("alice", password="a long one", is_staff=True)
    user.groups.add(Group.objects.get(name=MODERATORS))
    return user


@pytest.fixture
def bob() -> User:
    return User.objects.create_user("bob")


@pytest.fixture
def alert() -> Alert:
    project = make_project("is.wikipedia.org")
    store(project, group_bot=30_900)
    found = alert_of(project)
    explain_alerts()
    return Alert.objects.get(pk=found.pk)


def accept(alert: Alert, by: User) -> Alert:
    return suggestion_accept(explanation=alert.explanation, by=by)


def test_accepting_explains_the_alert_and_keeps_who_and_when(alert: Alert, alice: User) -> None:
    changed = accept(alert, alice)
    assert (changed.status, changed.category.slug) == (Status.EXPLAINED, "bot-run")  # type: ignore[union-attr]
    stored = Explanation.objects.get(pk=alert.pk)
    assert (stored.accepted_by, stored.accepted_hypothesis) == (alice, "flagged_bots")
    assert stored.accepted_at is not None
    explain_alerts(again=True)
    stored.refresh_from_db()
    assert stored.accepted_by == alice, "kept when the alert is explained anew"


def test_members_may_not(alert: Alert, bob: User) -> None:
    with pytest.raises(PermissionDenied):
        accept(alert, bob)
    alert.refresh_from_db()
    assert alert.status == Status.NEW


def test_a_category_that_a_person_chose_stands(alert: Alert, alice: User) -> None:
    alerts.alert_label(alert=alert, by=alice, category=Category.objects.get(slug="contest"))
    with pytest.raises(ValidationError, match="decided on this alert already"):
        accept(Alert.objects.get(pk=alert.pk), alice)
    explain_alerts(again=True)
    assert Alert.objects.get(pk=alert.pk).category.slug == "contest"  # type: ignore[union-attr]


def test_nothing_is_suggested_where_nothing_is_known(alice: User) -> None:
    project = make_project("fo.wikipedia.org")
    store(project, user=90_000)  # people: the category "other" would say nothing
    found = alert_of(project)
    explain_alerts()
    with pytest.raises(ValidationError, match="Nothing is suggested"):
        accept(Alert.objects.get(pk=found.pk), alice)


def test_one_press_on_the_page_and_one_action_for_many(alert: Alert, alice: User, bob: User, client: Client) -> None:
    assert "accesskey" not in client.get(alert.get_absolute_url()).content.decode().split('id="why-')[1].split("</section>")[0]
    client.force_login(bob)
    assert client.post(f"/alerts/{alert.pk}/accept/", {"version": alert.version}).status_code == 403
    client.force_login(alice)
    assert 'accesskey="a"' in client.get(alert.get_absolute_url()).content.decode()
    listed = client.get("/admin/causes/explanation/")
    assert "Bots made 10" in listed.content.decode()
    waiting = list(Explanation.objects.exclude(suggestion="").filter(alert__status=Status.NEW).values_list("pk", flat=True))
    seen = json.dumps({str(pk): version for pk, version in Explanation.objects.values_list("pk", "alert__version")})
    sent = {"action": "bulk_accept", "_selected_action": waiting, "confirmed": "1", "seen": seen}
    answer = client.post("/admin/causes/explanation/", sent, follow=True)
    assert answer.status_code == 200
    assert set(Alert.objects.filter(pk__in=waiting).values_list("status", flat=True)) == {Status.EXPLAINED}
    assert Explanation.objects.filter(pk__in=waiting, accepted_by=alice).count() == len(waiting)
    client.post(f"/alerts/{alert.pk}/accept/", follow=True)  # a second time: told, and nothing changes
    assert Alert.objects.get(pk=alert.pk).category.slug == "bot-run"  # type: ignore[union-attr]


def test_one_key_in_the_queue_accepts_and_goes_on(alert: Alert, alice: User, client: Client) -> None:
    client.force_login(alice)
    page = client.get(f"/admin/alerts/alert/{alert.pk}/change/").content.decode()
    assert 'aria-keyshortcuts="y"' in page
    assert "Accept: Bot run" in page
    address = f"/alerts/{alert.pk}/accept/"
    assert f'formaction="{address}?next=' in page
    answer = client.post(f"{address}?next=/admin/alerts/alert/", {"version": alert.version, "_save": "1"})
    assert answer.headers["Location"] == "/admin/alerts/alert/"
    assert Alert.objects.get(pk=alert.pk).category.slug == "bot-run"  # type: ignore[union-attr]
    page = client.get(f"/admin/alerts/alert/{alert.pk}/change/").content.decode()
    assert 'aria-keyshortcuts="y"' not in page
    answer = client.post(f"{address}?next=//evil.example/", {"version": alert.version})
    assert answer.headers["Location"] == alert.get_absolute_url()


def test_the_month_says_what_drove_it(alert: Alert, client: Client) -> None:
    page = client.get("/months/2022-11/").content.decode()
    assert "What drove the month" in page
    assert "?month=2022-11&amp;metric=edits&amp;cause=bots" in page.replace("&cause", "&amp;cause")
    assert "What drove the month" not in client.get("/months/2022-10/").content.decode()


def test_quality_counts_what_people_decided(alert: Alert, alice: User, client: Client) -> None:
    assert quality() == []
    accept(alert, alice)
    (found,) = [row for row in quality() if row.label == "Flagged bots"]
    assert (found.accepted, found.changed, found.refused, found.share) == (1, 0, 0, 1.0)
    assert found.decided < MIN_DECISIONS
    assert "too few to mean something" in client.get("/methodology/").content.decode()
    alerts.alert_label(alert=Alert.objects.get(pk=alert.pk), by=alice, category=Category.objects.get(slug="contest"))
    (found,) = [row for row in quality() if row.label == "Flagged bots"]
    assert (found.accepted, found.changed) == (0, 1)
