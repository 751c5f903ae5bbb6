"""Is the site alive, and is all of it at work? Each check answers with a reason that an operator can act on."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from tempfile import TemporaryFile
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError as BrokerError

from edits.clock import current_day
from edits.metrics import METRICS, Metric
from edits.models import FetchOutcome
from edits.selectors import newest_month, stored_counts
from operations.models import Heartbeat

logger = logging.getLogger(__name__)
QUEUES = ("default", "wikimedia")
# Who leaves heartbeats, and what people call them.
PARTS = {
    "beat": _("the schedule"),
    "worker:default": _("the worker that looks for peaks"),
    "worker:wikimedia": _("the worker that fetches"),
}
SILENCE = dt.timedelta(minutes=5)  # a heartbeat comes once a minute
BROKER_TIMEOUT = 2  # seconds
DISK_SAMPLE = 64 << 10  # bytes
# Wikimedia publishes a month in the first days of the next one: after 45 days from its first day, two are due.
MAX_NEWEST_MONTH_AGE = 31 + 45


@dataclass(frozen=True, slots=True)
class Result:
    """One check: whether it is well, and what was seen."""

    ok: bool
    detail: str


Check = Callable[[dt.datetime], Result]


def broker_errors() -> tuple[type[BaseException], ...]:
    """What asking the broker may raise when it is away."""
    broker = current_app.connection_for_read()
    return (OSError, BrokerError, *broker.connection_errors, *broker.channel_errors)


def check_database(now: dt.datetime) -> Result:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Result(True, "answers")


@contextmanager
def reached_broker() -> Iterator[Any]:
    """A connection to the broker; one of `broker_errors` within a few seconds when it is away."""
    with current_app.connection_for_read() as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_TIMEOUT)
        yield broker


def check_broker(now: dt.datetime) -> Result:
    with reached_broker():
        return Result(True, "answers")


def check_heartbeat(name: str) -> Check:
    """The check of one part of the site that writes heartbeats."""

    def check(now: dt.datetime) -> Result:
        last = Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()
        if last is None:
            return Result(False, "has never been seen")
        age = round((now - last).total_seconds())
        return Result(now - last <= SILENCE, f"seen {max(age, 0)} s ago")

    return check


def silent_parts(now: dt.datetime) -> list[tuple[Any, dt.datetime | None]]:
    """(what people call it, last sign of life) of each part of the site that is not at work; one query."""
    seen = dict(Heartbeat.objects.values_list("name", "at"))
    return [(label, seen.get(name)) for name, label in PARTS.items() if name not in seen or now - seen[name] > SILENCE]


def check_newest_month(metric: Metric) -> Check:
    """The check that the counts of one metric are not old. A metric of which recorded data knows nothing is well."""

    def check(now: dt.datetime) -> Result:
        newest = newest_month(metric=metric)
        if newest is not None:
            age = (current_day() - newest).days
            return Result(age <= MAX_NEWEST_MONTH_AGE, f"newest month {newest:%Y-%m}, {age} days since it began")
        if FetchOutcome.objects.filter(metric=metric.name).exists():
            return Result(False, "Wikimedia was asked, and no counts are stored")
        return Result(stored_counts() > 0, "no counts are stored, and Wikimedia was not asked yet")

    return check


def check_disk(now: dt.datetime) -> Result:
    """Pages do without it; the numbers of web processes, and backups that are written there, do not."""
    try:
        with TemporaryFile(dir=settings.VAR_DIR, buffering=0) as file:
            file.write(bytes(DISK_SAMPLE))
    except OSError as error:
        return Result(False, f"VAR_DIR cannot be written: {error.strerror}")
    return Result(True, "can be written")


# What must be well for the site to be ready.
CHECKS: dict[str, Check] = {
    "database": check_database,
    "broker": check_broker,
    "beat": check_heartbeat("beat"),
    **{f"worker {queue}": check_heartbeat(f"worker:{queue}") for queue in QUEUES},
}


def observations() -> dict[str, Check]:
    """What is told, for monitoring, and takes no machine out of service: each would show the same."""
    months = {f"newest month of {name}": check_newest_month(metric) for name, metric in METRICS.items()}
    return {"disk": check_disk} | months


def all_checks() -> dict[str, Check]:
    """Each check by its name: of the parts of the site, of its disk, and of the newest month of each metric."""
    return CHECKS | observations()


def run_checks(now: dt.datetime) -> dict[str, Result]:
    """All checks. One that raises has failed; why is in the log, not in the answer."""
    results = {}
    failures: tuple[type[BaseException], ...] = (DatabaseError, *broker_errors())
    for name, check in all_checks().items():
        try:
            results[name] = check(now)
        except failures as error:
            logger.warning("Health check %s failed: %s", name, error)
            results[name] = Result(False, "does not answer")
    return results


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers. Nothing else is asked, so that an outage elsewhere does not get it killed."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether every part of the site is at work: 200, or 503 with the reasons. Old counts and a full disk leave it at 200."""
    results = run_checks(timezone.now())
    ready = all(result.ok for name, result in results.items() if name in CHECKS)
    body: dict[str, Any] = {
        "status": "ready" if ready else "degraded",
        "checks": {name: asdict(result) for name, result in results.items()},
    }
    if settings.PRETEND_TODAY:
        body["pretended_today"] = settings.PRETEND_TODAY.isoformat()
    return JsonResponse(body, status=200 if ready else 503)
