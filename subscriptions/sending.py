"""From rows to people: each message is claimed by one worker, sent, and marked with what became of it.

A message goes out at most once. It is claimed by compare-and-set before it is handed over, and a worker that dies with a claim
in its hands leaves a message of which nobody knows whether it was taken: it is marked so, and not sent again.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections import Counter
from collections.abc import Callable

from django.db.models import F, Q
from django.utils import timezone

from accounts.permissions import may
from database.transactions import retried_transaction
from subscriptions.channels.base import AddressRefused, Channel, Later, NotSent, Refused, Uncertain
from subscriptions.channels.registry import usable
from subscriptions.letters import Composer
from subscriptions.models import Address, ChannelSwitch, Message, Preferences
from subscriptions.words import one_line

logger = logging.getLogger(__name__)
State = Message.State

LEASE = dt.timedelta(minutes=15)  # longer than any channel takes: a claim so old belongs to nobody
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
WAITS = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY)  # after each failure; then it is given up
MAX_AT_ONCE = 1_000
Clock = Callable[[], dt.datetime]


def send_due(*, clock: Clock = timezone.now, until: dt.datetime | None = None) -> Counter[str]:
    """Send what is due on every channel that is in use, until `until`; how many ended in which state."""
    results: Counter[str] = Counter()
    for channel in usable().values():
        results[State.UNKNOWN] += give_up_lost(channel=channel.name, now=clock())
        composer = Composer()
        for _turn in range(MAX_AT_ONCE):
            now = clock()
            message = None if until is not None and now >= until else claim_next(channel=channel, now=now)
            if message is None:
                break
            results[deliver(message, channel=channel, composer=composer, now=now)] += 1
    return results


@retried_transaction
def claim_next(*, channel: Channel, now: dt.datetime) -> Message | None:
    """The next message that is due, as this worker's own; None when none is, or the channel is off or has had its fill."""
    switch = switch_of(channel, lock=True)
    if not switch.enabled or not _has_room(switch, now):
        return None
    # A time far ahead is from before the clock was set back: it holds nothing up.
    due = Q(next_try_at__lte=now) | Q(next_try_at__gt=now + 2 * DAY)
    waiting = Message.objects.filter(due, channel=channel.name, state=State.PLANNED).order_by("next_try_at", "pk")
    pk = waiting.values_list("pk", flat=True).first()
    if pk is None:
        return None
    claim = uuid.uuid4().hex
    # Compare and set: whoever changes the row from planned has it; nobody else does.
    mine = Message.objects.filter(pk=pk, state=State.PLANNED).update(
        state=State.SENDING, claim=claim, claimed_at=now, attempts=F("attempts") + 1
    )
    return Message.objects.select_related("address__user").get(pk=pk) if mine else None


def switch_of(channel: Channel, *, lock: bool = False) -> ChannelSwitch:
    """What the operator says about `channel`."""
    limits = {"per_minute": channel.per_minute, "per_day": channel.per_day}
    switch, _made = ChannelSwitch.objects.get_or_create(channel=channel.name, defaults=limits)
    return ChannelSwitch.objects.select_for_update().get(pk=switch.pk) if lock else switch


def _has_room(switch: ChannelSwitch, now: dt.datetime) -> bool:
    """Whether one more fits into the last minute and the last 24 hours."""
    for limit, span in ((switch.per_minute, MINUTE), (switch.per_day, DAY)):
        window = (now - span, now + span)
        if limit and Message.objects.filter(channel=switch.channel, claimed_at__range=window).count() >= limit:
            return False
    return True


def give_up_lost(*, channel: str, now: dt.datetime) -> int:
    """Mark what a dead worker left: nobody knows whether it was sent, so it is not sent again; how many."""
    lost = Q(claimed_at__lt=now - LEASE) | Q(claimed_at__gt=now + LEASE)
    return Message.objects.filter(lost, channel=channel, state=State.SENDING).update(
        state=State.UNKNOWN, error="The worker ended while it sent this. It may have been sent; it is not sent again."
    )


def deliver(message: Message, *, channel: Channel, composer: Composer, now: dt.datetime) -> str:
    """Send a claimed message and note what became of it; the state that it ends in."""
    try:
        reason = _no_longer_wanted(message, channel)
        letter = None if reason else composer.compose(message, language=_language_of(message))
        if letter is None:
            return _drop(message, reason or "Nothing is left to say.")
        Message.objects.filter(pk=message.pk, claim=message.claim).update(subject=one_line(letter.subject)[:300])
        channel.send(letter, address=message.address, message=message)
    except NotSent as error:
        return _failed(message, error, now)
    except Exception as error:  # one message that cannot be composed must not hold up the others
        logger.exception("Message %s could not be sent", message.pk)
        return _failed(message, Later(f"{type(error).__name__}: {error}"), now)
    return _finish(message, State.SENT, sent_at=now, error="")


def _language_of(message: Message) -> str:
    known = Preferences.objects.filter(user=message.address.user_id).values_list("language", flat=True).first()
    return known or "en"


def _no_longer_wanted(message: Message, channel: Channel) -> str:
    """Why the message may not go out any more: the plan may be older than the person's last word."""
    address = Address.objects.select_related("user").filter(pk=message.address_id).first()
    if address is None:
        return "The address was removed."
    if not address.user.is_active:
        return "The account is blocked."
    if channel.admin_only and not may(address.user, "channel.manage"):
        return "Only administrators are told this way, and the account is none any more."
    wanted = Address.State.UNCONFIRMED if message.purpose == Message.Purpose.CONFIRMATION else Address.State.READY
    return "" if address.state == wanted else f"The address is {address.state}."


def _finish(message: Message, state: str, **values: object) -> str:
    Message.objects.filter(pk=message.pk, claim=message.claim).update(state=state, **values)
    return state


def _drop(message: Message, reason: str) -> str:
    """Nothing was said, so what it would have said may be said another time."""
    message.deliveries.all().delete()
    return _finish(message, State.DROPPED, error=reason)


def _failed(message: Message, error: NotSent, now: dt.datetime) -> str:
    text = one_line(str(error))[:500]
    logger.warning("Message %s was not sent: %s", message.pk, text)
    if isinstance(error, Uncertain):
        return _finish(message, State.UNKNOWN, error=text)
    if isinstance(error, AddressRefused):
        pause(address=message.address, reason=text)
    if isinstance(error, Refused) or message.attempts > len(WAITS):
        return _finish(message, State.GAVE_UP, error=text)
    wait = (error.wait if isinstance(error, Later) else None) or WAITS[message.attempts - 1]
    return _finish(message, State.PLANNED, error=text, next_try_at=now + min(wait, DAY))


def pause(*, address: Address, reason: str) -> bool:
    """Send nothing more to an address that bounces or complains, until its owner says so; whether it was in use."""
    in_use = Address.objects.filter(pk=address.pk, state__in=[Address.State.READY, Address.State.UNCONFIRMED])
    return bool(in_use.update(state=Address.State.PAUSED, reason=one_line(reason)[:300]))
