"""What was known to go on when something stood out: for the page of an alert, its card and the page of a month."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from alerts.models import Alert, Expectation
from causes.selectors import daily_excess
from curation.language import listed
from edits.months import add_months
from events import selectors
from events.kinds import BREAKS
from events.models import Event
from events.selectors import Proposal
from events.words import days_words, reasons, scope_words

MAX_PROPOSED, MAX_OTHERS, MAX_IN_MONTH = 5, 10, 12
BREAK_MONTHS = 2  # before and after an alert, in which a known break is told


@dataclass(frozen=True, slots=True)
class Line:
    """One event in a list. `why`: in what way it fits the alert; empty where there is no alert."""

    event: Event
    days: str
    where: str
    why: str
    strength: str

    @classmethod
    def of(cls, event: Event, proposal: Proposal | None = None) -> Line:
        why = listed(reasons(proposal.fit)) if proposal else ""
        return cls(event, days_words(event), scope_words(event.scope), why, proposal.fit.strength if proposal else "")


@dataclass(frozen=True, slots=True)
class GoingOn:
    """`proposed`: may have to do with the alert. `others`: go on, and nothing says that they do. `breaks`: known breaks.

    `expected`: why the alert is not announced just now.
    """

    proposed: list[Line]
    others: list[Line]
    breaks: list[Line]
    expected: list[Expectation]

    @property
    def anything(self) -> bool:
        return bool(self.proposed or self.others or self.breaks or self.expected)


def going_on(alert: Alert, *, today: dt.date) -> GoingOn:
    """The events that overlap with an alert, the best first, and the known breaks around it."""
    found = selectors.proposals(alert, daily_excess=daily_excess(alert))
    first = add_months(alert.month, -BREAK_MONTHS)
    last = selectors.month_end(add_months(alert.episode_end or alert.month, BREAK_MONTHS))
    proposed = [proposal for proposal in found if proposal.fit.is_proposed][:MAX_PROPOSED]
    others = [proposal for proposal in found if not proposal.fit.is_proposed and proposal.event.kind not in BREAKS]
    told = {proposal.event.pk for proposal in proposed}
    return GoingOn(
        proposed=[Line.of(proposal.event, proposal) for proposal in proposed],
        others=[Line.of(proposal.event, proposal) for proposal in others[:MAX_OTHERS]],
        breaks=[Line.of(event) for event in selectors.breaks_of(alert.project, first, last) if event.pk not in told],
        expected=list(Expectation.objects.covering(alert, today=today)),
    )


def going_on_in(month: dt.date) -> list[Line]:
    """What goes on anywhere in a month, at most a few; and one more where there are more."""
    return [Line.of(event) for event in selectors.in_month(month)[: MAX_IN_MONTH + 1]]
