"""The life of an alert: which moves exist from which status, who makes them, and where they lead.

`MOVES` is the only place where that is said. The detector (`alerts.engine`) and people (`alerts.services`) ask it before
they change anything; pages and admin actions ask `moves_for_people` what to offer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.choices import Status
from alerts.models import Alert


class Actor(Enum):
    DETECTOR = "detector"
    PERSON = "person"


class Move(models.TextChoices):
    """What can happen to an alert."""

    RAISE = "raise", _("raise")
    CONFIRM = "confirm", _("confirm")
    REVISE = "revise", _("revise")
    WITHDRAW = "withdraw", _("withdraw")
    RESTORE = "restore", _("restore")
    REOPEN_RISEN = "reopen_risen", _("reopen after a rise")
    ESCALATE = "escalate", _("reopen as more severe")
    ACKNOWLEDGE = "acknowledge", _("take up")
    EXPLAIN = "explain", _("explain")
    DISMISS = "dismiss", _("dismiss")
    REOPEN = "reopen", _("reopen")
    LABEL = "label", _("label")
    ASSIGN = "assign", _("assign")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Who may make the move, and the status after it; None: the status it had before the withdrawal."""

    by: Actor
    status: Status | None


def _detector(status: Status | None) -> Outcome:
    return Outcome(Actor.DETECTOR, status)


def _person(status: Status) -> Outcome:
    return Outcome(Actor.PERSON, status)


def _anywhere(status: Status) -> dict[Move, Outcome]:
    """What can happen in every status and leaves it as it is."""
    return {
        Move.CONFIRM: _detector(status),
        Move.REVISE: _detector(status),
        Move.LABEL: _person(status),
        Move.ASSIGN: _person(status),
    }


MOVES: Mapping[Status | None, Mapping[Move, Outcome]] = MappingProxyType(
    {
        None: {Move.RAISE: _detector(Status.NEW)},
        Status.NEW: {
            **_anywhere(Status.NEW),
            Move.WITHDRAW: _detector(Status.WITHDRAWN),
            Move.ACKNOWLEDGE: _person(Status.ACKNOWLEDGED),
            Move.EXPLAIN: _person(Status.EXPLAINED),
            Move.DISMISS: _person(Status.DISMISSED),
        },
        Status.ACKNOWLEDGED: {
            **_anywhere(Status.ACKNOWLEDGED),
            Move.ESCALATE: _detector(Status.NEW),
            Move.WITHDRAW: _detector(Status.WITHDRAWN),
            Move.EXPLAIN: _person(Status.EXPLAINED),
            Move.DISMISS: _person(Status.DISMISSED),
            Move.REOPEN: _person(Status.NEW),
        },
        Status.EXPLAINED: {
            **_anywhere(Status.EXPLAINED),
            Move.ESCALATE: _detector(Status.NEW),
            Move.WITHDRAW: _detector(Status.WITHDRAWN),
            Move.REOPEN_RISEN: _detector(Status.NEW),
            Move.DISMISS: _person(Status.DISMISSED),
            Move.REOPEN: _person(Status.NEW),
        },
        Status.DISMISSED: {
            **_anywhere(Status.DISMISSED),
            Move.ESCALATE: _detector(Status.NEW),
            Move.WITHDRAW: _detector(Status.WITHDRAWN),
            Move.REOPEN_RISEN: _detector(Status.NEW),
            Move.REOPEN: _person(Status.NEW),
        },
        Status.WITHDRAWN: {
            **_anywhere(Status.WITHDRAWN),
            Move.REOPEN_RISEN: _detector(Status.NEW),
            Move.RESTORE: _detector(None),
        },
    }
)
LONG_OPEN = dt.timedelta(days=7)  # after which an open alert is counted as waiting for long


class IllegalTransition(Exception):
    """The alert's status does not allow the move; `message` says so to people, in their language."""

    def __init__(self, status: Status, move: Move, by: Actor = Actor.PERSON) -> None:
        self.status, self.move = status, move
        self.message: str | Promise
        others = ", ".join(str(other.label) for other in moves_for(status, by=by))
        self.message = gettext("An alert that is “%(status)s” has no move “%(move)s”. It can be: %(others)s.") % {
            "status": status.label,
            "move": move.label,
            "others": others,
        }
        super().__init__(self.message)


class ChangedMeanwhile(Exception):
    """Somebody changed the alert after the page was made; `current` is the row as it is now."""

    def __init__(self, current: Alert) -> None:
        self.current = current
        self.message = gettext(
            "The alert was changed meanwhile: it is now “%(status)s”. Look at it again before you decide."
        ) % {"status": current.get_status_display()}
        super().__init__(self.message)


def moves_for(status: Status | str, *, by: Actor) -> tuple[Move, ...]:
    """The moves that `by` can make from `status`, in the table's order."""
    return tuple(move for move, outcome in MOVES[Status(status)].items() if outcome.by is by)


def moves_for_people(status: Status | str) -> tuple[Move, ...]:
    """What a page can offer for an alert of this status; labelling and assigning are always among them."""
    return moves_for(status, by=Actor.PERSON)


def outcome_of(alert: Alert, move: Move, *, by: Actor) -> Status:
    """The status after `move`; raises IllegalTransition when the table has no such move for `by`."""
    status = Status(alert.status)
    outcome = MOVES[status].get(move)
    if outcome is None or outcome.by is not by:
        raise IllegalTransition(status, move, by)
    return outcome.status or Status(alert.withdrawn_from or Status.NEW)
