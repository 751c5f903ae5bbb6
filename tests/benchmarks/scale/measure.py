"""Time jobs, pages and admin lists on the database that the settings name."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from alerts.models import Alert
from alerts.services import detect_alerts
from edits.fetching.runs import open_sweep
from edits.metrics import METRICS
from edits.models import EditCount, FetchRun, FetchTarget, Project
from edits.records import CountsRecord
from edits.services import start_run, store_counts
from tests.benchmarks.scale.fill import NEXT_MONTH, TODAY

Timing = dict[str, Any]  # kind, name, seconds (first and warm for pages), queries
REPEATS = 3
CHUNK = 10  # projects whose counts a worker stores at a time


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


# --- Jobs --------------------------------------------------------------------------------------------------------------


def jobs() -> Iterator[Timing]:
    """The monthly round: judge everything once, find out what is due, store a new month, judge it, and look again."""
    if not Alert.objects.exists():
        yield _job("Detection, everything for the first time", lambda: detect_alerts(today=TODAY))
    _forget_new_month()
    yield _job("Detection, nothing new", lambda: detect_alerts(today=TODAY))
    FetchTarget.objects.update(due_at=timezone.now())
    yield _job("Refresh: find what is due and cut it into chunks", _sweep)
    for metric in METRICS:
        yield _job(f"Refresh: store a new month of {metric}", partial(_new_month, metric))
    yield _job("Detection, one new month of every project", lambda: detect_alerts(today=TODAY))
    one = Project.objects.order_by("pk")[5]
    EditCount.objects.filter(project=one, month=NEXT_MONTH).update(edit_count=10_000_000)
    yield _job("Detection, one revised month of one project", lambda: detect_alerts(today=TODAY))


def _forget_new_month() -> None:
    """As it was before an earlier measurement."""
    for metric in METRICS.values():
        metric.model.objects.filter(month=NEXT_MONTH)._raw_delete(DEFAULT_DB_ALIAS)
    detect_alerts(today=TODAY)


def _job(name: str, work: Callable[[], object]) -> Timing:
    return {"kind": "job", "name": name, "seconds": _timed(work)}


def _sweep() -> None:
    opened = open_sweep(now=timezone.now())
    assert opened is not None
    FetchRun.objects.filter(pk=opened[0].pk).delete()


def _new_month(metric: str) -> None:
    """As the workers do: ten projects in one transaction."""
    run = start_run(source=FetchRun.Source.WIKIMEDIA, planned=0)
    domains = list(Project.objects.order_by("pk").values_list("domain", flat=True))
    for start in range(0, len(domains), CHUNK):
        records = [
            CountsRecord(domain=domain, metric=metric, slice=slice_, counts={NEXT_MONTH: 500 + start % 500})
            for domain in domains[start : start + CHUNK]
            for slice_ in METRICS[metric].fetched
        ]
        store_counts(run=run, metric=metric, records=records)
    FetchRun.objects.filter(pk=run.pk).update(state=FetchRun.State.SUCCEEDED, finished_at=timezone.now())


# --- Pages -------------------------------------------------------------------------------------------------------------


def public_pages() -> dict[str, str]:
    """Name and address of each page, with the filters that people use."""
    project = Project.objects.order_by("pk")[40]
    second = Project.objects.order_by("pk")[41]
    alert = Alert.objects.order_by("pk").filter(metric="edits", status="explained")[100]
    explorer = reverse("explorer", args=[project.domain])
    return {
        "Overview": reverse("overview"),
        "Overview, an old month": reverse("overview") + "?month=2010-05",
        "Overview, one family, open": reverse("overview") + f"?family={project.family}&status=open",
        "Explorer": explorer,
        "Explorer, an alert chosen": reverse("explorer", args=[alert.project.domain]) + f"?alert={alert.pk}",
        "Explorer, counts.csv": explorer + "counts.csv",
        "Alerts": reverse("alerts"),
        "Alerts, rarest first": reverse("alerts") + "?sort=worst",
        "Alerts, largest first": reverse("alerts") + "?sort=largest",
        "Alerts, one language": reverse("alerts") + f"?language={project.language_code}",
        "Alerts, open extreme peaks": reverse("alerts") + "?status=open&severity=extreme&direction=peak",
        "Alerts, page 500": reverse("alerts") + "?page=500",
        "Alert": reverse("alert", args=[alert.pk]),
        "Card of an alert": reverse("alert-card", args=[alert.pk]),
        "Compare two": reverse("compare") + f"?p={project.domain}&p={second.domain}",
        "Month": reverse("month", args=["2025-11"]),
        "Projects": reverse("projects"),
        "Search": reverse("search") + "?q=language+aab",
        "Search, misspelt": reverse("search") + "?q=lamguage+aabx",
        "One language": reverse("language-projects", args=[project.language_code]),
        "Status": reverse("status"),
        "Methodology": reverse("methodology"),
    }


def whole_files() -> dict[str, str]:
    """Files that hold all that the filter lets through, so that they grow with it."""
    return {"alerts.csv, all": reverse("alerts-csv")}


def admin_pages() -> dict[str, str]:
    """Every list in the admin, and the list of alerts as moderators use it."""
    pages = {}
    for model in sorted(admin.site._registry, key=lambda model: model._meta.label):
        if model._meta.app_label in {"accounts", "edits", "alerts", "annotations"}:
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
            pages[f"Admin: {model._meta.verbose_name_plural}"] = reverse(name)
    alerts, counts = reverse("admin:alerts_alert_changelist"), reverse("admin:edits_editcount_changelist")
    alert = Alert.objects.filter(status="new").order_by("pk")[10]
    project = Project.objects.order_by("pk")[40]
    return {
        **pages,
        "Admin: alerts, new": alerts + "?status__exact=new",
        "Admin: alerts, new and extreme": alerts + "?status__exact=new&severity__exact=extreme",
        "Admin: alerts by score": alerts + "?o=-6",
        "Admin: alerts of a month": alerts + "?month__year=2020&month__month=5",
        "Admin: alerts, search": alerts + f"?q={project.language_code}",
        "Admin: edit counts of one project": counts + f"?q={project.domain}",
        "Admin: edit counts, bots": counts + "?editor_type__exact=name-bot",
        "Admin: edit counts, page 100": counts + "?p=100",
        "Admin: one alert": reverse("admin:alerts_alert_change", args=[alert.pk]),
    }


def pages() -> Iterator[Timing]:
    """Each page once with empty caches, then the median of some more."""
    reader, moderator = Client(headers={"host": "127.0.0.1"}), Client(headers={"host": "127.0.0.1"})
    moderator.force_login(User.objects.filter(is_superuser=True).first() or User.objects.create_superuser("root"))
    reader.get(reverse("methodology"))  # imports, templates
    moderator.get(reverse("admin:index"))
    for kind, client, addresses in (
        ("page", reader, public_pages()),
        ("file", reader, whole_files()),
        ("admin", moderator, admin_pages()),
    ):
        for name, address in addresses.items():
            yield _page(kind, name, address, client)


def _page(kind: str, name: str, address: str, client: Client) -> Timing:
    def get() -> None:
        response: Any = client.get(address)
        b"".join(response)
        assert response.status_code == 200, f"{address}: {response.status_code}"

    cache.clear()
    first = _timed(get)
    with _listening() as queries:
        get()
    warm = statistics.median(_timed(get) for _ in range(REPEATS))
    slowest = sorted(queries, reverse=True)[:3]
    return {"kind": kind, "name": name, "first": first, "seconds": warm, "queries": len(queries), "slowest": slowest}


@contextmanager
def _listening() -> Iterator[list[tuple[float, str]]]:
    """(seconds, statement) of each query inside the block."""
    heard: list[tuple[float, str]] = []

    def listen(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            heard.append((time.perf_counter() - started, sql))

    with connection.execute_wrapper(listen):
        yield heard
