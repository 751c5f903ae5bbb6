"""E-mail and talk pages through a wiki: what its answers mean, and twenty a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from alerts.models import Alert
from subscriptions import services
from subscriptions.channels.mediawiki import WikiMail
from subscriptions.models import Address, Message
from subscriptions.outbox import plan_messages
from subscriptions.sending import send_due
from tests.subscriptions.channels.servers import Stranger, action_api, stranger
from tests.subscriptions.conftest import NOW, follows, ready_address

pytestmark = pytest.mark.django_db
SENT = {"emailuser": {"result": "Success"}}


@pytest.fixture
def wiki(settings: Any) -> Iterator[Stranger]:
    with stranger() as server:
        settings.EMAIL_HOST, settings.SITE_URL = "", "https://alerts.example.org"
        settings.MEDIAWIKI_BOT_API = f"http://127.0.0.1:{server.port}/w/api.php"
        settings.MEDIAWIKI_BOT_TOKEN = "owner-only"
        server.answer = action_api(SENT)
        yield server


@pytest.fixture
def bob(bob: User) -> User:
    bob.wikimedia_id = "17"
    bob.save()
    return bob


def posted(wiki: Stranger) -> dict[str, str]:
    headers, body = wiki.received[-1]
    assert headers["authorization"] == "Bearer owner-only"
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}


def send(now: dt.datetime = NOW) -> None:
    send_due(clock=lambda: now)


def test_an_account_that_signed_in_needs_no_confirmation(bob: User, carol: User, wiki: Stranger) -> None:
    address = services.address_add(by=bob, channel="wiki-mail", target="bob", now=NOW)
    assert address.state == Address.State.READY
    for user, name in ((bob, "carol"), (carol, "carol")):
        with pytest.raises(ValidationError):
            WikiMail().clean(name, by=user)


def test_e_mail_through_the_wiki(bob: User, peak: Alert, wiki: Stranger) -> None:
    follows(bob, address=ready_address(bob, "bob", "wiki-mail"))
    plan_messages(now=NOW)
    send()
    given = posted(wiki)
    assert (given["action"], given["target"], given["assert"], given["token"]) == ("emailuser", "bob", "user", "abc+\\")
    assert given["subject"] == "Hindi Wikipedia +374%, November 2022"
    assert "14,220 edits, expected 3,000 (+374%)" in given["text"]
    assert Message.objects.get().state == Message.State.SENT


def test_a_talk_page_gets_inert_wikitext(bob: User, peak: Alert, wiki: Stranger) -> None:
    wiki.answer = action_api({"edit": {"result": "Success"}})
    Alert.objects.update(label="{{delete}} [[Category:X]] ~~~~ <script>")
    follows(bob, address=ready_address(bob, "bob", "wiki-talk"))
    plan_messages(now=NOW)
    send()
    given = posted(wiki)
    assert (given["action"], given["title"], given["section"]) == ("edit", "User talk:bob", "new")
    assert f"* [https://alerts.example.org/alerts/{peak.pk}/ Hindi Wikipedia, November 2022]:" in given["text"]
    for markup in ("{{", "[[", "<script"):
        assert markup not in given["text"]
    assert given["text"].count("~~~~") == 1
    assert given["text"].endswith("~~~~")


@pytest.mark.parametrize(
    ("answer", "state", "used"),
    [
        ({"error": {"code": "nowikiemail", "info": "does not allow"}}, "gave_up", "paused"),
        ({"error": {"code": "noemail", "info": "no address"}}, "gave_up", "paused"),
        ({"error": {"code": "blocked", "info": "the bot is blocked"}}, "gave_up", "ready"),
        ({"error": {"code": "readonly", "info": "maintenance"}}, "planned", "ready"),
        ({"error": {"code": "maxlag", "info": "5 s"}}, "planned", "ready"),
        ({"error": {"code": "ratelimited", "info": "limit"}}, "planned", "ready"),
    ],
)
def test_what_the_answers_mean(bob: User, peak: Alert, wiki: Stranger, answer: Any, state: str, used: str) -> None:
    wiki.answer = action_api(answer)
    follows(bob, address=ready_address(bob, "bob", "wiki-mail"))
    plan_messages(now=NOW)
    send()
    message = Message.objects.get()
    assert (message.state, Address.objects.get().state) == (state, used)
    assert answer["error"]["info"] in message.error
    if answer["error"]["code"] == "ratelimited":
        assert message.next_try_at == NOW + dt.timedelta(hours=24)


def test_an_answer_that_cannot_be_read_is_not_asked_for_again(bob: User, peak: Alert, wiki: Stranger) -> None:
    follows(bob, address=ready_address(bob, "bob", "wiki-mail"))
    plan_messages(now=NOW)
    token = action_api(SENT)
    wiki.answer = lambda body: (200, {}, b"<html>") if body else token(body)
    send()
    assert Message.objects.get().state == Message.State.UNKNOWN


def test_n14_forty_people_take_three_days(peak: Alert, wiki: Stranger) -> None:
    """At most 18 in any 24 hours, and the rest carries on by itself."""
    for number in range(40):
        user = User.objects.create_user(username=f"reader{number}")
        follows(user, address=ready_address(user, user.username, "wiki-mail"))
    plan_messages(now=NOW)
    sent_by_day = []
    for day in range(3):
        before = len(wiki.received)
        for minute in range(0, 24 * 60, 30):
            send(NOW + dt.timedelta(days=day, minutes=minute))
        sent_by_day.append(len(wiki.received) - before)
    assert sent_by_day == [18, 18, 4]
    assert {message.state for message in Message.objects.all()} == {Message.State.SENT}
