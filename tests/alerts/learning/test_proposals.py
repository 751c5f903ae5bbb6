"""Rules that decisions speak for: proposed, previewed, and stored by one press; nothing changes by itself."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import User
from alerts import services
from alerts.learning.proposals import MIN_DISMISSED, proposals
from alerts.models import Alert, Category, DetectionPolicy
from edits.models import Project
from tests.alerts.series import TODAY, counts, detect, judge_by
from tests.factories import make_edit_counts, make_project

pytestmark = pytest.mark.django_db

PAGE = "/admin/alerts/detectionpolicy/"
QUIET = [100, 104, 97, 101, 99, 103, 98, 102] * 3
# Peaks of half as much again, which the people of the wiki dismiss, and of four times as much, which they explain.
SMALL, LARGE = 160, 420


def decide(alice: User) -> None:
    for alert in Alert.objects.filter(status="new").order_by("month"):
        if alert.count >= LARGE:
            services.alert_explain(alert=alert, by=alice, category=Category.objects.get(slug="contest"))
        else:
            services.alert_dismiss(alert=alert, by=alice, reason="Nothing of note")


@pytest.fixture
def decided(db: None, alice: User) -> Project:
    """A wiki with enough decisions, which a larger rise tells apart."""
    judge_by("rolling_mean")
    project = make_project()
    values: list[int] = []
    for peak in [SMALL, LARGE] * 3:
        values += [*QUIET[:12], peak]
    make_edit_counts(project, counts(*values))
    detect()
    decide(alice)
    return project


def test_a_rule_is_proposed_that_drops_what_was_dismissed_and_keeps_what_was_explained(decided: Project) -> None:
    found = proposals(today=TODAY)
    assert [each.policy.scope for each in found] == ["family:wikipedia", f"project:{decided.pk}"]
    own = found[1]
    assert (own.explained, own.dismissed, own.spared) == (3, 3, 3)
    assert (own.before.share, own.after.share) == (0.5, 1.0)
    assert own.policy.pk is None
    assert DetectionPolicy.objects.count() == 1, "nothing changes by itself"


def test_the_mildest_of_the_rules_that_do_as_well_is_proposed(decided: Project) -> None:
    change = proposals(today=TODAY)[0].change
    assert (change.name, change.value) == ("percentage", 75.0)


def test_too_few_decisions_propose_nothing(decided: Project, alice: User) -> None:
    one = Alert.objects.filter(status="dismissed").first()
    assert one is not None
    assert MIN_DISMISSED == 3
    services.alert_reopen(alert=one, by=alice)
    assert proposals(today=TODAY) == []


def test_nothing_is_proposed_that_would_lose_an_explained_alert(decided: Project, alice: User) -> None:
    for alert in Alert.objects.filter(status="dismissed"):
        services.alert_reopen(alert=alert, by=alice)
    for alert in Alert.objects.all():  # the small ones were right, and the large ones wrong
        if alert.count < LARGE:
            services.alert_explain(alert=alert, by=alice, category=Category.objects.get(slug="contest"))
        else:
            services.alert_dismiss(alert=alert, by=alice, reason="A bot")
    assert proposals(today=TODAY) == []


def test_a_wiki_with_rules_of_its_own_has_no_say_in_its_family(decided: Project, root: User) -> None:
    own = DetectionPolicy(project=decided, detector="rolling_mean", parameters={"percentage": 40.0})
    services.policy_save(policy=own, by=root)
    (found,) = proposals(today=TODAY)
    assert (found.policy.scope, found.policy.pk) == (f"project:{decided.pk}", own.pk)


def fields(page: str, at: int) -> tuple[str, dict[str, list[str]]]:
    """The address and the fields of the form with rules at that place of a page."""
    forms = re.findall(r'<form method="post"( action="[^"]*")?>(.*?)</form>', page, re.DOTALL)
    form = [form for form in forms if 'name="detector"' in form[1]][at]
    sent: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form[1]):
        sent.setdefault(name, []).append(value)
    return form[0].removeprefix(' action="').removesuffix('"'), sent


def test_an_administrator_previews_a_proposal_and_stores_it_by_one_press(client_for, decided: Project, root: User) -> None:  # noqa: ANN001
    client: Client = client_for(root)
    page = client.get(f"{PAGE}proposals/").content.decode()
    assert "Rise: 75 %" in page
    assert "3 of 3" in page
    url, sent = fields(page, 1)
    preview = client.post(url, sent)
    assert preview.context["differences"].withdrawn
    assert DetectionPolicy.objects.count() == 1
    _, confirmed = fields(preview.content.decode(), 0)
    assert client.post(url, confirmed).status_code == 302
    stored = DetectionPolicy.objects.get(project=decided)
    assert (stored.parameters, stored.version) == ({"percentage": 75.0}, 1)
    assert "spares 3 of 3" in stored.history.get().history_change_reason


def test_moderators_who_may_not_change_rules_see_no_proposals(client_for, decided: Project, alice: User, bob: User) -> None:  # noqa: ANN001
    for person in (alice, bob, None):
        assert client_for(person).get(f"{PAGE}proposals/").status_code in (302, 403)
