"""The card of an alert: what it says, what people know, and the forms for those who may write."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.permissions import may
from alerts.explain import explain
from alerts.models import Alert, Status
from annotations.models import Annotation
from dashboards.charts.state import ChartState
from dashboards.episodes import episode_of
from dashboards.filters import categories
from dashboards.selectors import counts_of
from dashboards.sentences import episode_words
from edits.metrics import METRICS


def others_of_the_month(alert: Alert) -> dict[str, int]:
    """How many other alerts of the same month, metric and direction there are: in the family, and in all; one query."""
    same = Alert.objects.filter(month=alert.month, metric=alert.metric, direction=alert.direction)
    families = list(same.exclude(pk=alert.pk).exclude(status=Status.WITHDRAWN).values_list("project__family", flat=True))
    return {"family": sum(family == alert.project.family for family in families), "all": len(families)}


def earlier_years(alert: Alert) -> list[Alert]:
    """Alerts of the same project in the same calendar month of earlier years, newest first."""
    same = Alert.objects.filter(project_id=alert.project_id, metric=alert.metric, direction=alert.direction)
    found = same.filter(month__month=alert.month.month, month__lt=alert.month).exclude(status=Status.WITHDRAWN)
    return list(found.select_related("category").defer("evidence").order_by("-month"))


def published(alert: Alert) -> list[Annotation]:
    """What everybody may read, the headline first."""
    found = alert.annotations.filter(status=Annotation.Status.PUBLISHED).select_related("author")
    return sorted(found, key=lambda note: (not note.headline, -note.created_at.timestamp()))


def lasted(alert: Alert) -> str:
    """Until when, and which month stood out most; empty where it was one month. One query where it was several."""
    if alert.episode_end is None:
        return ""
    counts = counts_of({alert.project_id}, metric=METRICS[alert.metric], first=alert.month, last=alert.episode_end)
    episode = episode_of(alert, dict(counts.get(alert.project_id, [])))
    return episode_words(alert, episode) if episode else ""


def card_context(request: HttpRequest, alert: Alert, *, next_url: str, close_url: str = "") -> dict[str, Any]:
    """What the card's template needs. `close_url`: the page without the card."""
    may_label = may(request.user, "alert.label")
    return {
        "alert": alert,
        "explanation": explain(alert),
        "others": others_of_the_month(alert),
        "lasted": lasted(alert),
        "earlier": earlier_years(alert),
        "notes": published(alert),
        "categories": categories() if may_label else [],
        "may_label": may_label,
        "may_contribute": may(request.user, "annotation.contribute"),
        "next_url": next_url,
        "close_url": close_url,
        "in_chart": alert.project.get_absolute_url() + ChartState.around(alert.metric, alert.month, alert.pk).query(),
    }
