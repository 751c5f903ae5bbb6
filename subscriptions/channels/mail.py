"""E-mail over the site's own SMTP server."""

from __future__ import annotations

import contextlib
import smtplib
from email.utils import formatdate, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, override

from accounts.models import User
from subscriptions import tokens
from subscriptions.channels.base import AddressRefused, Channel, Later, Refused
from subscriptions.letters import Letter
from subscriptions.models import Address, Message
from subscriptions.words import one_line

MAX_LENGTH = 254  # RFC 5321: the longest address that a server must take


class Mail(Channel):
    name = "mail"
    label = _("E-mail")
    hint = _("An e-mail address. A message with a link is sent there first.")
    per_minute = 300

    def missing(self) -> str:
        return "" if settings.EMAIL_HOST else "EMAIL_HOST is not set."

    def clean(self, target: str, *, by: User) -> str:
        target = target.strip()
        validate_email(target)
        if len(target) > MAX_LENGTH or not target.isascii() or not target.isprintable():
            raise ValidationError(
                ngettext(
                    "Write the address in ASCII, at most %(longest)s character.",
                    "Write the address in ASCII, at most %(longest)s characters.",
                    MAX_LENGTH,
                ),
                params={"longest": MAX_LENGTH},
            )
        return target

    def send(self, letter: Letter, *, address: Address, message: Message) -> None:
        mail = as_mail(letter, address=address, message=message)
        connection = get_connection()
        try:
            connection.open()
            connection.send_messages([mail])
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise (AddressRefused if code >= 500 else Later)(_answer(code, text)) from error
        except smtplib.SMTPResponseException as error:
            told_never = error.smtp_code >= 500 and isinstance(error, smtplib.SMTPDataError)
            raise (Refused if told_never else Later)(_answer(error.smtp_code, error.smtp_error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Later(one_line(f"{type(error).__name__}: {error}")[:300]) from error
        finally:
            with contextlib.suppress(OSError, smtplib.SMTPException):  # it was taken: how the server says good-bye is nothing
                connection.close()


def _answer(code: int, text: bytes | str) -> str:
    return one_line(f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}")[:300]


def host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def sender(message: Message) -> str:
    """Where servers send `message` back to: an address of its own, which says what it was (`bounces+MARK@…`)."""
    local, found, domain = parseaddr(settings.EMAIL_BOUNCES)[1].rpartition("@")
    return f"{local}+{tokens.message_mark(message.pk)}@{domain}" if found else settings.DEFAULT_FROM_EMAIL


def as_mail(letter: Letter, *, address: Address, message: Message) -> EmailMultiAlternatives:
    """The mail: text and HTML, in one thread with the others of its kind, and with one click to be rid of all of them.

    Raises ValueError for a header that would break out of its line; none can, since all text is on one line by then.
    """
    thread = f"<{message.purpose}-{address.pk}@{host()}>"
    headers = {
        # The same at each try: a server or a reader that gets it twice sees that it is one.
        "Message-ID": f"<{tokens.message_mark(message.pk)}@{host()}>",
        "Date": formatdate(message.planned_at.timestamp()),
        "In-Reply-To": thread,
        "References": thread,
        "List-Id": f"Community Activity Alerts <alerts.{host()}>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": letter.language,
        "From": settings.DEFAULT_FROM_EMAIL,
    }
    if letter.unsubscribe_url:
        headers |= {
            "List-Unsubscribe": f"<{letter.unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    with override(letter.language):
        text = render_to_string("subscriptions/mail.txt", {"letter": letter})
        html = render_to_string("subscriptions/mail.html", {"letter": letter})
    mail = EmailMultiAlternatives(
        one_line(letter.subject), text, from_email=sender(message), to=[address.target], headers=headers
    )
    mail.attach_alternative(html, "text/html")
    return mail
