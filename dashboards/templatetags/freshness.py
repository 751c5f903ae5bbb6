"""`{% freshness_banner %}`: says on each page when what it shows is not live, late or not complete."""

from __future__ import annotations

from typing import Any

from django import template
from django.core.cache import cache

from dashboards.selectors import reach
from edits.clock import current_day
from edits.fetching import selectors
from edits.metrics import METRICS
from edits.models import FetchRun

register = template.Library()
SECONDS = 60
KEY = "freshness-banner"


@register.inclusion_tag("dashboards/freshness_banner.html")
def freshness_banner() -> dict[str, Any]:
    """The lines of the banner; looked up once a minute for all pages together, and said in each reader's language."""
    facts: dict[str, Any] = cache.get_or_set(KEY, _facts, SECONDS) or {}
    return facts | {"source": FetchRun.Source(facts["source"]).label} if "source" in facts else facts


def _facts() -> dict[str, Any]:
    today = current_day()
    source = selectors.shown_source()
    if source is None:
        return {"empty": True}
    if source != FetchRun.Source.WIKIMEDIA:
        return {"source": source}
    edits = reach(METRICS["edits"], today)
    sync = selectors.failed_sync()
    return {
        "newest": edits.newest,
        "stale": edits.is_stale(today),
        "incomplete": edits.reported < edits.total,
        "reported": edits.reported,
        "total": edits.total,
        "old_list": sync.started_at if sync else None,
    }
