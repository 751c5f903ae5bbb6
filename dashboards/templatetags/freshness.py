"""`{% freshness_banner %}`: says on each page when what it shows is not live, late or not complete."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django import template
from django.core.cache import cache

from dashboards.selectors import freshness
from edits.clock import current_day
from edits.fetching import selectors
from edits.metrics import METRICS
from edits.models import FetchRun, FetchTarget

register = template.Library()
SECONDS = 60
KEY = "freshness-banner"


@register.inclusion_tag("dashboards/freshness_banner.html")
def freshness_banner() -> dict[str, Any]:
    """The lines of the banner; looked up once a minute for all pages together, and said in each reader's language."""
    facts: dict[str, Any] = cache.get_or_set(KEY, _facts, SECONDS) or {}
    if "source" not in facts:
        return facts
    return facts | {"source": dict(FetchRun.Source.choices).get(facts["source"], facts["source"])}


def _facts() -> dict[str, Any]:
    today = current_day()
    source = selectors.shown_source()
    if source is None:
        return {"empty": True}
    if source != FetchRun.Source.WIKIMEDIA:
        return {"source": source, "outage": _outage()}
    sync = selectors.failed_sync()
    return {
        "outage": _outage(),
        "metrics": list(_wanting(today)),
        "old_list": sync.started_at if sync else None,
    }


def _outage() -> dict[str, Any] | None:
    """Since when, and why, everything has failed that Wikimedia was asked for."""
    run = selectors.outage()
    return {"since": run.started_at, "why": run.note} if run else None


def _wanting(today: dt.date) -> Iterator[dict[str, Any]]:
    """What the banner says of each metric that is late or not complete, and is stored or was asked for in vain."""
    asked = set(FetchTarget.objects.exclude(answered_at=None).values_list("metric", flat=True).distinct())
    for metric in METRICS.values():
        found = freshness(metric, today)
        known = found.newest is not None or metric.name in asked
        if known and (found.is_stale(today) or found.reported < found.total):
            yield {
                "label": metric.label,
                "newest": found.newest,
                "stale": found.is_stale(today),
                "reported": found.reported,
                "total": found.total,
            }
