"""Mails that come back: read from a pipe or a folder, believed only with a mark of this site, once."""

from __future__ import annotations

import io
import mailbox
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client

from accounts.models import User
from alerts.models import Alert
from subscriptions import bounces, services, tokens
from subscriptions.bounces import Outcome, read
from subscriptions.models import Address, Message
from subscriptions.outbox import plan_messages
from subscriptions.sending import send_due
from tests.subscriptions.conftest import NOW, follows
from tests.subscriptions.smtp import MailServer

pytestmark = pytest.mark.django_db
STATUS = """Reporting-MTA: dns; mx.example.net
Arrival-Date: Mon, 12 Dec 2022 09:00:00 +0000

Final-Recipient: rfc822; bob@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <bob@example.org>: no such
 user here
"""
COMPLAINT = """Feedback-Type: {kind}
User-Agent: SomeProvider/1.0
Version: 1
Original-Mail-From: <{sender}>
"""


def report(kind: str, fields: str, *, to: str = "alerts@example.org", returned: str = "", headers_only: bool = False) -> bytes:
    """A multipart/report as mail servers write it, by hand: the code under test must not write its own input."""
    part = "text/rfc822-headers" if headers_only else "message/rfc822"
    lines = [
        "From: MAILER-DAEMON@mx.example.net", f"To: {to}", "Subject: Returned mail", "MIME-Version: 1.0", "Return-Path: <>",
        f'Content-Type: multipart/report; report-type={kind}; boundary="b"', "",
        "--b", "Content-Type: text/plain", "", "Your mail could not be delivered.", "",
        "--b", f"Content-Type: message/{kind}", "", fields,
        *(["--b", f"Content-Type: {part}", "", returned] if returned else []),
        "--b--", "",
    ]  # fmt: skip
    return "\n".join(lines).encode()


@pytest.fixture
def told(bob: User, peak: Alert, mails: MailServer, settings: Any) -> MailServer:
    """Bob was sent a digest, from an address of its own."""
    settings.EMAIL_BOUNCES = "bounces@example.org"
    follows(bob)
    plan_messages(now=NOW)
    send_due(clock=lambda: NOW)
    assert Message.objects.get().state == Message.State.SENT
    return mails


def failed(action: str = "failed", status: str = "5.1.1") -> str:
    return STATUS.format(action=action, status=status)


def the_address() -> Address:
    return Address.objects.get()


def test_a_mail_says_whom_it_is_from_and_where_it_comes_back_to(told: MailServer) -> None:
    mark = tokens.message_mark(Message.objects.get().pk)
    assert told.senders == [f"bounces+{mark}@example.org"]
    assert told.received[0]["From"] == "alerts@example.org"
    assert told.received[0]["Message-ID"] == f"<{mark}@alerts.example.org>"


def test_a_dead_address_is_paused_and_its_owner_told(told: MailServer, bob: User, client_for: Callable[..., Client]) -> None:
    assert read(report("delivery-status", failed(), to=told.senders[0])) == Outcome.PAUSED
    address, message = the_address(), Message.objects.get()
    assert address.state == Address.State.PAUSED
    assert address.reason == "Returned: 5.1.1 550 5.1.1 <bob@example.org>: no such user here"
    assert (message.state, message.error) == (Message.State.GAVE_UP, address.reason)
    assert "no such user here" in client_for(bob).get("/following/").content.decode()


@pytest.mark.parametrize("headers_only", [False, True])
@pytest.mark.parametrize("shout", [False, True])
def test_it_is_known_by_what_is_returned_of_it(told: MailServer, headers_only: bool, shout: bool) -> None:
    """Servers that cut off what stands behind the plus still return our headers."""
    ours = told.received[0].as_string()
    returned = ours.split("\n\n")[0] + "\n\n" if headers_only else ours
    returned = returned.replace(told.received[0]["Message-ID"], told.received[0]["Message-ID"].upper()) if shout else returned
    assert read(report("delivery-status", failed(), returned=returned, headers_only=headers_only)) == Outcome.PAUSED


@pytest.mark.parametrize("kind", ["abuse", "fraud", "virus", "other"])
def test_a_complaint_pauses_the_address(told: MailServer, kind: str) -> None:
    fields = COMPLAINT.format(kind=kind, sender=told.senders[0])
    assert read(report("feedback-report", fields)) == Outcome.PAUSED
    assert the_address().reason == f"The mail provider of the reader reports: {kind}."


def test_what_is_no_spam_is_no_complaint(told: MailServer) -> None:
    fields = COMPLAINT.format(kind="not-spam", sender=told.senders[0])
    assert read(report("feedback-report", fields)) == Outcome.NO_REPORT
    assert the_address().state == Address.State.READY


