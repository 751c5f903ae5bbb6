"""The operator's switches, the test button and the log."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from alerts.models import Alert
from subscriptions import services
from subscriptions.channels.registry import CHANNELS
from subscriptions.models import Address, ChannelSwitch, Group, Message
from subscriptions.outbox import plan_messages
from subscriptions.sending import send_due
from tests.subscriptions.conftest import NOW, follows, ready_address
from tests.subscriptions.smtp import MailServer

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
PLACE = "/admin/subscriptions"


def test_every_channel_has_a_switch_a_rate_and_a_test_button(root: User, client_for: SignIn, mails: MailServer) -> None:
    client = client_for(root)
    page = client.get(f"{PLACE}/channelswitch/").content.decode()
    for name in CHANNELS:
        assert f">{name}</a>" in page
    assert set(ChannelSwitch.objects.values_list("channel", flat=True)) == set(CHANNELS)
    ready_address(root)
    switch = ChannelSwitch.objects.get(channel="mail")
    client.post(f"{PLACE}/channelswitch/", {"action": "send_test", "_selected_action": [switch.pk]})
    send_due()
    (mail,) = mails.received
    assert mail["Subject"] == "A test of Community Activity Alerts"


def test_the_log_is_for_administrators_and_nobody_changes_it(
    root: User, alice: User, bob: User, client_for: SignIn, peak: Alert, mails: MailServer
) -> None:
    follows(bob)
    plan_messages(now=NOW)
    send_due(clock=lambda: NOW)
    message = Message.objects.get()
    page = client_for(root).get(f"{PLACE}/message/").content.decode()
    assert "Hindi Wikipedia +374%, November 2022" in page
    assert client_for(root).get(f"{PLACE}/message/{message.pk}/change/").status_code == 200
    assert client_for(root).post(f"{PLACE}/message/{message.pk}/change/", {"state": "planned"}).status_code == 403
    for place in ("message", "address", "channelswitch"):
        assert client_for(alice).get(f"{PLACE}/{place}/").status_code == 403


def test_an_administrator_confirms_an_address(root: User, bob: User, client_for: SignIn) -> None:
    address = Address.objects.create(user=bob, channel="webhook", target="https://hook.example.org/")
    client_for(root).post(f"{PLACE}/address/", {"action": "confirm", "_selected_action": [address.pk]})
    address.refresh_from_db()
    assert address.state == Address.State.READY


def test_moderators_publish_groups(alice: User, bob: User, client_for: SignIn, peak: Alert) -> None:
    group = services.group_save(by=bob, name="Hindi wikis", lines=[("language", "hi")])
    rules = list(group.rules.all())
    values = {
        "slug": "hindi", "name": "Hindi wikis", "owner": bob.pk, "published": "on", "source": "Bob knows them",
        "rules-TOTAL_FORMS": 1, "rules-INITIAL_FORMS": 1, "rules-0-id": rules[0].pk, "rules-0-group": group.pk,
        "rules-0-kind": "language", "rules-0-value": "hi",
    }  # fmt: skip
    response = client_for(alice).post(f"{PLACE}/group/{group.pk}/change/", values)
    assert response.status_code == 302, response.content.decode()
    assert Group.objects.get(slug="hindi").published
    assert client_for(None).get("/groups/hindi/").status_code == 200
