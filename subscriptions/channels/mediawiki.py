"""E-mail and talk pages through a wiki, with the account of a bot that the operator owns.

Wikimedia lets an account send 20 e-mails a day, counted over all wikis: the limits of the channel leave two to spare, and what
does not fit is sent tomorrow. People are reached under the name of the Wikimedia account that they signed in with.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import requests
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from edits.wikimedia.retry_after import parse_retry_after
from subscriptions.channels.base import AddressRefused, Channel, Later, Refused, Uncertain
from subscriptions.channels.text import plain, wikitext
from subscriptions.letters import Letter
from subscriptions.models import Address, Message
from subscriptions.words import one_line

TIMEOUT = 20  # seconds
TOMORROW = dt.timedelta(hours=24)
# What MediaWiki says when an address will never take anything, and when it may later. Everything else refuses one message.
NEVER = {"nowikiemail", "noemail", "usermaildisabled", "nosuchuser", "invaliduser", "baduser", "notarget", "usemailuserlogin"}
SOON = {"ratelimited", "maxlag", "readonly", "badtoken", "actionthrottledtext", "assertuserfailed"}


class _Wiki(Channel):
    """What both ways share: the owner-only consumer, the token, and what the answers mean."""

    def missing(self) -> str:
        return "" if settings.MEDIAWIKI_BOT_TOKEN else "MEDIAWIKI_BOT_TOKEN is not set."

    def clean(self, target: str, *, by: User) -> str:
        name = target.strip()
        if not by.wikimedia_id or name != by.get_username():
            raise ValidationError(_("Sign in with your Wikimedia account, and write its name as it is."))
        return name

    def is_proven(self, target: str, *, by: User) -> bool:
        return True  # `clean` takes nothing but the account that they signed in with

    def _act(self, **parameters: str) -> None:
        """One write of the Action API; what the wiki answers becomes a kind of `NotSent`."""
        with requests.Session() as session:
            session.trust_env = False
            session.headers["Authorization"] = f"Bearer {settings.MEDIAWIKI_BOT_TOKEN}"
            session.headers["User-Agent"] = f"CommunityActivityAlerts/1.0 ({settings.WIKIMEDIA_CONTACT or 'no contact'})"
            try:
                asked = session.get(settings.MEDIAWIKI_BOT_API, params=_json(action="query", meta="tokens"), timeout=TIMEOUT)
                token = _found(asked)["query"]["tokens"]["csrftoken"]
            except (requests.RequestException, KeyError, TypeError, ValueError) as error:
                raise Later(f"The wiki gave no token: {_reason(error)}") from error
            try:
                answer = session.post(
                    settings.MEDIAWIKI_BOT_API,
                    data=_json(**parameters, token=token, assert_="user", maxlag="5"),
                    timeout=TIMEOUT,
                    allow_redirects=False,
                )
                found = _found(answer)
            except requests.ConnectionError as error:
                raise Later(_reason(error)) from error
            except (requests.RequestException, ValueError) as error:
                raise Uncertain(f"The wiki was asked and gave no answer that can be read: {_reason(error)}") from error
        self._judge(found, answer)

    @staticmethod
    def _judge(found: dict[str, Any], answer: requests.Response) -> None:
        error = found.get("error")
        if error is None:
            return
        code, text = str(error.get("code", "")), one_line(f"{error.get('code')}: {error.get('info', '')}")[:300]
        if code in NEVER:
            raise AddressRefused(text)
        if code in SOON:
            header = answer.headers.get("Retry-After")
            seconds = parse_retry_after(header, now=dt.datetime.now(dt.UTC)) if header else None
            raise Later(text, TOMORROW if code == "ratelimited" else dt.timedelta(seconds=seconds) if seconds else None)
        raise Refused(text)


class WikiMail(_Wiki):
    name = "wiki-mail"
    label = _("E-mail through Wikimedia")
    hint = _("The name of your Wikimedia account, if it accepts e-mail from other users. At most 18 people a day are reached.")
    per_minute, per_day = 6, 18

    def send(self, letter: Letter, *, address: Address, message: Message) -> None:
        self._act(action="emailuser", target=address.target, subject=one_line(letter.subject), text=plain(letter))


class WikiTalk(_Wiki):
    name = "wiki-talk"
    label = _("My talk page on Meta-Wiki")
    hint = _("The name of your Wikimedia account. A section is added to your talk page, and the wiki notifies you.")
    per_minute, per_day = 6, 500

    def send(self, letter: Letter, *, address: Address, message: Message) -> None:
        self._act(
            action="edit",
            title=f"User talk:{address.target}",
            section="new",
            sectiontitle=one_line(letter.subject),
            text=wikitext(letter),
            bot="1",
        )


def _json(**parameters: str) -> dict[str, str]:
    return {"format": "json", "formatversion": "2"} | {name.rstrip("_"): value for name, value in parameters.items()}


def _found(answer: requests.Response) -> dict[str, Any]:
    """The decoded answer; ValueError when it is none."""
    found = answer.json()
    if answer.status_code != 200 or not isinstance(found, dict):
        raise ValueError(f"status {answer.status_code}")
    return found


def _reason(error: BaseException) -> str:
    return one_line(f"{type(error).__name__}: {error}")[:200]
