"""Work that runs elsewhere; each task calls one service."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from api.dump.building import build_dump

HOUR = 3600


@shared_task(name="api.tasks.dump", time_limit=HOUR, soft_time_limit=HOUR - 60)
def dump() -> str:
    """Write everything to files that others fetch. Running it twice, late or never loses nothing."""
    return build_dump(folder=settings.DUMP_DIR, now=timezone.now()).name
