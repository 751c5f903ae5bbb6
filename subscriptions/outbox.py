"""From plans to rows: who is due a message gets one, once.

Follows are taken in batches of people, so that memory and queries stay bounded however many there are. Each batch is one
transaction under one lock: a second plan at the same time waits, and then finds everything planned. The unique keys of
`Message` and `Delivery` hold even without the lock.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q

from alerts.choices import Status
from alerts.models import Alert
from database.transactions import retried_transaction
from database.upsert import insert_rows
from edits.fetching.reporting import reporting_by_month
from edits.metrics import METRICS
from edits.models import FetchRun
from edits.months import add_months
from subscriptions.criteria import Matcher, announceable
from subscriptions.groups import memberships
from subscriptions.models import Address, Cadence, Delivery, Follow, Message, PlanningLock, Preferences
from subscriptions.periods import Last, Moment
from subscriptions.planning import Earlier, Planned, due_places, plan, worst_first

logger = logging.getLogger(__name__)

NEWEST_MONTHS = 3  # nothing older is ever announced: a backfill of 25 years is no news
FOLLOW_UP_MONTHS = 12  # what became of an alert is told this long
PEOPLE_AT_ONCE = 200
ENDED = (Status.WITHDRAWN, Status.DISMISSED, Status.EXPLAINED)
Kind = Delivery.Kind


@dataclass(frozen=True, slots=True)
class Candidates:
    """What can be told of now: read once for all batches."""

    moment: Moment
    matcher: Matcher
    changed: dict[int, str]  # the status of alerts that may have been told of and changed since
    at_hand: Q  # the deliveries that say anything of these alerts


def newest_month() -> dt.date | None:
    """The newest month that most wikis have reported, of any metric."""
    found = [month for metric in METRICS.values() if (month := reporting_by_month(metric).newest_full())]
    return max(found, default=None)


def candidates(*, now: dt.datetime) -> Candidates | None:
    """The alerts of the newest months, worst first, and those whose end may have to be told; None while nothing is stored."""
    newest = newest_month()
    if newest is None:
        return None
    fetching = FetchRun.objects.filter(state=FetchRun.State.RUNNING).exists()
    recent = announceable(today=now.date()).filter(month__gte=add_months(newest, 1 - NEWEST_MONTHS))
    alerts = worst_first(
        recent.select_related("project", "category", "explanation").defer("evidence", "explanation__evidence")
    )
    since = add_months(newest, 1 - FOLLOW_UP_MONTHS)
    ended: dict[str, Any] = {"status__in": ENDED, "month__gte": since}
    taken_back = set(Delivery.objects.filter(kind=Kind.WITHDRAWN, alert__month__gte=since).values_list("alert", flat=True))
    changed = dict(Alert.objects.filter(Q(**ended) | Q(pk__in=taken_back)).order_by().values_list("pk", "status"))
    # Most alerts of the year stand as they were told: only those of the newest months and those that changed are read of.
    at_hand = (
        Q(alert__month__gte=add_months(newest, 1 - NEWEST_MONTHS))
        | Q(**{f"alert__{name}": value for name, value in ended.items()})
        | Q(alert__in=taken_back)
    )
    return Candidates(Moment(now, newest, fetching), Matcher(alerts, memberships()), changed, at_hand)


def due_follows(*, today: dt.date) -> Q:
    """Follows with somewhere to tell: the address is in use, the account not blocked, the thing not muted."""
    awake = Q(muted_until__isnull=True) | Q(muted_until__lte=today)
    return awake & Q(address__state=Address.State.READY, user__is_active=True)


def plan_messages(*, now: dt.datetime) -> int:
    """Plan every message that is due; how many. Running it twice, late or at once with another does no harm."""
    known = candidates(now=now)
    if known is None:
        return 0
    people = Follow.objects.filter(due_follows(today=now.date())).order_by("user").values_list("user", flat=True).distinct()
    last, planned = 0, 0
    while batch := list(people.filter(user__gt=last)[:PEOPLE_AT_ONCE]):
        planned += _plan_batch(batch, known)
        last = batch[-1]
    return planned


@retried_transaction
def _plan_batch(people: Collection[int], known: Candidates) -> int:
    """The messages of some people; nothing but their last ones is read of those to whom nothing is due."""
    PlanningLock.objects.select_for_update().get(pk=1)
    now = known.moment.now
    every = list(Follow.objects.filter(due_follows(today=now.date()), user__in=people).order_by("pk"))
    periods = due_places(
        every,
        last=_last_messages({follow.address_id for follow in every if follow.address_id}, now),
        zones=dict(Preferences.objects.filter(user__in=people).values_list("user", "time_zone")),
        moment=known.moment,
    )
    follows = [follow for follow in every if (follow.address_id, follow.cadence) in periods]
    if not follows:
        return 0
    told_at, told_by, earlier = _told({follow.user_id for follow in follows}, known)
    messages = plan(follows=follows, periods=periods, matcher=known.matcher, told_at=told_at, told_by=told_by, earlier=earlier)
    store(messages, now=now)
    return len(messages)


def _told(
    people: Collection[int], known: Candidates
) -> tuple[dict[int, dict[int, frozenset[str]]], dict[int, dict[int, frozenset[str]]], dict[int, list[Earlier]]]:
    """What was said to these people of the alerts at hand: by address, by follow, and what of it may have changed."""
    at: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    by: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    told_first: dict[tuple[int, int], int] = {}
    rows = Delivery.objects.filter(known.at_hand, address__user__in=people).order_by()
    for address, follow, alert, kind in rows.values_list("address_id", "follow_id", "alert_id", "kind"):
        at[address][alert].add(kind)
        if follow is not None:
            by[follow][alert].add(kind)
            if kind == Kind.NEWS:
                told_first[(follow, alert)] = address
    earlier: dict[int, list[Earlier]] = defaultdict(list)
    for (follow, alert), address in told_first.items():
        if alert in known.changed:
            earlier[follow].append(Earlier(alert, known.changed[alert], frozenset(at[address][alert] | by[follow][alert])))
    return _frozen(at), _frozen(by), earlier


def _frozen(said: dict[int, dict[int, set[str]]]) -> dict[int, dict[int, frozenset[str]]]:
    return {place: {alert: frozenset(kinds) for alert, kinds in alerts.items()} for place, alerts in said.items()}


def _last_messages(addresses: Collection[int], now: dt.datetime) -> dict[tuple[int, str], Last]:
    """The newest message of each cadence to each address. A week of the future is from before the clock was set right."""
    past = ~Q(purpose=Cadence.WEEKLY) | Q(planned_at__lte=now + dt.timedelta(days=1))
    rows = Message.objects.filter(past, address__in=addresses, purpose__in=Cadence.values).order_by()
    newest = rows.values_list("address_id", "purpose").annotate(period=Max("period"), planned_at=Max("planned_at"))
    return {(address, purpose): Last(period, planned_at) for address, purpose, period, planned_at in newest}


def store(messages: Collection[Planned], *, now: dt.datetime) -> None:
    """The rows of planned messages, with what each says."""
    channels = dict(Address.objects.filter(pk__in={message.address for message in messages}).values_list("pk", "channel"))
    rows = Message.objects.bulk_create(
        Message(
            address_id=message.address,
            channel=channels[message.address],
            purpose=message.cadence,
            period=message.period,
            planned_at=now,
            next_try_at=now,
        )
        for message in messages
    )
    insert_rows(
        Delivery,
        ("message_id", "address_id", "follow_id", "alert_id", "kind"),
        (
            (row.pk, message.address, item.follow, item.alert, str(item.kind))
            for row, message in zip(rows, messages, strict=True)
            for item in message.items
        ),
    )
