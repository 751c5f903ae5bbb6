"""What happens around every task: the site's logging, the ids of request and task, and no unsafe start."""

from __future__ import annotations

import logging.config
import time
from typing import Any

from celery import current_app, signals
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.utils import timezone

from alerts_site import logs

logger = logging.getLogger(__name__)
REQUEST_ID_HEADER = "caa_request_id"
HEARTBEAT = "alerts_site.tasks.heartbeat"


@signals.setup_logging.connect
def use_the_sites_logging(**kwargs: Any) -> None:
    logging.config.dictConfig(settings.LOGGING)


@signals.worker_init.connect
@signals.beat_init.connect
def refuse_unsafe_start(**kwargs: Any) -> None:
    from alerts_site.checks import refuse_unsafe_start as refuse

    try:
        refuse()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from error  # Celery would log any other exception, and start all the same


@signals.beat_init.connect
def ask_for_signs_of_life(**kwargs: Any) -> None:
    """At once, not a minute after the start: until then everybody would read that nothing is at work."""
    from alerts_site.health import QUEUES, broker_errors

    try:
        for queue in QUEUES:
            current_app.send_task(HEARTBEAT, kwargs={"queue": queue}, queue=queue)
    except broker_errors():
        logger.warning("Beat starts without its broker; it tries again each minute")


@signals.before_task_publish.connect
def send_request_id(headers: dict[str, Any] | None = None, **kwargs: Any) -> None:
    """A task carries the id of the request that asked for it, through any number of further tasks."""
    if headers is not None:
        headers.setdefault(REQUEST_ID_HEADER, logs.request_id.get())


@signals.before_task_publish.connect
def beat_is_alive(sender: str = "", **kwargs: Any) -> None:
    """Only beat sends heartbeats, so that sending one is beat's own; it arrives even when the broker is away."""
    if sender == HEARTBEAT:
        from alerts_site import services

        try:
            services.beat(name="beat", now=timezone.now())
        except DatabaseError:
            logger.exception("Beat cannot leave a sign of life")


@signals.task_prerun.connect
def remember_ids(task_id: str = "-", task: Any = None, **kwargs: Any) -> None:
    logs.task_id.set(task_id)
    logs.request_id.set(getattr(task.request, REQUEST_ID_HEADER, None) or "-")
    task.request.caa_started = time.monotonic()


@signals.task_postrun.connect
def note_and_forget(task: Any = None, state: str | None = None, **kwargs: Any) -> None:
    started = getattr(task.request, "caa_started", None)
    if started is not None and task.name != HEARTBEAT and not task.request.is_eager:
        from alerts_site import services

        try:
            seconds = time.monotonic() - started
            services.note_task(task=task.name, seconds=seconds, failed=state == "FAILURE", now=timezone.now())
        except DatabaseError:
            logger.warning("The time of %s is not noted: the database does not answer", task.name)
    logs.task_id.set("-")
    logs.request_id.set("-")
