"""Who is to be told what: follows and alerts in, messages to be sent out. Pure; nothing is read or written here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field

from alerts.choices import Status
from alerts.models import Alert
from subscriptions.criteria import GONE, SEVERITY_RANK, Matcher
from subscriptions.models import Cadence, Delivery, Follow
from subscriptions.periods import Last, Moment, due

Kind = Delivery.Kind
Said = frozenset[str]  # the kinds of things that were said of one alert to one address
Told = Mapping[int, Mapping[int, Said]]
ORDER = {cadence: position for position, cadence in enumerate(Cadence.values)}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to say of one alert, on behalf of one follow."""

    alert: int
    kind: str
    follow: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """An alert that a follow told of before: what it is now, and all that was said of it to the address."""

    alert: int
    status: str
    said: Said


@dataclass(slots=True)
class Planned:
    """One message: where to, which period of which cadence, and what it says."""

    address: int
    cadence: str
    period: str
    items: list[Item] = field(default_factory=list)


Place = tuple[int, str]  # an address and a cadence: what is told there on the same occasion is one message


def due_places(
    follows: Iterable[Follow], *, last: Mapping[Place, Last], zones: Mapping[int, str], moment: Moment
) -> dict[Place, str]:
    """The period of each message that is due for `follows`, which have an address in use.

    `last` is the newest message of each place; `zones` the time zone of each person.
    """
    places = {(follow.address_id, follow.cadence): follow.user_id for follow in follows if follow.address_id is not None}
    periods = {
        (address, cadence): due(cadence, moment, last.get((address, cadence)), zone=zones.get(user, "UTC"))
        for (address, cadence), user in places.items()
    }
    return {place: period for place, period in periods.items() if period}


def plan(
    *,
    follows: Iterable[Follow],
    periods: Mapping[Place, str],
    matcher: Matcher,
    told_at: Told,
    told_by: Told,
    earlier: Mapping[int, Iterable[Earlier]],
) -> list[Planned]:
    """The messages of `periods`, each with something to say on behalf of `follows`.

    `told_at[address][alert]` is what was said there, `told_by[follow][alert]` what that follow said, there or elsewhere;
    `earlier[follow]` lists what it told of and may have changed since. Follows of one address and one cadence share a
    message, and an alert that two of them are about is said once: by the one that speaks soonest.
    """
    messages = {(address, cadence): Planned(address, cadence, period) for (address, cadence), period in periods.items()}
    taken: set[tuple[int, int]] = set()
    for follow in sorted(follows, key=lambda follow: ORDER[follow.cadence]):
        address = follow.address_id
        if address is None or (message := messages.get((address, follow.cadence))) is None:
            continue
        known = told_at.get(address, {}).keys() | told_by.get(follow.pk, {}).keys()
        message.items += _news(follow, address, matcher, known, taken)
        message.items += _follow_ups(follow, earlier.get(follow.pk, ()))
    return [message for message in messages.values() if message.items]


def _news(follow: Follow, address: int, matcher: Matcher, known: Set[int], taken: set[tuple[int, int]]) -> Iterator[Item]:
    """Alerts that the address was not told of, nor the person by this follow.

    One that is explained by then needs no second word when it is.
    """
    for alert in matcher.of(follow):
        if alert.pk not in known and (address, alert.pk) not in taken:
            taken.add((address, alert.pk))
            yield Item(alert.pk, Kind.NEWS, follow.pk)
            if alert.status == Status.EXPLAINED:
                yield Item(alert.pk, Kind.EXPLAINED, follow.pk)


def _follow_ups(follow: Follow, earlier: Iterable[Earlier]) -> Iterator[Item]:
    """What became of what was told: each change is said once."""
    for change in earlier:
        for kind in changes(change.status, change.said):
            yield Item(change.alert, kind, follow.pk)


def changes(status: str, said: Said) -> list[str]:
    """What is still to be said of an alert that now has `status`, to somebody who was told `said` of it."""
    if Kind.NEWS not in said:
        return []  # who was not told of it need not be told that it is gone
    if status in GONE:
        wanted = [Kind.WITHDRAWN]
    else:
        wanted = [Kind.BACK] if Kind.WITHDRAWN in said else []
        wanted += [Kind.EXPLAINED] if status == Status.EXPLAINED else []
    return [kind for kind in wanted if kind not in said]


def worst_first(alerts: Iterable[Alert]) -> list[Alert]:
    """By severity, then by how rare such a month is; without a score last."""

    def place(alert: Alert) -> tuple[float, ...]:
        return -SEVERITY_RANK.get(alert.severity, 0), -abs(alert.score or 0), -alert.month.toordinal(), alert.pk

    return sorted(alerts, key=place)
