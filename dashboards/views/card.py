"""The card of an alert: what it says, what people know, and the forms for those who may write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.http import HttpRequest

from accounts.permissions import may
from alerts.explain import explain
from alerts.models import Alert
from annotations.models import Annotation
from causes.selectors import people_of, why
from dashboards import parameters
from dashboards.charts.state import ChartState
from dashboards.episodes import episode_of
from dashboards.filters import AlertFilter, categories
from dashboards.going_on import going_on
from dashboards.selectors import counts_of
from dashboards.sentences import episode_words
from edits.clock import current_day
from edits.metrics import METRICS

NOTES_ON_PAGE = 20
MAX_NOTES_PAGE = 10_000


def others_of_the_month(alert: Alert) -> dict[str, int]:
    """How many other alerts of the same month, metric and direction there are: in the family, and in all; one query."""
    same = Alert.objects.shown(alert.metric).filter(month=alert.month, direction=alert.direction)
    families = list(same.exclude(pk=alert.pk).standing().values_list("project__family", flat=True))
    return {"family": sum(family == alert.project.family for family in families), "all": len(families)}


def earlier_years(alert: Alert) -> list[Alert]:
    """Alerts of the same project in the same calendar month of earlier years, newest first."""
    same = Alert.objects.filter(project_id=alert.project_id, metric=alert.metric, direction=alert.direction)
    found = same.filter(month__month=alert.month.month, month__lt=alert.month).standing()
    return list(found.select_related("category").defer("evidence").order_by("-month"))


@dataclass(frozen=True, slots=True)
class NotesPage:
    """A page of what everybody may read about an alert, the headline first, then newest first."""

    notes: list[Annotation]
    number: int
    has_older: bool

    @classmethod
    def of(cls, alert: Alert, number: int) -> NotesPage:
        """One query: the first note of the page behind it tells that there is one."""
        found = alert.annotations.filter(status=Annotation.Status.PUBLISHED).select_related("author")
        first = (number - 1) * NOTES_ON_PAGE
        notes = list(
            found.order_by(F("headline").desc(nulls_last=True), "-created_at", "-pk")[first : first + NOTES_ON_PAGE + 1]
        )
        return cls(notes[:NOTES_ON_PAGE], number, len(notes) > NOTES_ON_PAGE)

    @property
    def newer(self) -> int:
        return self.number - 1

    @property
    def older(self) -> int | None:
        return self.number + 1 if self.has_older else None


def waiting_of(request: HttpRequest, alert: Alert) -> list[Annotation]:
    """The reader's own notes that wait for review, newest first: nobody else sees them."""
    if not request.user.is_authenticated:
        return []
    return list(alert.annotations.filter(author=request.user.pk, status=Annotation.Status.PENDING).order_by("-created_at"))


def lasted(alert: Alert) -> str:
    """Until when, and which month stood out most; empty where it was one month. One query where it was several."""
    if alert.episode_end is None:
        return ""
    counts = counts_of({alert.project_id}, metric=METRICS[alert.metric], first=alert.month, last=alert.episode_end)
    episode = episode_of(alert, dict(counts.get(alert.project_id, [])))
    return episode_words(alert, episode) if episode else ""


def card_context(request: HttpRequest, alert: Alert, *, next_url: str, close_url: str = "") -> dict[str, Any]:
    """What the card's template needs. `close_url`: the page without the card."""
    notes = NotesPage.of(alert, parameters.whole_number(request.GET, "notes", 1, lowest=1, highest=MAX_NOTES_PAGE))
    may_label, may_triage = may(request.user, "alert.label"), may(request.user, "alert.triage")
    return {
        "alert": alert,
        "explanation": explain(alert),
        "why": why(alert),
        "others": others_of_the_month(alert),
        "others_query": AlertFilter(
            month=alert.month, metric=alert.metric, direction=alert.direction, family=alert.project.family, sort="worst"
        ).query(),
        "elsewhere_query": AlertFilter(
            month=alert.month, metric=alert.metric, direction=alert.direction, sort="worst"
        ).query(),
        "lasted": lasted(alert),
        "earlier": earlier_years(alert),
        "notes": notes.notes,
        "notes_page": notes,
        "waiting": waiting_of(request, alert),
        "going_on": going_on(alert, today=current_day()),
        "categories": categories() if may_label else [],
        "may_label": may_label,
        "may_triage": may_triage,
        "people": people_of(alert) if may_triage else (),
        "may_contribute": may(request.user, "annotation.contribute"),
        "next_url": next_url,
        "close_url": close_url,
        "in_chart": alert.project.get_absolute_url() + ChartState.around(alert.metric, alert.month, alert.pk).query(),
    }
