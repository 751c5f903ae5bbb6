"""Django's way to send mail, which tells one thing more: whether a message may have been taken before the line went dead."""

from __future__ import annotations

import re
import smtplib
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

from subscriptions.channels.base import Uncertain
from subscriptions.words import one_line

LINE_END = re.compile(r"(?:\r\n|\n|\r(?!\n))")


class _TellsWhenItFell(smtplib.SMTP):
    """`data` as in `smtplib`, in two steps: before the server has the whole message nothing is sent, after it nobody knows."""

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.putcmd("data")
        code, reply = self.getreply()
        if code != 354:
            raise smtplib.SMTPDataError(code, reply)
        body = LINE_END.sub("\r\n", msg).encode("ascii") if isinstance(msg, str) else msg
        body = re.sub(rb"(?m)^\.", b"..", body)
        self.send(body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        try:
            code, reply = self.getreply()
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            raise Uncertain(one_line(f"No answer after the whole message: {type(error).__name__}: {error}")[:300]) from error
        return code, reply


class _Encrypted(_TellsWhenItFell, smtplib.SMTP_SSL):
    pass


class Backend(EmailBackend):
    """The SMTP backend of the site."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _Encrypted if self.use_ssl else _TellsWhenItFell
