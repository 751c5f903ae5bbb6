"""A real SMTP server on a thread of the test process, that can be told to misbehave."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

Answer = str | Callable[[SMTP], str]


@dataclass
class MailServer:
    """`received` is every message that was accepted, in order. Of the answers to a command the last one is given for ever."""

    host: str = "127.0.0.1"
    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)  # of the envelopes of these
    rcpt: list[Answer] = field(default_factory=lambda: ["250 OK"])
    data: list[Answer] = field(default_factory=lambda: ["250 OK"])
    quit: Callable[[SMTP], None] | None = None
    on_data: Callable[[], None] | None = None

    def _next(self, answers: list[Answer], server: SMTP) -> str:
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return answer if isinstance(answer, str) else answer(server)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        answer = self._next(self.rcpt, server)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.on_data is not None:
            self.on_data()
        answer = self._next(self.data, server)
        if answer.startswith("2"):
            self.accept(envelope)
        return answer

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.quit is not None:
            self.quit(server)
        return "221 Bye"

    def accept(self, envelope: Envelope) -> None:
        content: Any = envelope.content
        self.senders.append(str(envelope.mail_from))
        self.received.append(email.message_from_bytes(content, policy=email.policy.default))


def accept_and_hang_up(mails: MailServer) -> Callable[[SMTP], str]:
    """Takes the message, and the line goes dead before the answer."""

    def answer(server: SMTP) -> str:
        mails.accept(server.envelope)
        server.transport.abort()
        return "451 never arrives"

    return answer


@contextmanager
def mail_server() -> Iterator[MailServer]:
    mails = MailServer()
    controller = Controller(mails, hostname=mails.host, port=_free_port(), timeout=20)
    mails.port = controller.port
    controller.start()
    try:
        yield mails
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
