"""Which alerts a follow is about: one object for each kind of thing that can be followed, and the person's own wishes.

An alert is turned once into the keys of everything it belongs to; who follows one of these keys is found by looking it up.
Twenty thousand subscriptions cost twenty thousand look-ups, not twenty thousand queries. Only saved filters are held against
each alert, once for each different filter.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from django.db.models import QuerySet

from alerts.choices import OPEN, Direction, Severity, Status
from alerts.models import Alert
from causes.findings import Cause
from causes.selectors import explanation_of
from edits.metrics import FIRST_PART, METRICS, PARTS
from edits.models import Project
from subscriptions.groups import Memberships
from subscriptions.models import Follow, Scope

MAX_REMEMBERED = 20_000  # answers to different follows
SEVERITY_RANK = {name: rank for rank, name in enumerate(Severity.values)}


GONE = frozenset({Status.WITHDRAWN, Status.DISMISSED})


def announceable(*, today: dt.date) -> QuerySet[Alert]:
    """Alerts that may be told of: shown ones on months that are over, neither withdrawn nor dismissed, nor expected just now.

    A provisional verdict may be gone when its month is over; it is shown on pages, marked, and told to nobody.
    """
    return Alert.objects.shown().filter(provisional=False).exclude(status__in=GONE).unexpected(today)


# What a saved filter may ask for, as the list of alerts has it in its address, and how an alert answers.
CONDITIONS: dict[str, Callable[[Alert, str, Memberships], bool]] = {
    "month": lambda alert, value, _groups: f"{alert.month:%Y-%m}" == value,
    "language": lambda alert, value, _groups: alert.project.language_code == value,
    "family": lambda alert, value, _groups: alert.project.family == value,
    "group": lambda alert, value, groups: groups.by_slug.get(value) in groups.of_project.get(alert.project_id, ()),
    "project": lambda alert, value, _groups: alert.project.domain == value,
    "metric": lambda alert, value, _groups: value in alert.told_metrics,
    "direction": lambda alert, value, _groups: alert.direction == value,
    "severity": lambda alert, value, _groups: alert.severity == value,
    "category": lambda alert, value, _groups: alert.category is not None and alert.category.slug == value,
    "cause": lambda alert, value, _groups: (found := explanation_of(alert)) is not None and found.cause == value,
    "status": lambda alert, value, _groups: alert.status in OPEN if value == "open" else alert.status == value,
    "editors": lambda alert, value, _groups: value == "all" or value in (alert.part_directions or (FIRST_PART,)),
    "size": lambda alert, value, _groups: (alert.expected or 0) >= int(value),
}
CHOICES: dict[str, frozenset[str]] = {
    "cause": frozenset(Cause.values),
    "metric": frozenset(METRICS),
    "editors": frozenset({"all", *PARTS}),
    "direction": frozenset(Direction.values),
    "severity": frozenset(Severity.values),
    "status": frozenset({"open", *Status.values}) - {Status.WITHDRAWN, Status.DISMISSED},
}


def filter_of(query: str) -> dict[str, str]:
    """The conditions of a saved filter, in their order; ValueError names the one that means nothing.

    Order and page of a list are no conditions and are left out. A filter of one month would never tell anything again.
    """
    wanted = {}
    for name, value in sorted(parse_qsl(query.lstrip("?"), strict_parsing=bool(query.lstrip("?")))):
        if name in ("sort", "page", "per_page", "month"):
            continue
        sound = (
            name in CONDITIONS
            and value in CHOICES.get(name, {value})
            and (name != "size" or value.isascii() and value.isdigit())
        )
        if not sound:
            raise ValueError(f"{name}={value}")
        wanted[name] = value
    return wanted


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wants to hear of the thing followed. Two people with the same wishes are answered by one look."""

    metrics: frozenset[str] = frozenset()
    direction: str = ""
    severity: int = 0
    only_unexplained: bool = False
    from_month: dt.date | None = None

    @classmethod
    def of(cls, follow: Follow) -> Wishes:
        return cls(
            frozenset(follow.metrics),
            follow.direction,
            SEVERITY_RANK.get(follow.severity, 0),
            follow.only_unexplained,
            follow.from_month,
        )

    def welcome(self, alert: Alert) -> bool:
        """Whether the person wants to hear of `alert`."""
        return (
            (not self.metrics or not alert.told_metrics.isdisjoint(self.metrics))
            and (not self.direction or alert.direction == self.direction)
            and SEVERITY_RANK.get(alert.severity, 0) >= self.severity
            and (not self.only_unexplained or alert.status in OPEN)
            and (self.from_month is None or alert.month >= self.from_month)
        )


KeysOf = Callable[[Project, Memberships], Iterable[str]]
# The keys of `Follow.key`: of one project (and, for groups, of the groups that it is in).
KEYS: dict[Scope, KeysOf] = {
    Scope.WIKI: lambda project, _groups: [f"wiki:{project.pk}"],
    Scope.LANGUAGE: lambda project, _groups: [f"language:{project.language_code}"] if project.language_code else [],
    Scope.FAMILY: lambda project, _groups: [f"family:{project.family}"],
    Scope.GROUP: lambda project, groups: [f"group:{group}" for group in groups.of_project.get(project.pk, ())],
    Scope.EVERYTHING: lambda _project, _groups: ["everything:"],
}


class Matcher:
    """Answers which of `alerts` belong to a follow. `alerts` carry their project and category; worst come first."""

    def __init__(self, alerts: Iterable[Alert], groups: Memberships) -> None:
        self.alerts = list(alerts)
        self._groups = groups
        self._by_key: dict[str, list[Alert]] = defaultdict(list)
        self._filtered: dict[str, list[Alert]] = {}
        self._known: dict[tuple[str, Wishes], list[Alert]] = {}
        for alert in self.alerts:
            for keys_of in KEYS.values():
                for key in keys_of(alert.project, groups):
                    self._by_key[key].append(alert)

    def of(self, follow: Follow) -> list[Alert]:
        """The alerts that `follow` is about and its person wants to hear of."""
        wishes = Wishes.of(follow)
        known = self._known.get((follow.key, wishes))
        if known is None:
            if len(self._known) >= MAX_REMEMBERED:  # people think of ever new filters: memory must not grow with them
                self._known.clear()
                self._filtered.clear()
            known = [alert for alert in self._about(follow) if wishes.welcome(alert)]
            self._known[(follow.key, wishes)] = known
        return known

    def _about(self, follow: Follow) -> list[Alert]:
        if follow.scope != Scope.FILTER:
            return self._by_key.get(follow.key, [])
        if follow.value not in self._filtered:
            conditions = filter_of(follow.value)
            self._filtered[follow.value] = [
                alert
                for alert in self.alerts
                if all(CONDITIONS[name](alert, value, self._groups) for name, value in conditions.items())
            ]
        return self._filtered[follow.value]
