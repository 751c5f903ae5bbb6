"""The first page of a person who is signed in: what is new for them, what became of their words, what waits for them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from alerts.choices import OPEN
from annotations.answers import needs
from annotations.selectors import contributions_of
from dashboards.views.lines import lines
from subscriptions import selectors, services

MAX_NEW, MAX_NOTES, MAX_WAITING = 20, 5, 10


@require_safe
@needs("follow.manage")
def home(request: HttpRequest) -> HttpResponse:
    """What one follows, as it was raised since the last visit; one's notes; and what one may know the cause of."""
    user: Any = request.user
    now = timezone.now()
    since = services.note_visit(by=user, now=now)
    followed = selectors.alerts_for(user, now=now)
    new = [alert for alert in followed if since is None or alert.raised_at > since]
    unexplained = [alert for alert in followed if alert.status in OPEN]
    notes, _reports = contributions_of(user)
    context = {
        "since": since,
        "new": lines(new[:MAX_NEW]),
        "new_total": len(new),
        "unexplained": lines([alert for alert in unexplained if alert not in new[:MAX_NEW]][:MAX_WAITING]),
        "unexplained_total": len(unexplained),
        "notes": notes[:MAX_NOTES],
        "follows": selectors.follows_of(user).count(),
        "paused": [address for address in selectors.addresses_of(user) if address.state == address.State.PAUSED],
    }
    return render(request, "dashboards/home.html", context)
