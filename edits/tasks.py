"""Celery's side of fetching: each task is a call of one service."""

from __future__ import annotations

from contextlib import suppress

from celery import shared_task
from celery.signals import worker_ready
from django.db import DatabaseError
from django.utils import timezone

from edits.clock import current_day
from edits.fetching import services
from edits.fetching.work import fetch_chunk as work_on
from edits.models import Project
from edits.wikimedia.errors import WikimediaError
from edits.wikimedia.factory import shared_session


@shared_task(name="edits.tasks.sweep_missing")
def sweep_missing() -> None:
    """Ask "which months that should exist are missing or due for revision?" and dispatch those."""
    now = timezone.now()
    services.sweep(now=now, dispatch=fetch_chunk.delay)
    if services.asks_for_the_list_again(now=now):
        sync_projects.apply_async(expires=60)


@shared_task(name="edits.tasks.fetch_chunk")
def fetch_chunk(run_id: int, target_ids: list[int]) -> None:
    """Ask Wikimedia about some targets of a run and store what it says."""
    work_on(run_id=run_id, target_ids=target_ids, session=shared_session(), today=current_day())


@shared_task(name="edits.tasks.sync_projects")
def sync_projects() -> None:
    """Take over Wikimedia's list of wikis; a failure is on record, and the schedule tries again."""
    with suppress(WikimediaError):
        services.sync_project_list(session=shared_session(), now=timezone.now())


@worker_ready.connect(dispatch_uid="edits.first-list-of-wikis")
def ask_for_the_first_list(**_details: object) -> None:
    """A site that knows no wiki asks for the list as soon as a worker is there: the schedule may take six hours."""
    with suppress(DatabaseError):  # not migrated yet, or away: the schedule asks
        if not Project.objects.exists():
            sync_projects.delay()
