"""Chat services: apprise really sends, to public machines alone, once, and no password of a chat is shown."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from alerts.models import Alert
from subscriptions import services
from subscriptions.channels import http
from subscriptions.channels.chat import SCHEMES, Chat
from subscriptions.models import Address, ChannelSwitch, Message
from subscriptions.outbox import plan_messages
from subscriptions.sending import WAITS, send_due, switch_of
from tests.factories import make_alert, make_project
from tests.subscriptions.channels.servers import Stranger, certificate_for, stranger
from tests.subscriptions.conftest import MONTH, NOW, follows, ready_address

pytestmark = pytest.mark.django_db
State = Message.State


@pytest.fixture
def room(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stranger]:
    """A chat service over TLS. It lives on this machine, so this one address counts as public here."""
    certificate = certificate_for("localhost", tmp_path)
    settings.WEBHOOK_CA_FILE = str(certificate)
    settings.EMAIL_HOST, settings.SITE_URL = "", "https://alerts.example.org"
    public = http.is_public
    monkeypatch.setattr(http, "is_public", lambda address: address == "127.0.0.1" or public(address))
    with stranger(certificate) as server:
        yield server


def place(room: Stranger, rest: str = "secret-token") -> str:
    return f"jsons://localhost:{room.port}/{rest}"


def send(now: Any = NOW) -> Message:
    send_due(clock=lambda: now)
    return Message.objects.latest("pk")


def planned(root: User, room: Stranger, **wishes: object) -> None:
    follows(root, address=ready_address(root, place(room), "chat"), **wishes)
    assert plan_messages(now=NOW) == 1


def test_an_administrator_adds_a_chat_and_it_is_told(root: User, peak: Alert, room: Stranger, client_for: Callable) -> None:
    client = client_for(root)
    client.post("/following/addresses/", {"channel": "chat", "target": place(room)})
    address = Address.objects.get()
    assert address.state == Address.State.READY
    follows(root)
    plan_messages(now=NOW)
    assert send().state == State.SENT
    ((_headers, body),) = room.received
    said = json.loads(body)
    assert said["title"] == "Hindi Wikipedia +374%, November 2022"
    assert "14,220 edits, expected 3,000 (+374%)" in said["message"]
    assert f"https://alerts.example.org/alerts/{peak.pk}/" in said["message"]
    send()
    assert len(room.received) == 1


def test_the_test_button_the_switch_and_the_rate(root: User, room: Stranger, client_for: Callable[..., Client]) -> None:
    client = client_for(root)
    ready_address(root, place(room), "chat")
    switch = switch_of(Chat())
    press = {"action": "send_test", "_selected_action": [switch.pk]}
    for _press in range(3):
        client.post("/admin/subscriptions/channelswitch/", press)
    ChannelSwitch.objects.filter(pk=switch.pk).update(enabled=False)
    send_due()
    assert room.received == []
    ChannelSwitch.objects.filter(pk=switch.pk).update(enabled=True, per_minute=2)
    send_due()
    assert len(room.received) == 2
    assert json.loads(room.received[0][1])["title"] == "A test of Community Activity Alerts"
    log = client.get("/admin/subscriptions/message/?channel=chat").content.decode()
    assert log.count(">A test of Community Activity Alerts<") == 2


def test_nobody_reads_the_password_of_a_chat(root: User, room: Stranger, client_for: Callable[..., Client]) -> None:
    address = ready_address(root, place(room), "chat")
    follows(root, scope="everything", value="", address=address)
    services.plan_one(address=address, purpose="test", now=NOW)
    send()
    link = json.loads(room.received[0][1])["message"].split("https://alerts.example.org")[-1].strip()
    assert link.startswith("/u/")
    pages = [
        client_for(None).get(link),
        *(
            client_for(root).get(path)
            for path in (
                "/following/", "/following/add/?scope=everything&value=", "/admin/subscriptions/address/",
                f"/admin/subscriptions/address/{address.pk}/change/", "/admin/subscriptions/message/",
                f"/admin/subscriptions/message/{Message.objects.get().pk}/change/",
            )
        ),
    ]  # fmt: skip
    for page in pages:
        assert page.status_code == 200
        assert "secret-token" not in page.content.decode()
    assert "jsons://…oken" in pages[0].content.decode()


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (200, State.SENT), (204, State.SENT), (302, State.GAVE_UP), (400, State.GAVE_UP), (404, State.GAVE_UP),
        (429, State.PLANNED), (500, State.PLANNED), (503, State.PLANNED),
    ],
)  # fmt: skip
def test_what_the_service_answers(root: User, peak: Alert, room: Stranger, status: int, state: str) -> None:
    planned(root, room)
    room.answer = lambda _body: (status, {"Location": f"https://localhost:{room.port}/elsewhere"}, b"")
    message = send()
    assert (message.state, len(room.received)) == (state, 1), message.error
    if state == State.PLANNED:
        room.answer = lambda _body: (200, {}, b"")
        assert send(NOW + WAITS[0]).state == State.SENT


def test_a_service_that_falls_silent_is_not_told_twice(
    root: User, peak: Alert, room: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("subscriptions.channels.chat.DEADLINE", 0.5)
    planned(root, room)
    room.wait = 1.5
    assert send().state == State.UNKNOWN
    room.wait = 0
    assert send(NOW + 10 * WAITS[-1]).state == State.UNKNOWN
    assert len(room.received) == 1


def test_a_service_that_is_away_is_asked_later(root: User, peak: Alert, room: Stranger) -> None:
    follows(root, address=ready_address(root, "jsons://localhost:9/x", "chat"))
    plan_messages(now=NOW)
    message = send()
    assert (message.state, message.attempts) == (State.PLANNED, 1)
    assert message.error
    assert room.received == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_no_address_leads_into_our_own_house(
    root: User, peak: Alert, room: Stranger, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.undo()  # this machine is private again
    follows(root, address=ready_address(root, f"jsons://{host}:{room.port}/x?verify=no&redirect=yes", "chat"))
    plan_messages(now=NOW)
    message = send()
    assert message.state == State.GAVE_UP
    assert "not public" in message.error
    assert room.received == []


def test_a_name_that_means_something_else_a_second_later(
    root: User, peak: Alert, room: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    here = socket.getaddrinfo("127.0.0.1", room.port, type=socket.SOCK_STREAM)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_asked, **_how: here)
    follows(root, address=ready_address(root, f"mmosts://chat.example.org:{room.port}/{'a' * 24}", "chat"))
    plan_messages(now=NOW)
    message = send()
    assert (message.state, room.received) == (State.GAVE_UP, [])
    assert "127.0.0.1, which is not public" in message.error


def test_the_guard_ends_with_the_sending() -> None:
    with http.only_public(5), pytest.raises(PermissionError), socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname())
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


def test_a_certificate_that_nobody_vouches_for(root: User, peak: Alert, room: Stranger, settings: Any) -> None:
    settings.WEBHOOK_CA_FILE = ""
    follows(root, address=ready_address(root, place(room, "x?verify=no"), "chat"))
    plan_messages(now=NOW)
    assert send().state != State.SENT
    assert room.received == []


def test_a_note_does_not_ring_everybody(root: User, peak: Alert, room: Stranger) -> None:
    Alert.objects.update(label="@everyone <!channel> <@U123> come and see")
    planned(root, room)
    send()
    text = json.loads(room.received[0][1])["message"]
    assert "come and see" in text
    for call in ("@everyone", "<!channel>", "<@"):
        assert call not in text


def test_a_long_digest_fits_the_service(root: User, hindi: object, room: Stranger, monkeypatch: pytest.MonkeyPatch) -> None:
    from apprise.plugins.custom_json import NotifyJSON

    monkeypatch.setattr(NotifyJSON, "body_maxlen", 2_000)
    for number in range(15):
        make_alert(make_project(f"x{number}.wikipedia.org"), MONTH)
    planned(root, room, scope="everything", value="")
    send()
    text = json.loads(room.received[0][1])["message"]
    assert len(text) <= 2_000
    shown = text.count("\n* ")
    assert 0 < shown < 15
    assert f"And {15 - shown} more" in text


def test_an_administrator_who_is_none_any_more_is_not_told(root: User, peak: Alert, room: Stranger) -> None:
    planned(root, room)
    User.objects.update(is_superuser=False, is_staff=False)
    message = send()
    assert (message.state, room.received) == (State.DROPPED, [])


@pytest.mark.parametrize(
    "target",
    [
        "json://127.0.0.1/", "xml://10.0.0.1", "mailto://x:y@z.org", "syslog://", "file:///etc", "x", "",
        "jsons://", "slack://", "mmosts://host", "mmosts://host/" + "a" * 24 + "?channel=a,b",
    ],
)  # fmt: skip
def test_addresses_that_are_refused(root: User, target: str) -> None:
    with pytest.raises(ValidationError):
        services.address_add(by=root, channel="chat", target=target, now=NOW)
    assert not Address.objects.exists()


def test_only_administrators_add_a_chat_service(bob: User, alice: User) -> None:
    for user in (bob, alice):
        with pytest.raises(ValidationError):
            services.address_add(by=user, channel="chat", target="jsons://chat.example.org/", now=NOW)
    assert not Address.objects.exists()


def test_every_allowed_service_is_known_to_apprise() -> None:
    from apprise import Apprise

    known = {name for service in Apprise().details()["schemas"] for name in service["secure_protocols"] or ()}
    assert known >= SCHEMES
