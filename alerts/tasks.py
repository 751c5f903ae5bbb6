"""Work that runs elsewhere; each task calls one service."""

from __future__ import annotations

from celery import shared_task

from alerts import services


@shared_task(name="alerts.tasks.detect")
def detect() -> list[str]:
    """The sweep: judge what is new or changed. Finds by itself what to do, so a lost or doubled message does no harm."""
    return [str(result) for result in services.detect_alerts()]
