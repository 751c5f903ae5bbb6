"""Mails that come back: what a server could not deliver (RFC 3464), and what a reader called spam (RFC 5965).

Anybody can write such a mail. It is believed only when it carries a mark that this site put into the mail it is about: in the
address that the mail was sent from, or in its `Message-ID`. Each mark is believed once, so an old report that comes again does
nothing.
"""

from __future__ import annotations

import email
import email.message
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from subscriptions import tokens
from subscriptions.models import Message
from subscriptions.sending import pause
from subscriptions.words import one_line

logger = logging.getLogger(__name__)

MAX_BYTES = 1_000_000  # of one mail: a report with the mail that it is about is some ten thousand
# Where the mark may stand, in the report itself and in what it returns of our mail.
MARKED_HEADERS = (
    "To", "Delivered-To", "X-Original-To", "Envelope-To", "Original-Mail-From", "Return-Path", "Message-ID",
)  # fmt: skip


class Outcome(StrEnum):
    """What became of a mail that was read."""

    PAUSED = "the address is paused"
    NOTED = "noted in the log: the address is still in use"
    KNOWN = "nothing to do: it was known, or the address is out of use already"
    REFUSED = "refused: it carries no mark of a mail that this site sent"
    NO_REPORT = "no report of a mail that came back"


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says. `for_good`: nothing will ever arrive; otherwise this one mail was lost."""

    for_good: bool
    reason: str


def read(content: bytes) -> Outcome:
    """Do what a mail that came back asks for: pause the address that is dead or complained, note what was lost."""
    mail = email.message_from_bytes(content[:MAX_BYTES])
    report = report_of(mail)
    if report is None:
        return Outcome.NO_REPORT
    message = message_of(mail)
    if message is None:
        logger.warning("A report without a mark was refused: %s", report.reason)
        return Outcome.REFUSED
    taken = Message.objects.filter(pk=message.pk, state__in=[Message.State.SENT, Message.State.UNKNOWN])
    if not taken.update(state=Message.State.GAVE_UP, error=report.reason):
        return Outcome.KNOWN
    if not report.for_good:
        return Outcome.NOTED
    return Outcome.PAUSED if pause(address=message.address, reason=report.reason) else Outcome.KNOWN


def report_of(mail: email.message.Message) -> Report | None:
    """What the mail reports; None for an answer of a person, a holiday note, a delay."""
    found = [report for part in mail.walk() for report in _reports(part)]
    return max(found, key=lambda report: report.for_good, default=None)


def _reports(part: email.message.Message) -> Iterator[Report]:
    kind = part.get_content_type()
    if kind not in ("message/feedback-report", "message/delivery-status"):
        return
    for fields in part.get_payload():  # the standard library reads each group of fields as the headers of a mail
        if not isinstance(fields, email.message.Message):
            continue
        complaint, status = _words(fields, "Feedback-Type").lower(), _words(fields, "Status")
        if complaint and complaint != "not-spam":
            yield Report(True, f"The mail provider of the reader reports: {complaint}."[:300])
        elif _words(fields, "Action").lower() == "failed":  # what is delayed, relayed or expanded may still arrive
            told = _words(fields, "Diagnostic-Code").partition(";")[2].strip()
            yield Report(status.startswith("5"), f"Returned: {status} {told}".strip()[:300])


def _words(fields: email.message.Message, name: str) -> str:
    return one_line(str(fields.get(name, "")))


def message_of(mail: email.message.Message) -> Message | None:
    """The message of ours that the mail is about, by a mark that only this site can make; None when it has none."""
    for header in _marked(mail):
        for mark in tokens.MESSAGE_MARK.findall(header):
            pk = tokens.marked_message(mark)
            if pk is not None and (found := Message.objects.select_related("address").filter(pk=pk).first()):
                return found
    return None


def _marked(mail: email.message.Message) -> Iterator[str]:
    """The headers that may carry the mark, of the report and of what it returns; some servers return them as mere text."""
    for part in mail.walk():
        yield from (str(value) for name in MARKED_HEADERS for value in part.get_all(name, ()))
        content = part.get_payload(decode=True) if part.get_content_type() == "text/rfc822-headers" else None
        if isinstance(content, bytes):
            yield from _marked(email.message_from_bytes(content))