@pytest.mark.parametrize(
    ("action", "status", "outcome", "state"),
    [
        ("delayed", "4.4.1", Outcome.NO_REPORT, Message.State.SENT),
        ("relayed", "2.0.0", Outcome.NO_REPORT, Message.State.SENT),
        ("failed", "4.4.7", Outcome.NOTED, Message.State.GAVE_UP),
        ("Failed", "5.2.2", Outcome.PAUSED, Message.State.GAVE_UP),
    ],
)
def test_what_may_still_arrive_pauses_nothing(
    told: MailServer, action: str, status: str, outcome: Outcome, state: str
) -> None:
    assert read(report("delivery-status", failed(action, status), to=told.senders[0])) == outcome
    assert Message.objects.get().state == state
    assert (the_address().state == Address.State.PAUSED) == (outcome == Outcome.PAUSED)


def forgeries(sender: str) -> list[str]:
    mark = sender.partition("+")[2].partition("@")[0]
    key, _dash, proof = mark.partition("-")
    other = f"m{int(key[1:]) + 1}"
    return [
        "alerts@example.org", f"bounces+{key}@example.org", f"bounces+{key}-{'0' * 24}@example.org",
        f"bounces+{other}-{proof}@example.org", f"bounces+{key}-{proof[:-1]}@example.org", "bounces+m-@example.org",
        f"bounces+m{'9' * 18}-{proof}@example.org", f"bounces+m{'9' * 40}-{proof}@example.org",
    ]  # fmt: skip


def test_forged_reports_change_nothing(told: MailServer) -> None:
    for to in forgeries(told.senders[0]):
        assert (
            read(report("delivery-status", failed(), to=to, returned="Message-ID: <m1@example.org>\n\n")) == Outcome.REFUSED
        ), to
        fields = COMPLAINT.format(kind="abuse", sender=to)
        assert read(report("feedback-report", fields)) == Outcome.REFUSED, to
    assert the_address().state == Address.State.READY
    assert Message.objects.get().state == Message.State.SENT


def test_an_old_report_that_comes_again_does_nothing(told: MailServer, bob: User) -> None:
    bounce = report("delivery-status", failed(), to=told.senders[0])
    assert read(bounce) == Outcome.PAUSED
    services.resume(by=bob, address=the_address(), now=NOW)
    assert read(bounce) == Outcome.KNOWN
    assert the_address().state == Address.State.READY


def test_a_report_about_somebody_who_left(told: MailServer, bob: User) -> None:
    bob.delete()
    assert read(report("delivery-status", failed(), to=told.senders[0])) == Outcome.REFUSED


@pytest.mark.parametrize(
    "mail",
    [
        b"", b"\x00\xff\xfe", b"From: bob@example.org\nSubject: I am on holiday\n\nBack on Monday",
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n",
        b"Content-Type: message/delivery-status\n\n\n\n\n", b"Content-Type: message/feedback-report\n\nFeedback-Type:\n",
        b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\nContent-Type: multipart/mixed; boundary=x\n\n" * 300,
    ],
)  # fmt: skip
def test_what_is_no_report_changes_nothing(told: MailServer, mail: bytes) -> None:
    assert read(mail) == Outcome.NO_REPORT


class _Pipe:
    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


def test_a_mail_server_pipes_it_in(told: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    bounce = report("delivery-status", failed(), to=told.senders[0])
    monkeypatch.setattr("sys.stdin", _Pipe(bounce))
    said = io.StringIO()
    call_command("read_bounces", stdout=said)
    assert said.getvalue() == "mail: the address is paused\n"
    assert the_address().state == Address.State.PAUSED


def test_the_mail_server_keeps_it_while_the_database_is_away(told: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_mail: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(bounces, "message_of", away)
    monkeypatch.setattr("sys.stdin", _Pipe(report("delivery-status", failed(), to=told.senders[0])))
    with pytest.raises(CommandError, match="does not answer") as refused:
        call_command("read_bounces")
    assert refused.value.returncode == 75


def test_a_folder_is_read_once(told: MailServer, tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "bounces", create=True)
    for mail in (
        report("delivery-status", failed(), to=told.senders[0]),
        report("delivery-status", failed()),
        b"Subject: x\n\ny",
    ):
        box.add(mail)
    said = [io.StringIO(), io.StringIO()]
    for each in said:
        call_command("read_bounces", "--maildir", str(tmp_path / "bounces"), stdout=each)
    outcomes = sorted(line.partition(": ")[2] for line in said[0].getvalue().splitlines())
    assert outcomes == sorted([Outcome.PAUSED, Outcome.REFUSED, Outcome.NO_REPORT])
    assert said[1].getvalue() == ""
    flags = sorted(message.get_flags() for message in mailbox.Maildir(tmp_path / "bounces"))
    assert flags == ["FS", "FS", "S"]
    with pytest.raises(CommandError, match="no maildir"):
        call_command("read_bounces", "--maildir", str(tmp_path))
