"""Mails in a language that is written from right to left, and names in one of these inside another language."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from django.utils.translation import override

from accounts.models import User
from alerts.models import Alert
from annotations.models import Annotation
from edits.models import Project
from subscriptions import services
from subscriptions.channels.text import wiki_line
from subscriptions.letters import Composer
from subscriptions.models import Message
from subscriptions.outbox import plan_messages
from subscriptions.sending import send_due
from subscriptions.words import BLOCKS, straight, subject, title
from tests.subscriptions.conftest import NOW, follows
from tests.subscriptions.smtp import MailServer

pytestmark = pytest.mark.django_db
FSI, LRI, PDI = "\N{FIRST STRONG ISOLATE}", "\N{LEFT-TO-RIGHT ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


@pytest.fixture
def arabic(settings: Any) -> str:
    """A language of the site that is written from right to left. Words without a translation stay English."""
    if "ar" not in dict(settings.LANGUAGES):
        settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "Arabic")]
    return "ar"


def balanced(text: str) -> bool:
    """Whether every isolate that is opened in a line is closed in it."""
    for line in text.splitlines():
        depth = 0
        for char in line:
            depth += (char in (FSI, LRI)) - (char == PDI)
            if depth < 0:
                return False
        if depth:
            return False
    return True


def mail_in(language: str, user: User, mails: MailServer) -> tuple[str, str, str]:
    """Text, HTML and subject of the one mail that `user` gets."""
    follows(user)
    services.preferences_change(by=user, language=language, time_zone="UTC")
    plan_messages(now=NOW)
    send_due(clock=lambda: NOW)
    assert Message.objects.get().state == Message.State.SENT, Message.objects.get().error
    (mail,) = mails.received
    text, html = (mail.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html"))
    return text, html, mail["Subject"].strip()  # a long encoded word begins on the second line


def test_a_mail_from_right_to_left(bob: User, peak: Alert, mails: MailServer, arabic: str) -> None:
    Annotation.objects.create(alert=peak, text="A contest (in Latin)", author=bob, status="published", headline=True)
    Alert.objects.update(label="Wiki Loves Monuments!")
    text, html, subject_line = mail_in(arabic, bob, mails)

    assert mails.received[0]["Content-Language"] == "ar"
    assert f'<html lang="{arabic}" dir="rtl">' in html
    assert f'<div lang="{arabic}"\n         dir="rtl"' in html, "mail programs drop html and body"
    assert "text-align:right" in html
    assert '<table role="presentation"' in html
    assert 'dir="ltr"' in html, "months run from left to right"
    name = next(line for line in text.splitlines() if line.startswith("* "))
    assert name.startswith(f"* {FSI}"), name
    assert f"{FSI}A contest (in Latin){PDI}" in text
    assert f"{FSI}Wiki Loves Monuments!{PDI}" in text
    drawn = next(line for line in text.splitlines() if BLOCKS[-1] in line).strip()
    assert (drawn[0], drawn[-1], drawn[-2]) == (LRI, PDI, BLOCKS[-1]), "the newest month stays at the right"
    assert subject_line.startswith(FSI)
    assert f"{LRI}+374" in subject_line
    for each in (text, html, subject_line):
        assert balanced(each)
    address = f"https://alerts.example.org/alerts/{peak.pk}/"
    assert f"  {address}\n" in text, (
        "an address stands on its line, without anything that a mail program takes for a part of it"
    )


def test_a_mail_from_left_to_right_has_no_hidden_characters(bob: User, peak: Alert, mails: MailServer) -> None:
    text, html, subject_line = mail_in("en", bob, mails)
    assert 'dir="ltr"' in html
    assert "text-align:left" in html
    for each in (text, html, subject_line):
        assert not {FSI, LRI, PDI} & set(each)


def test_an_arabic_name_in_an_english_mail(bob: User, peak: Alert, hindi: Project, mails: MailServer) -> None:
    Project.objects.update(special=True, site_name="ويكيبيديا 2")
    text, html, subject_line = mail_in("en", bob, mails)
    assert f"* {FSI}ويكيبيديا 2{PDI}, November 2022" in text
    assert "<bdi>ويكيبيديا 2</bdi>" in html
    assert subject_line == f"{FSI}ويكيبيديا 2{PDI} +374%, November 2022"


def test_a_talk_page_from_right_to_left(peak: Alert, arabic: str) -> None:
    with override(arabic):
        (line,) = Composer().lines([peak])
        text = wiki_line(line, "https://alerts.example.org/alerts/1/")
        assert text.startswith(f"* [https://alerts.example.org/alerts/1/ {FSI}")
        assert balanced(text)
        assert balanced(title(line))
        assert balanced(subject([line], 5))


@pytest.mark.parametrize("char", ["\u202e", "\u202b", "\u2066", "\u2067", "\u2068", "\u2069", "\u202c"])
def test_nobody_turns_the_line_around(char: str) -> None:
    """A note with a character that overrides the direction, or closes what is not its own."""
    assert straight(f"a{char}b") == "ab"
    assert straight("می\u200cخواهم") == "می\u200cخواهم", "joiners belong to words"
    assert unicodedata.category(char) == "Cf"


def test_a_mail_in_arabic_has_no_latin_comma_between_names(bob: User, peak: Alert, mails: MailServer, arabic: str) -> None:
    text, _html, _subject = mail_in(arabic, bob, mails)
    name = next(line for line in text.splitlines() if line.startswith("* "))
    assert "، " in name
    assert ", " not in name
