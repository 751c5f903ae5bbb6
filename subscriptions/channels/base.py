"""What a channel is, and how it says what became of a message."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from typing import ClassVar

from django.utils.functional import Promise

from accounts.models import User
from subscriptions.letters import Letter
from subscriptions.models import Address, Message


class NotSent(Exception):
    """The message did not go out; the text is one line that an operator can act on."""


class Later(NotSent):
    """Not now, but perhaps soon; `wait` when the other side said how long."""

    def __init__(self, reason: str, wait: dt.timedelta | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class Refused(NotSent):
    """This message will never be taken."""


class AddressRefused(Refused):
    """Nothing will ever be taken at this address: it is paused, and its owner is told on the site."""


class Uncertain(NotSent):
    """The other side fell silent after it had the whole message: it may have been taken, so it is not sent again."""


class Channel(ABC):
    """One way to reach people.

    `per_minute` and `per_day` are where the operator's limits begin; 0 means no limit. A channel that is `admin_only` takes
    addresses from administrators alone.
    """

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    hint: ClassVar[str | Promise]
    per_minute: ClassVar[int] = 60
    per_day: ClassVar[int] = 0
    admin_only: ClassVar[bool] = False

    def missing(self) -> str:
        """What is not set up, for the operator; empty when the channel can be used."""
        return ""

    @abstractmethod
    def clean(self, target: str, *, by: User) -> str:
        """`target` as it is stored; ValidationError says what is wrong with it."""

    def is_proven(self, target: str, *, by: User) -> bool:
        """Whether the address is known to be the person's own, so that no confirmation is sent."""
        return False

    @abstractmethod
    def send(self, letter: Letter, *, address: Address, message: Message) -> None:
        """Hand the message over; returns when the other side has taken it, else raises a kind of `NotSent`."""
