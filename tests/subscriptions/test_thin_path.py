"""From a click on "Follow" to a mail in the box, through everything that is between."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from alerts.models import Alert
from subscriptions.models import Address, Delivery, Follow, Message
from subscriptions.outbox import plan_messages
from subscriptions.sending import send_due
from tests.subscriptions.conftest import NOW, follows
from tests.subscriptions.smtp import MailServer

pytestmark = pytest.mark.django_db


def send() -> None:
    send_due(clock=lambda: NOW)


def path_in(text: str, pattern: str) -> str:
    found = re.search(rf"https://alerts\.example\.org({pattern})", text)
    assert found, text
    return found[1]


def test_from_follow_to_mail(bob: User, peak: Alert, mails: MailServer, client_for: Callable[..., Client]) -> None:
    client = client_for(bob)

    client.post("/following/addresses/", {"channel": "mail", "target": "bob@example.org"})
    send()
    confirmation = mails.received.pop()
    assert confirmation["To"] == "bob@example.org"
    assert confirmation["List-Unsubscribe"] is None
    link = path_in(confirmation.get_body(("plain",)).get_content(), r"/confirm/\S+")

    # A link scanner opens it: nothing happens. The owner clicks the button.
    assert client_for(None).get(link).status_code == 200
    assert Address.objects.get().state == Address.State.UNCONFIRMED
    client_for(None).post(link)
    address = Address.objects.get()
    assert address.state == Address.State.READY

    form = client.get("/following/add/?scope=wiki&value=hi.wikipedia.org")
    assert "Hindi Wikipedia" in form.content.decode()
    wishes = {"severity": "notable", "cadence": "monthly", "address": address.pk}
    response = client.post("/following/add/", {"scope": "wiki", "value": "hi.wikipedia.org", **wishes})
    assert response.status_code == 302
    assert Follow.objects.get().from_month == peak.month

    page = client.get("/following/").content.decode()
    assert "14,220 edits, expected 3,000 (+374%)" in page

    assert plan_messages(now=NOW) == 1
    send()
    mail = mails.received.pop()
    assert mail["Subject"] == "Hindi Wikipedia +374%, November 2022"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "alerts.example.org" in mail["List-Id"]
    assert mail["References"] == f"<monthly-{address.pk}@alerts.example.org>"
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    assert "14,220 edits, expected 3,000 (+374%)" in text
    assert f"https://alerts.example.org/alerts/{peak.pk}/" in text
    assert "█" in text
    assert "<img" not in html
    assert html.count('<div style="width:6px') == 24
    assert Message.objects.get(purpose="monthly").state == Message.State.SENT
    assert Delivery.objects.get().alert == peak

    # Said once: a second plan, and a third, have nothing to say.
    assert plan_messages(now=NOW) == 0
    send()
    assert mails.received == []
    assert "you have been told of everything that stood out" in client.get("/following/").content.decode()


def test_one_click_unsubscribe(bob: User, peak: Alert, mails: MailServer, client: Client) -> None:
    """RFC 8058: the mail program posts to the address of the header, without cookies, sign-in or redirect."""
    follows(bob)
    plan_messages(now=NOW)
    send()
    header = mails.received.pop()["List-Unsubscribe"]
    link = path_in(header, r"/u/[^>]+")
    assert len(f"List-Unsubscribe: {header}") < 78, "a folded header has broken signatures"
    strict = Client(enforce_csrf_checks=True)

    assert strict.get(link).status_code == 200
    assert Address.objects.get().state == Address.State.READY
    response = strict.post(link, {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert Address.objects.get().state == Address.State.UNSUBSCRIBED
    assert strict.post(link).status_code == 200
    assert strict.post(link + "x").status_code in (400, 404)


def test_nothing_when_there_is_nothing(bob: User, hindi: object, mails: MailServer) -> None:
    follows(bob)
    assert plan_messages(now=NOW) == 0
    send()
    assert mails.received == []
    assert not Message.objects.exists()
