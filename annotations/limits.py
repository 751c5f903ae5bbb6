"""How much may be written at a time, kept in the database so that it holds for all processes and survives a restart."""

from __future__ import annotations

import datetime as dt
import math

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.permissions import may
from alerts.models import Alert
from annotations.models import Annotation, ContributionBucket
from events.models import Event
from events.models import Status as EventStatus

NEW_ACCOUNT_AGE = dt.timedelta(days=7)
MAX_PENDING_ON_ALERT = 30


class TooMuch(Exception):
    """The person wrote as much as is allowed for now; `message` says when to come back, `retry_after` in seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        self.message, self.retry_after = message, retry_after
        super().__init__(message)


def refuse_too_much(*, by: User, now: dt.datetime) -> None:
    """Count one contribution of `by`; raise TooMuch, and count nothing, when it would be one too many.

    To be called inside the transaction that stores the contribution: the two stand or fall together.
    """
    if may(by, "annotation.review"):
        return
    trusted = may(by, "contribution.skip_age_gate")
    age = now - by.date_joined
    minimum = dt.timedelta(hours=settings.CONTRIBUTION_MIN_ACCOUNT_AGE_HOURS)
    if age < minimum and not trusted:
        wait = math.ceil((minimum - age).total_seconds())
        raise TooMuch(
            _("Your account is new here. You can contribute in %(wait)s.") % {"wait": _in_words(wait)}, retry_after=wait
        )
    waiting = Annotation.objects.filter(author=by, status=Annotation.Status.PENDING).count()
    waiting += Event.objects.filter(author=by, status=EventStatus.PENDING).count()
    if waiting >= settings.CONTRIBUTION_QUEUE_CAP:
        text = ngettext(
            "%(count)s note of yours waits for review. Please wait until it has been looked at.",
            "%(count)s notes of yours wait for review. Please wait until some have been looked at.",
            waiting,
        )
        raise TooMuch(text % {"count": waiting}, retry_after=3600)
    _spend(f"user:{by.pk}", capacity=settings.CONTRIBUTION_BURST, per_hour=settings.CONTRIBUTIONS_PER_HOUR, now=now)
    if age < NEW_ACCOUNT_AGE and not trusted:
        hourly = settings.NEW_ACCOUNT_CONTRIBUTIONS_PER_HOUR
        _spend("new accounts", capacity=hourly, per_hour=hourly, now=now)


def refuse_more_on(alert: Alert, *, by: User) -> None:
    """Raise TooMuch when as many notes on `alert` wait for review as moderators can be asked to read."""
    if may(by, "annotation.review"):
        return
    waiting = Annotation.objects.filter(alert=alert, status=Annotation.Status.PENDING).count()
    if waiting >= MAX_PENDING_ON_ALERT:
        text = ngettext(
            "%(count)s note on this alert waits for review already. Please come back when it has been looked at.",
            "%(count)s notes on this alert wait for review already. Please come back when they have been looked at.",
            waiting,
        )
        raise TooMuch(text % {"count": waiting}, retry_after=3600)


def _spend(key: str, *, capacity: int, per_hour: int, now: dt.datetime) -> None:
    """Take one token out of the bucket `key`, which holds `capacity` and gets `per_hour` new ones an hour."""
    ContributionBucket.objects.get_or_create(key=key, defaults={"tokens": float(capacity), "refilled_at": now})
    bucket = ContributionBucket.objects.select_for_update().get(key=key)
    hours = max((now - bucket.refilled_at).total_seconds(), 0.0) / 3600
    tokens = min(float(capacity), bucket.tokens + hours * per_hour)
    if tokens < 1:
        wait = math.ceil((1 - tokens) / per_hour * 3600)
        text = _("That was a lot in a short time. You can go on in %(wait)s.") % {"wait": _in_words(wait)}
        raise TooMuch(text, retry_after=wait)
    bucket.tokens, bucket.refilled_at = tokens - 1, max(now, bucket.refilled_at)
    bucket.save(update_fields=["tokens", "refilled_at"])


def _in_words(seconds: int) -> str:
    minutes = math.ceil(seconds / 60)
    if minutes < 120:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    hours = math.ceil(minutes / 60)
    return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
