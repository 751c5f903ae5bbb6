"""Numbers for Prometheus. Times of pages come from each web process; all else is read from database and broker when asked."""

from __future__ import annotations

import datetime as dt
import hmac
import logging
import os
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from alerts.models import Alert
from edits.metrics import METRICS
from edits.models import FetchOutcome
from edits.selectors import newest_month
from operations.health import QUEUES, broker_errors, reached_broker, run_checks
from operations.models import Heartbeat, TaskTiming
from operations.web_metrics import VARIABLE

logger = logging.getLogger(__name__)
READ_ATTEMPTS = 3
RECENT = dt.timedelta(days=1)


class SiteCollector(Collector):
    """What is true of the whole site, whichever process is asked."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        yield self._health()
        yield self._queues()
        try:
            stored = [self._outcomes(), *self._tasks(), *self._freshness(), self._alerts()]
        except DatabaseError:
            logger.warning("The database does not answer: /metrics says what it can without it")
            return
        yield from stored

    def _health(self) -> Metric:
        family = GaugeMetricFamily("caa_health", "1 where a check of /readyz is well, else 0", labels=["check"])
        for name, result in run_checks(self.now).items():
            family.add_metric([name], float(result.ok))
        return family

    def _queues(self) -> Metric:
        family = GaugeMetricFamily("caa_queue_length", "Tasks that wait for a worker", labels=["queue"])
        try:
            with reached_broker() as broker:
                for queue in QUEUES:
                    family.add_metric([queue], broker.default_channel._size(queue))
        except broker_errors():
            logger.warning("The broker does not tell how many tasks wait")
        return family

    def _outcomes(self) -> Metric:
        family = GaugeMetricFamily(
            "caa_fetch_outcomes_1d", "Fetches of one metric of one project in the last 24 hours", labels=["metric", "state"]
        )
        recent = FetchOutcome.objects.filter(updated_at__gte=self.now - RECENT).order_by()
        for metric, state, count in recent.values_list("metric", "state").annotate(Count("pk")):
            family.add_metric([metric, state], count)
        return family

    def _tasks(self) -> Iterator[Metric]:
        runs = CounterMetricFamily("caa_task_runs", "Runs of a task on all workers", labels=["task"])
        failures = CounterMetricFamily("caa_task_failures", "Runs that raised", labels=["task"])
        seconds = CounterMetricFamily("caa_task_seconds", "Seconds that the runs took", labels=["task"])
        last = GaugeMetricFamily("caa_task_last_seconds", "Seconds that the last run took", labels=["task"])
        for timing in TaskTiming.objects.all():
            runs.add_metric([timing.task], timing.runs)
            failures.add_metric([timing.task], timing.failures)
            seconds.add_metric([timing.task], timing.seconds)
            last.add_metric([timing.task], timing.last_seconds)
        yield from (runs, failures, seconds, last)

    def _freshness(self) -> Iterator[Metric]:
        months = GaugeMetricFamily("caa_newest_month_timestamp", "First day of the newest stored month", labels=["metric"])
        for metric in METRICS.values():
            month = newest_month(metric=metric)
            if month:
                months.add_metric([metric.name], dt.datetime(month.year, month.month, 1, tzinfo=dt.UTC).timestamp())
        yield months
        beats = GaugeMetricFamily("caa_heartbeat_age_seconds", "Since the last sign of life", labels=["part"])
        for heartbeat in Heartbeat.objects.all():
            beats.add_metric([heartbeat.name], (self.now - heartbeat.at).total_seconds())
        yield beats

    def _alerts(self) -> Metric:
        family = GaugeMetricFamily("caa_alerts", "Alerts by status", labels=["status"])
        for status, count in Alert.objects.shown().order_by().values_list("status").annotate(Count("pk")):
            family.add_metric([status], count)
        return family


def _may_read(request: HttpRequest) -> bool:
    if not settings.METRICS_TOKEN:
        return not settings.PRODUCTION
    shown = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
    # As bytes: of texts, it compares those of ASCII alone.
    return hmac.compare_digest(shown, f"Bearer {settings.METRICS_TOKEN}".encode())


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus, which shows METRICS_TOKEN as its bearer token; to anybody else the page does not exist."""
    if not _may_read(request):
        raise Http404
    site = CollectorRegistry(auto_describe=False)
    site.register(SiteCollector(timezone.now()))
    return HttpResponse(_pages() + generate_latest(site), content_type=CONTENT_TYPE_LATEST)


def _pages() -> bytes:
    """The numbers of all web processes of this gunicorn; of this one alone, where it has no disk to share them on."""
    folder = os.environ.get(VARIABLE, "")
    for _attempt in range(READ_ATTEMPTS if os.path.isdir(folder) else 0):
        try:
            return generate_latest(MultiProcessCollector(None, folder))  # type: ignore[no-untyped-call]  # prometheus_client leaves it untyped
        except FileNotFoundError:  # of a process that ended just now: its numbers are with those of earlier ones
            continue
    return generate_latest(REGISTRY)
