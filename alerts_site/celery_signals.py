"""What happens around every task: the site's logging, the ids of request and task, and no unsafe start."""

from __future__ import annotations

import logging.config
import threading
import time
from typing import Any

from celery import current_app, signals
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.utils import timezone

from alerts_site import logs

logger = logging.getLogger(__name__)
REQUEST_ID_HEADER = "caa_request_id"
SIGN_OF_LIFE_SECONDS = 60
HEARTBEAT = "operations.tasks.heartbeat"


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
    from operations.health import QUEUES, broker_errors

    try:
        for queue in QUEUES:
            current_app.send_task(HEARTBEAT, kwargs={"queue": queue}, queue=queue)
    except broker_errors():
        logger.warning("Beat starts without its broker; it tries again each minute")


@signals.beat_init.connect
def ask_for_the_first_list_of_wikis(**kwargs: Any) -> None:
    """A new site does not wait for the hour at which the schedule asks: without the list, nothing can be fetched."""
    from edits.models import FetchRun
    from operations.health import broker_errors

    try:
        if not FetchRun.objects.filter(source=FetchRun.Source.SITEMATRIX).exists():
            current_app.send_task("edits.tasks.sync_projects", queue="wikimedia")
    except broker_errors() + (DatabaseError,):
        logger.warning("The first list of wikis is not asked for: database or broker do not answer; the schedule will")


@signals.worker_ready.connect
def show_signs_of_life(sender: Any = None, **kwargs: Any) -> None:
    """A thread beside the work, once a minute for each queue: a worker that is busy for long is alive all the same."""
    names = [f"worker:{queue}" for queue in sender.app.amqp.queues.consume_from]
    threading.Thread(target=_touch_for_ever, args=(names,), daemon=True, name="signs of life").start()


def _touch_for_ever(names: list[str]) -> None:
    from operations import services

    while True:
        try:
            for name in names:
                services.touch_heartbeat(name=name, now=timezone.now())
        except DatabaseError:
            logger.warning("This worker cannot leave a sign of life: the database does not answer")
        finally:
            connection.close()
        time.sleep(SIGN_OF_LIFE_SECONDS)


@signals.before_task_publish.connect
def send_request_id(headers: dict[str, Any] | None = None, **kwargs: Any) -> None:
    """A task carries the id of the request that asked for it, through any number of further tasks."""
    if headers is not None:
        headers.setdefault(REQUEST_ID_HEADER, logs.request_id.get())


@signals.before_task_publish.connect
def beat_is_alive(sender: str = "", **kwargs: Any) -> None:
    """Only beat sends heartbeats, so that sending one is beat's own; it arrives even when the broker is away."""
    if sender == HEARTBEAT:
        from operations import services

        try:
            services.touch_heartbeat(name="beat", now=timezone.now())
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
        from operations import services

        try:
            seconds = time.monotonic() - started
            services.note_task(task=task.name, seconds=seconds, failed=state == "FAILURE", now=timezone.now())
        except DatabaseError:
            logger.warning("The time of %s is not noted: the database does not answer", task.name)
    logs.task_id.set("-")
    logs.request_id.set("-")
