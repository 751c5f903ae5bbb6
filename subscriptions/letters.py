"""A message before it has a form: composed once, then rendered by each channel in its own way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi, override
from django.utils.translation import gettext as _

from alerts.models import Alert
from subscriptions import tokens
from subscriptions.criteria import GONE
from subscriptions.models import Address, Delivery, Message
from subscriptions.planning import worst_first
from subscriptions.words import Line, lines_of, one_line, subject, title

MAX_LINES = 20
MAX_REMEMBERED = 5_000
Kind = Delivery.Kind


@dataclass(frozen=True, slots=True)
class Letter:
    """What one message says. `lines` are new, worst first; `more` further ones are only counted, and stand at `more_url`.

    `follow_ups` are (what became of it, line) of alerts that were told of before. `action_url` is the link of a letter that
    asks for one, to confirm an address. All addresses are absolute.
    """

    subject: str
    heading: str
    lines: tuple[Line, ...] = ()
    more: int = 0
    more_url: str = ""
    follow_ups: tuple[tuple[str, Line], ...] = ()
    text: str = ""
    action: str = ""
    action_url: str = ""
    manage_url: str = ""
    unsubscribe_url: str = ""
    language: str = "en"
    right_to_left: bool = False

    @property
    def site(self) -> str:
        return str(settings.SITE_URL)

    def url_of(self, line: Line) -> str:
        return absolute(line.path)


def absolute(path: str) -> str:
    """`path` on this site, as somebody elsewhere reaches it."""
    return f"{settings.SITE_URL}{path}"


class Composer:
    """Composes letters. The line of an alert is made once in each language, however many people are told of it."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, int], Line] = {}

    def compose(self, message: Message, *, language: str) -> Letter | None:
        """The letter of `message`, in `language`; None when nothing is left to say."""
        with override(language):
            return LETTERS.get(message.purpose, _digest)(self, message)

    def lines(self, alerts: Iterable[Alert]) -> list[Line]:
        """The line of each alert, in the language of the moment and in the order given."""
        language, every = str(get_language()), list(alerts)
        missing = [alert for alert in every if (language, alert.pk) not in self._lines]
        if missing:
            if len(self._lines) > MAX_REMEMBERED:
                self._lines.clear()
                missing = every
            self._lines |= {(language, pk): line for pk, line in lines_of(missing).items()}
        return [self._lines[(language, alert.pk)] for alert in every]


def _digest(composer: Composer, message: Message) -> Letter | None:
    """What is new, and what became of what was told. An alert that was withdrawn since the plan is left out."""
    rows = message.deliveries.select_related("alert__project", "alert__category").defer("alert__evidence")
    items = list(rows)
    news = {row.alert for row in items if row.kind == Kind.NEWS and _stands(row.alert)}
    fresh = worst_first(news)
    changed = [row for row in items if row.kind != Kind.NEWS and row.alert not in news and _true_still(row)]
    if not fresh and not changed:
        return None
    shown = composer.lines(fresh[:MAX_LINES])
    ends = composer.lines(row.alert for row in changed[:MAX_LINES])
    return Letter(
        subject=subject(shown, len(fresh)) if shown else _changed_subject(ends),
        heading=_("What stood out on what you follow"),
        lines=tuple(shown),
        more=max(0, len(fresh) - MAX_LINES),
        more_url=absolute(reverse("following")),
        follow_ups=tuple((str(row.get_kind_display()), line) for row, line in zip(changed, ends, strict=False)),
        language=str(get_language()),
        right_to_left=get_language_bidi(),
        manage_url=absolute(reverse("following")),
        unsubscribe_url=unsubscribe_url(message.address),
    )


def _stands(alert: Alert) -> bool:
    return alert.status not in GONE and not alert.provisional


def _true_still(row: Delivery) -> bool:
    """Whether what was to be said of the alert is so by now."""
    return _stands(row.alert) != (row.kind == Kind.WITHDRAWN)


def _changed_subject(lines: list[Line]) -> str:
    return one_line(_("What became of: %(what)s") % {"what": title(lines[0])})


def unsubscribe_url(address: Address) -> str:
    """Where one click, by a person or by a mail program, ends everything that is sent to `address`."""
    return absolute(reverse("unsubscribe", args=[tokens.unsubscribe_token(address)]))


def _confirmation(composer: Composer, message: Message) -> Letter | None:
    return Letter(
        subject=_("Confirm that you want to be told here"),
        heading=_("Is this your address?"),
        text=_(
            "Somebody, probably you, asked Community Activity Alerts to send news to this address. "
            "Nothing more is sent unless you confirm it within a week. If it was not you, do nothing."
        ),
        action=_("Confirm this address"),
        action_url=absolute(reverse("address-confirm", args=[tokens.confirm_token(message.address)])),
        language=str(get_language()),
        right_to_left=get_language_bidi(),
    )


def _test(composer: Composer, message: Message) -> Letter | None:
    return Letter(
        subject=_("A test of Community Activity Alerts"),
        heading=_("This is a test"),
        text=_("An operator of Community Activity Alerts tried whether messages arrive here. They do."),
        language=str(get_language()),
        right_to_left=get_language_bidi(),
        manage_url=absolute(reverse("following")),
        unsubscribe_url=unsubscribe_url(message.address),
    )


LETTERS: dict[str, Callable[[Composer, Message], Letter | None]] = {
    Message.Purpose.CONFIRMATION: _confirmation,
    Message.Purpose.TEST: _test,
}
