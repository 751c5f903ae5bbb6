"""Reads of what people follow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from alerts.models import Alert
from edits.families import family_name
from edits.languages import language_name
from edits.models import Project
from edits.months import add_months
from subscriptions.criteria import Matcher
from subscriptions.groups import memberships
from subscriptions.models import Address, Delivery, Follow, Message, Scope
from subscriptions.outbox import NEWEST_MONTHS, Candidates, candidates, newest_month
from subscriptions.planning import worst_first

REMEMBERED_SECONDS = 300
KNOWN_KEY = "subscriptions:candidates:2"  # another number when what is remembered has another form
MAX_SHOWN = 20


def follows_of(user: User) -> QuerySet[Follow]:
    """What `user` follows, with what its line needs."""
    return Follow.objects.filter(user=user).select_related("project", "group", "address")


def what(follow: Follow) -> str:
    """What is followed, in the reader's words."""
    return WORDS[Scope(follow.scope)](follow)


def _language(follow: Follow) -> str:
    known = Project.objects.filter(language_code=follow.value).values_list("language_name", "language_name_en").first()
    name = language_name(follow.value, *known) if known else follow.value
    return _("all wikis in %(language)s") % {"language": name}


WORDS: dict[Scope, Callable[[Any], str]] = {
    Scope.WIKI: lambda follow: follow.project.name,
    Scope.LANGUAGE: _language,
    Scope.FAMILY: lambda follow: _("all wikis of %(family)s") % {"family": family_name(follow.value)},
    Scope.GROUP: lambda follow: str(follow.group),
    Scope.FILTER: lambda follow: _("filter: %(conditions)s") % {"conditions": follow.value.replace("&", ", ")},
    Scope.EVERYTHING: lambda _follow: _("everything"),
}

PLACES: dict[Scope, Callable[[Any], str]] = {
    Scope.WIKI: lambda follow: follow.project.get_absolute_url(),
    Scope.LANGUAGE: lambda follow: reverse("language-projects", args=[follow.value]),
    Scope.FAMILY: lambda follow: f"{reverse('alerts')}?family={follow.value}",
    Scope.GROUP: lambda follow: follow.group.get_absolute_url(),
    Scope.FILTER: lambda follow: f"{reverse('alerts')}?{follow.value}",
    Scope.EVERYTHING: lambda _follow: reverse("alerts"),
}


def where(follow: Follow) -> str:
    """The page of what is followed."""
    return PLACES[Scope(follow.scope)](follow)


def _known(now: dt.datetime) -> Candidates | None:
    """What can be told of now, remembered for a few minutes: pages need not be as fresh as plans."""
    found: Candidates | None = cache.get(KNOWN_KEY)
    if found is None and (found := candidates(now=now)) is not None:
        cache.set(KNOWN_KEY, found, REMEMBERED_SECONDS)
    return found


def alerts_for(user: User, *, now: dt.datetime) -> list[Alert]:
    """Alerts of the newest months that `user` follows, worst first; those from before they began to follow among them."""
    known = _known(now)
    return worst_first(_followed(user, known.matcher, whole=True)) if known else []


def _followed(user: User, matcher: Matcher, *, whole: bool) -> set[Alert]:
    """The alerts that any follow of `user` is about; unless `whole`, those that are announced to them alone."""
    found: set[Alert] = set()
    for follow in Follow.objects.filter(user=user):
        if whole:
            follow.from_month = None
        found.update(matcher.of(follow))
    return found


@dataclass(frozen=True, slots=True)
class Preview:
    """What the next digest would say: the first alerts of it, and how many there are."""

    alerts: list[Alert]
    total: int


def preview(user: User, *, now: dt.datetime) -> Preview:
    """What was not told yet to any address of `user`."""
    known = _known(now)
    every = worst_first(_followed(user, known.matcher, whole=False)) if known else []
    told = set(
        Delivery.objects.filter(address__user=user, alert__in=[alert.pk for alert in every]).values_list("alert_id", flat=True)
    )
    new = [alert for alert in every if alert.pk not in told]
    return Preview(new[:MAX_SHOWN], len(new))


def addresses_of(user: User) -> QuerySet[Address]:
    return Address.objects.filter(user=user)


def messages_to(user: User) -> QuerySet[Message]:
    """What was sent to `user`, newest first."""
    return Message.objects.filter(address__user=user).select_related("address").order_by("-pk")


def feed_of(user: User) -> list[Alert]:
    """Alerts of the newest months that `user` follows, newest month first, withdrawn and dismissed ones among them."""
    newest = newest_month()
    if newest is None:
        return []
    recent = Alert.objects.shown().filter(month__gte=add_months(newest, 1 - NEWEST_MONTHS), provisional=False)
    rows = (
        recent.select_related("project", "category", "explanation")
        .defer("evidence", "explanation__evidence")
        .order_by("-month", "-rarity", "pk")
    )
    matcher = Matcher(rows, memberships())
    wanted = _followed(user, matcher, whole=True)
    return [alert for alert in matcher.alerts if alert in wanted]
