"""New counts ask for a sweep. Only a hint to be quick: the sweep that beat starts finds whatever a lost message left."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.dispatch import receiver

from alerts.tasks import detect
from edits.signals import counts_changed

QUEUED = "alerts:sweep-queued"
DELAY = 30  # seconds, so that a fetch of many chunks is judged a few times, not once for each


@receiver(counts_changed)
def ask_for_a_sweep(**_details: Any) -> None:
    """Ask once the counts are committed; a broker that does not answer must not undo the storing."""
    transaction.on_commit(_enqueue, robust=True)


def _enqueue() -> None:
    if cache.add(QUEUED, True, timeout=DELAY):
        detect.apply_async(countdown=DELAY)
