"""After a sweep of the alerts, what is new or revised is explained. Only a hint to be quick: the schedule finds the rest."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.dispatch import receiver

from causes.tasks import explain
from edits.signals import counts_changed

QUEUED = "causes:explain-queued"
DELAY = 60  # seconds: after the sweep of the alerts, which the same signal asks for


@receiver(counts_changed)
def ask_for_explanations(**_details: Any) -> None:
    """Ask once the counts are committed; a broker that does not answer must not undo the storing."""
    transaction.on_commit(_enqueue, robust=True)


def _enqueue() -> None:
    if cache.add(QUEUED, True, timeout=DELAY):
        explain.apply_async(countdown=DELAY)
