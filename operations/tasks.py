"""Work of the site for itself: signs of life, and tidying up."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from operations import services


@shared_task(name="operations.tasks.heartbeat")
def heartbeat(queue: str) -> None:
    """Whoever runs this serves `queue`."""
    services.touch_heartbeat(name=f"worker:{queue}", now=timezone.now())


@shared_task(name="operations.tasks.tidy")
def tidy() -> None:
    """Once a day."""
    services.tidy(now=timezone.now())
