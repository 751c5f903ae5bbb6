"""What may explain an alert: events, groups of wikis, causes and hypotheses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Field, Query, Router

from api.paging import page_of
from api.parameters import FamilyName, ListParameters, Month, OneOf, Text, WikiName
from api.schemas import CauseItem, EventItem, EventWithAlerts, GroupItem, HypothesisItem, Page
from api.v1.operations import get
from causes.findings import Cause
from causes.hypotheses.registry import HYPOTHESES
from causes.quality import quality
from dashboards.views.events import EventFilter
from events import selectors
from events.kinds import Kind
from events.models import Event
from subscriptions.groups import groups_by_project
from subscriptions.models import Group

router = Router(tags=["what may explain it"])
KindName = Annotated[str, OneOf(lambda: Kind.values)]


class EventParameters(ListParameters):
    """Which events to list: the filters of the calendar."""

    q: Text = Field("", description="With this in their title.")
    month: Month | None = Field(None, description="With a day in this month.")
    kind: KindName | None = Field(None, description="Of this kind.")
    family: FamilyName | None = Field(None, description="That name this family.")
    project: WikiName | None = Field(None, description="That take place on this wiki, however it is called.")


@get(router, "/events", Page[EventItem])
def list_events(request: HttpRequest, query: Query[EventParameters]) -> Any:
    """The published calendar, the newest first."""
    own = EventParameters.model_fields.keys() - ListParameters.model_fields.keys()
    chosen = EventFilter(**{name: value for name in own if (value := getattr(query, name))})
    rows = chosen.apply(selectors.published().select_related("series"))
    return page_of(request, query, rows, ("-first_day", "pk"), EventItem, lambda found: event_items(request, found))


@get(router, "/events/{id}", EventWithAlerts, can_miss=True)
def one_event(request: HttpRequest, id: int) -> Any:  # noqa: A002 - its name in the address
    """One event, with what stood out during it."""
    found = selectors.published().filter(pk=id).select_related("series").first() if 0 <= id < 2**63 else None
    if found is None:
        raise Http404(f"There is no event {id}: /api/v1/events lists them all")
    overlaps, total = selectors.stood_out_during(found)
    alerts = [{"alert": each.alert.pk, "lowest": each.lowest, "highest": each.highest} for each in overlaps]
    return next(iter(event_items(request, [found]))) | {"alerts": alerts, "alerts_total": total}


def event_items(request: HttpRequest, events: Iterable[Event]) -> Iterable[dict[str, Any]]:
    """The items of `events`, whose series have been read; no query."""
    for event in events:
        same = {name: getattr(event, name) for name in EventItem.model_fields if hasattr(event, name)}
        yield same | {
            "link": event.url,
            "scope": event.scope.split(),
            "series": event.series.slug if event.series else None,
            "url": request.build_absolute_uri(event.get_absolute_url()),
        }


@get(router, "/groups", Page[GroupItem])
def list_groups(request: HttpRequest, query: Query[ListParameters]) -> Any:
    """Groups of wikis that everybody sees. `group=` in lists of wikis and alerts takes their short names."""
    rows = Group.objects.filter(published=True).prefetch_related("rules")
    return page_of(request, query, rows, ("slug",), GroupItem, lambda found: group_items(request, found))


def group_items(request: HttpRequest, groups: Iterable[Group]) -> Iterable[dict[str, Any]]:
    """The items of `groups`, whose rules have been read; two queries."""
    sizes = Counter(group for members in groups_by_project().values() for group in members)
    for group in groups:
        yield {
            "group": group.slug,
            "name": group.name,
            "source": group.source,
            "projects": sizes[group.pk],
            "rules": [{"kind": rule.kind, "value": rule.value} for rule in group.rules.all()],
            "page": request.build_absolute_uri(group.get_absolute_url()),
        }


@get(router, "/causes", list[CauseItem])
def list_causes(request: HttpRequest) -> Any:
    """Who or what can have made a change. `cause=` in the list of alerts takes these names."""
    return [
        {
            "cause": cause.value,
            "name": str(cause.label),
            "hypotheses": [name for name, each in HYPOTHESES.items() if each.cause == cause],
        }
        for cause in Cause
    ]


@get(router, "/quality", list[HypothesisItem])
def list_quality(request: HttpRequest) -> Any:
    """The hypotheses, with how often moderators agreed with what each suggested."""
    measured = {each.hypothesis: each for each in quality()}
    items = []
    for name, hypothesis in HYPOTHESES.items():
        found = measured.get(name)
        items.append(
            {
                "hypothesis": name,
                "name": str(hypothesis.label),
                "cause": hypothesis.cause,
                "category": hypothesis.category,
                "accepted": found.accepted if found else 0,
                "changed": found.changed if found else 0,
                "refused": found.refused if found else 0,
                "share": found.share if found else None,
            }
        )
    return items
