"""Work that runs elsewhere; each task calls one service. Doubled, late or lost, it does no harm."""

from __future__ import annotations

import datetime as dt

from celery import shared_task
from django.utils import timezone

from alerts import services as alerts
from subscriptions import outbox, sending

SENDING_TIME = dt.timedelta(seconds=200)  # below the time limit of a task; the next one carries on


@shared_task(name="subscriptions.tasks.plan")
def plan() -> int:
    """Plan the messages that are due. New counts are judged first, or a digest would leave out what they show."""
    alerts.detect_alerts()
    return outbox.plan_messages(now=timezone.now())


@shared_task(name="subscriptions.tasks.send")
def send() -> dict[str, int]:
    """Send what is planned."""
    return dict(sending.send_due(until=timezone.now() + SENDING_TIME))
