"""What people do with what they follow and where they are told. They ask the permission table themselves.

The functions raise `PermissionDenied`, and `ValidationError` for what makes no sense, naming the value and what to do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import may
from database.transactions import retried_transaction
from edits.families import FAMILIES
from edits.finding import UnknownLanguage, UnknownProject, resolve_language, resolve_project
from edits.metrics import METRICS
from edits.models import Project
from subscriptions.channels.registry import usable
from subscriptions.criteria import filter_of
from subscriptions.groups import COLUMNS, visible_groups
from subscriptions.models import Address, Cadence, Follow, Group, GroupRule, Message, Preferences, Scope, new_token
from subscriptions.outbox import newest_month

VISIT = dt.timedelta(hours=1)
MAX_FOLLOWS = 200
MAX_GROUPS = 20
MAX_ADDRESSES = 5
CONFIRMATIONS_A_DAY = 5


def _require(by: User, action: str) -> None:
    if not may(by, action):
        raise PermissionDenied(_("You may not do this."))


def preferences_of(user: User) -> Preferences:
    """How `user` is spoken to; made at first, in the language of the page that asked."""
    language = get_language() or settings.LANGUAGE_CODE
    return Preferences.objects.get_or_create(user=user, defaults={"language": language})[0]


@retried_transaction
def follow(
    *,
    by: User,
    scope: str,
    value: str,
    metrics: Collection[str] = (),
    direction: str = "",
    severity: str = "notable",
    only_unexplained: bool = False,
    cadence: str = Cadence.MONTHLY,
    address: Address | None = None,
) -> Follow:
    """Follow `value` of `scope`: a domain, a language code, a family, the short name of a group, the query of a list, or "".

    Who follows it already changes the wishes. Without an `address` it shows on the site and in the personal feed alone.
    """
    entry = draft(by=by, scope=scope, value=value)
    if unknown := set(metrics) - METRICS.keys():
        raise ValidationError({"metrics": _("There is no metric %(name)s.") % {"name": ", ".join(sorted(unknown))}})
    if address is not None and address.user_id != by.pk:
        raise PermissionDenied(_("That is not your address."))
    preferences_of(by)
    if known := Follow.objects.filter(user=by, key=entry.key).first():
        entry = known
    elif Follow.objects.filter(user=by).count() >= MAX_FOLLOWS:
        raise ValidationError(
            ngettext(
                "You follow %(most)s thing; stop following one first.",
                "You follow %(most)s things; stop following one first.",
                MAX_FOLLOWS,
            )
            % {"most": MAX_FOLLOWS}
        )
    else:
        entry.from_month = newest_month()
    entry.metrics, entry.direction, entry.severity = sorted(metrics), direction, severity
    entry.only_unexplained, entry.cadence, entry.address = only_unexplained, cadence, address
    entry.full_clean(validate_unique=False, validate_constraints=False)
    entry.save()
    return entry


def follow_of_old(
    *, person: User, scope: Scope, value: str, metrics: Collection[str], direction: str, since: dt.datetime
) -> bool:
    """Let the account of `person`, who may not be able to sign in yet, follow what they followed elsewhere since `since`.

    Nothing is sent, for there is no address. What is followed already stays as it is; False then. Raises ValidationError when
    there is no such thing.
    """
    entry = Follow(user=person, **_what(person, scope, value), metrics=sorted(metrics), direction=direction)
    entry.key, entry.from_month = entry.whole_key(), newest_month()
    if Follow.objects.filter(user=person, key=entry.key).exists():
        return False
    preferences_of(person)
    entry.save()
    Follow.objects.filter(pk=entry.pk).update(created_at=since)
    return True


def draft(*, by: User, scope: str, value: str) -> Follow:
    """What following `value` of `scope` would be, not stored; ValidationError when there is no such thing."""
    _require(by, "follow.manage")
    entry = Follow(user=by, **_what(by, Scope(scope) if scope in Scope.values else None, value))
    entry.key = entry.whole_key()
    return entry


def _what(by: User, scope: Scope | None, value: str) -> dict[str, object]:
    """The columns that say what is followed; ValidationError when there is no such thing."""
    if scope is None:
        raise ValidationError({"scope": _("Choose what to follow.")})
    if scope == Scope.WIKI:
        try:
            found: dict[str, object] | None = {"project": resolve_project(value)}
        except UnknownProject as error:
            raise ValidationError({"value": str(error)}) from None
    elif scope == Scope.GROUP:
        group = visible_groups(by).filter(slug=value).first()
        found = {"group": group} if group else None
    elif scope == Scope.LANGUAGE:
        try:
            found = {"value": resolve_language(value)}
        except UnknownLanguage as error:
            raise ValidationError({"value": str(error)}) from None
    elif scope == Scope.FAMILY:
        found = {"value": value} if value in FAMILIES else None
    elif scope == Scope.FILTER:
        found = {"value": _filter(by, value)}
    else:
        found = {}
    if found is None:
        raise ValidationError(
            {"value": _("Nothing here is called “%(value)s” (%(scope)s).") % {"value": value, "scope": scope.label}}
        )
    return {"scope": scope, **found}


def _filter(by: User, query: str) -> str:
    """The query of a list of alerts, as it is kept: conditions alone, in one order, so that the same filter is the same."""
    try:
        conditions = filter_of(query)
    except ValueError as error:
        raise ValidationError({"value": _("The filter says nothing: %(what)s.") % {"what": error}}) from error
    if not conditions:
        raise ValidationError({"value": _("The filter leaves nothing out: follow everything instead.")})
    slug = conditions.get("group")
    if slug is not None and not visible_groups(by).filter(slug=slug).exists():
        raise ValidationError({"value": _("There is no group “%(value)s” here.") % {"value": slug}})
    return urlencode(conditions)


def unfollow(*, by: User, entry: Follow) -> None:
    """Stop following. What was said stays in the log of the address."""
    if entry.user_id != by.pk:
        raise PermissionDenied(_("That is not yours."))
    entry.delete()


def mute(*, by: User, entry: Follow, until: dt.date | None) -> None:
    """Say nothing of it before `until`; None: say it again."""
    if entry.user_id != by.pk:
        raise PermissionDenied(_("That is not yours."))
    Follow.objects.filter(pk=entry.pk).update(muted_until=until)


def language_change(*, by: User, language: str) -> None:
    """The language of what is sent and of pages, chosen in the menu."""
    entry = preferences_of(by)
    if entry.language != language:
        preferences_change(by=by, language=language, time_zone=entry.time_zone)


def language_of(user: User) -> str:
    """The language that `user` chose; empty when there is no choice of theirs."""
    return Preferences.objects.filter(user=user).values_list("language", flat=True).first() or ""


def preferences_change(*, by: User, language: str, time_zone: str) -> Preferences:
    """The language and the time zone of what is sent."""
    entry = preferences_of(by)
    entry.language, entry.time_zone = language, time_zone
    entry.full_clean()
    entry.save(update_fields=["language", "time_zone"])
    return entry


@retried_transaction
def note_visit(*, by: User, now: dt.datetime) -> dt.datetime | None:
    """Note that `by` is here; when they were here before, None at the first visit. Two looks within an hour are one visit."""
    preferences_of(by)
    entry = Preferences.objects.select_for_update().get(user=by)
    if entry.seen_at is None or not dt.timedelta() <= now - entry.seen_at < VISIT:
        entry.seen_before_at = entry.seen_at
    entry.seen_at = now
    entry.save(update_fields=["seen_at", "seen_before_at"])
    return entry.seen_before_at


def renew_feed(*, by: User) -> Preferences:
    """Another address for the personal feed: the old one is dead from now on."""
    entry = preferences_of(by)
    entry.feed_token = new_token()
    entry.save(update_fields=["feed_token"])
    return entry


@retried_transaction
def address_add(*, by: User, channel: str, target: str, now: dt.datetime) -> Address:
    """Add where `by` wants to be told. Unless it is known to be their own, a message there asks whether it is."""
    _require(by, "follow.manage")
    way = usable().get(channel)
    if way is None or (way.admin_only and not may(by, "channel.manage")):
        raise ValidationError({"channel": _("This site cannot send that way.")})
    User.objects.select_for_update().get(pk=by.pk)  # two at once would both be the last one allowed
    target = way.clean(target, by=by)
    known = Address.objects.filter(user=by, channel=channel, target=target).first()
    if known is not None:
        return resume(by=by, address=known, now=now)
    if Address.objects.filter(user=by).count() >= MAX_ADDRESSES:
        raise ValidationError(
            ngettext(
                "You have %(most)s address; remove one first.", "You have %(most)s addresses; remove one first.", MAX_ADDRESSES
            )
            % {"most": MAX_ADDRESSES}
        )
    preferences_of(by)
    if way.is_proven(target, by=by):
        return Address.objects.create(user=by, channel=channel, target=target, state=Address.State.READY, confirmed_at=now)
    address = Address.objects.create(user=by, channel=channel, target=target)
    _ask_for_confirmation(address, now)
    return address


def _ask_for_confirmation(address: Address, now: dt.datetime) -> None:
    """Plan the message with the link; not more than some a day, or the site would pester strangers on demand."""
    preferences = Preferences.objects.select_for_update().get(user=address.user_id)
    asked = [stamp for stamp in preferences.confirmations if dt.datetime.fromisoformat(stamp) > now - dt.timedelta(days=1)]
    if len(asked) >= CONFIRMATIONS_A_DAY:
        raise ValidationError(_("That was a lot of addresses for one day. Come back tomorrow."))
    preferences.confirmations = [*asked, now.isoformat()]
    preferences.save(update_fields=["confirmations"])
    plan_one(address=address, purpose=Message.Purpose.CONFIRMATION, now=now)


def plan_one(*, address: Address, purpose: str, now: dt.datetime) -> Message:
    """A message that says nothing of alerts: a confirmation, a test."""
    last = Message.objects.filter(address=address, purpose=purpose).aggregate(last=Max("period"))["last"]
    return Message.objects.create(
        address=address,
        channel=address.channel,
        purpose=purpose,
        period=f"{int(last or 0) + 1:08}",
        planned_at=now,
        next_try_at=now,
    )


def address_confirm(*, address: Address, now: dt.datetime) -> bool:
    """The owner said yes. Doing it twice changes nothing; an address that was paused or unsubscribed since stays so."""
    waiting = Address.objects.filter(pk=address.pk, state=Address.State.UNCONFIRMED)
    return bool(waiting.update(state=Address.State.READY, confirmed_at=now, reason=""))


@retried_transaction
def resume(*, by: User, address: Address, now: dt.datetime) -> Address:
    """Use a paused or unsubscribed address again: its owner, signed in, says so. One never confirmed is asked again."""
    if address.user_id != by.pk:
        raise PermissionDenied(_("That is not your address."))
    address = Address.objects.select_for_update().get(pk=address.pk)
    if address.confirmed_at is None:
        Address.objects.filter(pk=address.pk).update(state=Address.State.UNCONFIRMED, reason="")
        _ask_for_confirmation(address, now)
    elif address.state != Address.State.READY:
        Address.objects.filter(pk=address.pk).update(state=Address.State.READY, reason="")
    address.refresh_from_db()
    return address


def address_remove(*, by: User, address: Address) -> None:
    """Forget the address and everything that was sent there. What is followed stays, and shows on the site."""
    if address.user_id != by.pk:
        raise PermissionDenied(_("That is not your address."))
    address.delete()


def unsubscribe(*, address: Address) -> None:
    """Send nothing more to the address: by its own link, without signing in. Doing it twice changes nothing."""
    Address.objects.filter(pk=address.pk).exclude(state=Address.State.UNSUBSCRIBED).update(
        state=Address.State.UNSUBSCRIBED, reason=""
    )


@retried_transaction
def forget_person(*, by: User) -> None:
    """Delete everything that this room knows of a person; deleting the account does the same."""
    for model in (Follow, Address, Preferences):
        model._default_manager.filter(user=by).delete()
    Group.objects.filter(owner=by).delete()


@retried_transaction
def group_save(*, by: User, name: str, lines: Collection[tuple[str, str]], group: Group | None = None) -> Group:
    """Make a group of one's own, or change it: `lines` are (kind, value) of its rules. Moderators publish it in the admin."""
    _require(by, "group.make")
    if group is not None and group.owner_id != by.pk:
        raise PermissionDenied(_("That is not your group."))
    if group is None and Group.objects.filter(owner=by).count() >= MAX_GROUPS:
        raise ValidationError(
            ngettext(
                "You have %(most)s group; change one of them.", "You have %(most)s groups; change one of them.", MAX_GROUPS
            )
            % {"most": MAX_GROUPS}
        )
    known = {kind: _known_values(kind, [value for each, value in lines if each == kind]) for kind in GroupRule.Kind.values}
    if unknown := [value for kind, value in lines if value not in known.get(kind, ())]:
        raise ValidationError({"lines": _("There is no such thing here: %(what)s.") % {"what": ", ".join(unknown)}})
    if not lines:
        raise ValidationError({"lines": _("Name at least one language, family or wiki.")})
    entry = group or Group(owner=by, slug=f"{by.pk}-{new_token()[:8].lower().replace('_', '-')}")
    entry.name = name.strip()
    entry.full_clean()
    entry.save()
    entry.rules.all().delete()
    GroupRule.objects.bulk_create(GroupRule(group=entry, kind=kind, value=value) for kind, value in sorted(set(lines)))
    return entry


def _known_values(kind: str, values: list[str]) -> set[str]:
    """Those of `values` that some wiki has."""
    column = COLUMNS[GroupRule.Kind(kind)]
    return set(Project.objects.filter(**{f"{column}__in": values}).values_list(column, flat=True))


def group_remove(*, by: User, group: Group) -> None:
    """Remove a group of one's own, and with it everybody's follows of it."""
    if group.owner_id != by.pk:
        raise PermissionDenied(_("That is not your group."))
    group.delete()
