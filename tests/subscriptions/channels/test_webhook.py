"""Webhooks: signed, once, to public addresses alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from standardwebhooks.webhooks import Webhook as Library

from accounts.models import User
from alerts.models import Alert
from edits.months import add_months
from subscriptions import services
from subscriptions.channels import http
from subscriptions.channels.webhook import Webhook, shared_secret
from subscriptions.models import Address, Follow, Message
from subscriptions.outbox import plan_messages
from subscriptions.sending import WAITS, send_due
from tests.subscriptions.channels.servers import Stranger, certificate_for, stranger
from tests.subscriptions.conftest import MONTH, NOW, follows, ready_address

pytestmark = pytest.mark.django_db
HOST = "hook.example.org"


@pytest.fixture
def hook(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stranger]:
    """A receiver over TLS. It lives on this machine, so this one address counts as public here."""
    certificate = certificate_for(HOST, tmp_path)
    settings.WEBHOOK_CA_FILE = str(certificate)
    settings.EMAIL_HOST, settings.SITE_URL = "", "https://alerts.example.org"
    public = http.is_public
    monkeypatch.setattr(http, "resolve", lambda host, _port: ["127.0.0.1"] if host == HOST else [])
    monkeypatch.setattr(http, "is_public", lambda address: address == "127.0.0.1" or public(address))
    with stranger(certificate) as server:
        yield server


def place(hook: Stranger) -> str:
    return f"https://{HOST}:{hook.port}/in?x=1"


def send(now: Any = NOW) -> Message:
    send_due(clock=lambda: now)
    return Message.objects.latest("pk")


def test_from_confirmation_to_signed_event(bob: User, peak: Alert, hook: Stranger, client: Client) -> None:
    services.address_add(by=bob, channel="webhook", target=place(hook), now=NOW)
    send()
    _headers, body = hook.received.pop()
    client.post(json.loads(body)["data"]["confirm_url"].removeprefix("https://alerts.example.org"))
    address = Address.objects.get()
    assert address.state == Address.State.READY

    follows(bob)
    plan_messages(now=NOW)
    assert send().state == Message.State.SENT
    headers, body = hook.received.pop()
    stamp = headers["webhook-timestamp"]
    event = json.loads(body)
    library = Library(shared_secret(address))
    assert library.sign(headers["webhook-id"], NOW, body.decode()) == headers["webhook-signature"]
    assert stamp == str(int(NOW.timestamp()))
    assert headers["host"] == f"{HOST}:{hook.port}"
    assert {"specversion", "id", "source", "type", "time"} <= event.keys()
    assert event["id"] == headers["webhook-id"]
    (alert,) = event["data"]["alerts"]
    assert (alert["id"], alert["project"], alert["summary"]) == (
        peak.pk, "hi.wikipedia.org", "14,220 edits, expected 3,000 (+374%)"
    )  # fmt: skip
    assert (alert["month"], alert["figures_month"]) == ("2022-11", "2022-11")


@pytest.mark.parametrize(
    ("status", "state", "used"),
    [
        (204, "sent", "ready"),
        (302, "gave_up", "ready"),
        (404, "gave_up", "ready"),
        (410, "gave_up", "paused"),
        (429, "planned", "ready"),
        (500, "planned", "ready"),
    ],
)
def test_what_the_answers_mean(bob: User, peak: Alert, hook: Stranger, status: int, state: str, used: str) -> None:
    hook.answer = lambda _body: (status, {"Location": "https://127.0.0.1/"}, b"")
    follows(bob, address=ready_address(bob, place(hook), "webhook"))
    plan_messages(now=NOW)
    assert send().state == state
    assert Address.objects.get().state == used
    assert len(hook.received) == 1


def test_n13_a_receiver_that_answers_too_late(bob: User, peak: Alert, hook: Stranger, monkeypatch: pytest.MonkeyPatch) -> None:
    """It had the whole request, so it may have taken it: nobody knows, and it is not sent again."""
    monkeypatch.setattr(http, "DEADLINE", 1.0)
    hook.wait = 3.0
    follows(bob, address=ready_address(bob, place(hook), "webhook"))
    plan_messages(now=NOW)
    message = send()
    assert (message.state, message.error) == (Message.State.UNKNOWN, "No answer within 1 s.")
    send(NOW + WAITS[-1])
    assert len(hook.received) == 1


def test_n13_another_name_in_the_certificate(bob: User, peak: Alert, hook: Stranger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "resolve", lambda _host, _port: ["127.0.0.1"])
    follows(bob, address=ready_address(bob, f"https://other.example.org:{hook.port}/", "webhook"))
    plan_messages(now=NOW)
    message = send()
    assert message.state == Message.State.PLANNED
    assert "SSLError" in message.error
    assert hook.received == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.1.2", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
        "fd12::1",
        "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "2002:a00:1::", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    ],
)  # fmt: skip
def test_n13_private_addresses_are_never_asked(
    bob: User, peak: Alert, address: str, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.EMAIL_HOST = ""
    monkeypatch.setattr(http, "resolve", lambda _host, _port: ["93.184.215.14", address])
    follows(bob, address=ready_address(bob, "https://evil.example.org/", "webhook"))
    plan_messages(now=NOW)
    message = send()
    assert (message.state, message.error) == (
        Message.State.GAVE_UP, "evil.example.org leads to an address that is not public."
    )  # fmt: skip


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "8.8.8.8"])
def test_n13_public_addresses_are(address: str) -> None:
    assert http.is_public(address)


@pytest.mark.parametrize("written", ["https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://localhost/"])
def test_n13_ways_to_write_our_own_house(bob: User, peak: Alert, written: str, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    follows(bob, address=ready_address(bob, written, "webhook"))
    plan_messages(now=NOW)
    assert send().state in (Message.State.GAVE_UP, Message.State.PLANNED)
    assert "public" in Message.objects.get().error or "resolved" in Message.objects.get().error


def test_n13_a_name_that_changes_its_mind(bob: User, peak: Alert, hook: Stranger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is resolved once: the second answer, which leads inside, is never asked for."""
    answers = [["127.0.0.1"], ["169.254.169.254"]]
    monkeypatch.setattr(http, "resolve", lambda _host, _port: answers.pop(0))
    follows(bob, address=ready_address(bob, place(hook), "webhook"))
    plan_messages(now=NOW)
    assert send().state == Message.State.SENT
    assert answers == [["169.254.169.254"]]


@pytest.mark.parametrize(
    "target",
    ["http://a.example.org/", "https://u:p@a.example.org/", "ftp://a.example.org", "https://a.example.org/#x", "x", ""],
)
def test_addresses_that_are_none(bob: User, target: str) -> None:
    with pytest.raises(ValidationError):
        Webhook().clean(target, by=bob)


def test_an_episode_names_when_it_began_and_the_month_of_its_figures(bob: User, peak: Alert, hook: Stranger) -> None:
    Alert.objects.update(month=add_months(MONTH, -1), worst_month=MONTH)
    follows(bob, address=ready_address(bob, place(hook), "webhook"))
    Follow.objects.update(from_month=None)
    plan_messages(now=NOW)
    send()
    (alert,) = json.loads(hook.received[0][1])["data"]["alerts"]
    assert (alert["month"], alert["figures_month"]) == ("2022-10", "2022-11")
    assert "November 2022" in alert["summary"]
