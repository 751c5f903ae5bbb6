"""What a list in its address can express can be followed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from alerts.models import Alert
from edits.models import Project
from subscriptions.models import Delivery, Follow, Group, GroupRule
from subscriptions.outbox import plan_messages
from tests.factories import make_alert, make_project
from tests.subscriptions.conftest import MONTH, NOW, ready_address

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def test_a_list_of_a_group_with_another_filter_can_be_followed(bob: User, client_for: SignIn, peak: Alert) -> None:
    """Only what is of the group and meets the filter is told."""
    group = Group.objects.create(slug="south", name="South", published=True)
    GroupRule.objects.create(group=group, kind="language", value="hi")
    elsewhere = make_alert(make_project("is.wikipedia.org"), MONTH, severity="extreme")
    mild = make_alert(make_project("hi.wiktionary.org", language_code="hi"), MONTH, severity="notable")
    Alert.objects.filter(pk=peak.pk).update(severity="extreme")
    Project.objects.filter(pk=peak.project_id).update(language_code="hi")
    client = client_for(bob)
    page = client.get("/alerts/?group=south&severity=extreme").content.decode()
    assert "/following/add/?scope=filter&amp;value=group%3Dsouth%26severity%3Dextreme" in page
    address = ready_address(bob)
    wishes = {"severity": "notable", "cadence": "monthly", "address": address.pk}
    client.post("/following/add/", {"scope": "filter", "value": "group=south&severity=extreme", **wishes})
    assert Follow.objects.get().key == "filter:group=south&severity=extreme"

    plan_messages(now=NOW)
    assert set(Delivery.objects.values_list("alert", flat=True)) == {peak.pk}
    assert {elsewhere.pk, mild.pk}.isdisjoint(Delivery.objects.values_list("alert", flat=True))
    private = Group.objects.create(slug="private", name="Private", owner=None)
    answer = client.post("/following/add/", {"scope": "filter", "value": f"group={private.slug}&severity=high", **wishes})
    assert answer.status_code == 404
    assert Follow.objects.count() == 1
