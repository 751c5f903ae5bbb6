"""The calendar of events: the list with its filter, the page of one event, and both to subscribe to."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.permissions import may
from alerts.models import Expectation
from dashboards import parameters
from dashboards.going_on import Line
from dashboards.views.pages import document, page
from database.paging import KeysFirstPaginator
from edits.clock import current_day
from edits.families import FAMILIES
from edits.figures import change, counted
from edits.figures import month as month_words
from edits.models import Project
from events import selectors
from events.calendar_file import calendar_file
from events.importers.registry import label_of
from events.kinds import Kind
from events.models import Event, Status

PAGE_SIZE, LAST_PAGE = 50, 10_000
MAX_IN_FILE = 200  # the newest: calendars ask again each day
FILE_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events to show, as it stands in the address. Empty text means "any"."""

    q: str = ""
    month: dt.date | None = None
    kind: str = ""
    family: str = ""
    project: str = ""
    page: int = 1

    @classmethod
    def read(cls, query: QueryDict) -> EventFilter:
        """The filter in a query string; BadParameter says which value means nothing."""
        return cls(
            q=parameters.text(query, "q"),
            month=parameters.month(query, "month"),
            kind=parameters.choice(query, "kind", Kind.values),
            family=parameters.choice(query, "family", FAMILIES),
            project=project.domain if (project := parameters.project(query, "project")) else "",
            page=parameters.whole_number(query, "page", 1, lowest=1, highest=LAST_PAGE),
        )

    def apply(self, events: QuerySet[Event]) -> QuerySet[Event]:
        """`events` narrowed, the newest first."""
        if self.month:
            events = events.filter(selectors.touching(self.month))
        if self.kind:
            events = events.filter(kind=self.kind)
        if self.q:
            events = events.filter(title__icontains=self.q)
        if self.family:
            events = events.filter(selectors.term_filter(f"family:{self.family}"))
        if self.project:
            events = events.filter(selectors.on_project(Project.objects.get(domain=self.project)))
        return events.order_by("-first_day", "pk")

    def query(self, **changes: Any) -> str:
        """As a query string with `changes`, defaults left out."""
        changed, pairs = replace(self, **changes), []
        for field in fields(self):
            value = getattr(changed, field.name)
            if value != field.default:
                pairs.append((field.name, f"{value:%Y-%m}" if isinstance(value, dt.date) else str(value)))
        return f"?{urlencode(pairs)}" if pairs else ""

    @property
    def narrowed(self) -> bool:
        return bool(self.query(page=1))


@page
def events(request: HttpRequest) -> HttpResponse:
    """The calendar, some events a page."""
    chosen = EventFilter.read(request.GET)
    shown = KeysFirstPaginator(chosen.apply(selectors.published()), PAGE_SIZE).get_page(chosen.page)
    context = {
        "filter": chosen,
        "page": shown,
        "lines": [Line.of(event) for event in shown.object_list],
        "before": chosen.query(page=shown.number - 1) if shown.has_previous() else None,
        "after": chosen.query(page=shown.number + 1) if shown.has_next() else None,
        "export": chosen.query(page=1),
        "reset": reverse("events"),
        "kinds": Kind.choices,
        "families": FAMILIES.items(),
        "may_propose": may(request.user, "event.propose"),
    }
    return render(request, "dashboards/events.html", context)


@page
def event(request: HttpRequest, pk: int) -> HttpResponse:
    """One event, what stood out during it, and by how much."""
    found = get_object_or_404(Event.objects.select_related("series"), pk=pk)
    may_edit = may(request.user, "event.edit")
    if found.status not in {Status.PUBLISHED, Status.WITHDRAWN} and not may_edit:
        raise Http404
    overlaps, total = selectors.stood_out_during(found)
    editions = selectors.published().filter(series=found.series_id).exclude(pk=pk) if found.series_id else Event.objects.none()
    context = {
        "event": found,
        "line": Line.of(found),
        "overlaps": overlaps,
        "total": total,
        "headline": headline(found, overlaps),
        "editions": [Line.of(edition) for edition in editions.order_by("-first_day", "pk")],
        "sources": [
            {"label": label_of(source.importer), "url": source.url, "seen_at": source.seen_at, "gone_at": source.gone_at}
            for source in found.sources.order_by("-leads", "importer")
        ],
        "may_edit": may_edit,
        "expected": Expectation.objects.active(current_day()).filter(link=found.get_absolute_url()).select_related("project"),
    }
    return render(request, "dashboards/event.html", context)


def headline(event: Event, overlaps: list[selectors.Overlap]) -> str:
    """`Wiki Loves Monuments 2012: +97% on Wikimedia Commons (+75% to +125%): …`, for the month that stood out most."""
    if not overlaps or overlaps[0].alert.percentage_difference is None:
        return ""
    first, alert = overlaps[0], overlaps[0].alert
    words = {
        "title": event.title,
        "change": change(alert.percentage_difference),
        "lowest": change(first.lowest),
        "highest": change(first.highest),
        "wiki": alert.project.name,
        "month": month_words(alert.figures_month),
        "count": counted(alert.count, alert.metric),
    }
    return _("%(title)s: %(change)s on %(wiki)s (%(lowest)s to %(highest)s): %(count)s in %(month)s") % words


def _file(request: HttpRequest, found: list[Event], name: str) -> HttpResponse:
    # Writing two hundred entries takes a tenth of a second, and calendars ask each day for what has hardly changed.
    said = (request.build_absolute_uri("/"), get_language(), name, [(event.pk, event.updated_at) for event in found])
    content = cache.get_or_set(
        f"events-ical:{hashlib.sha256(repr(said).encode()).hexdigest()}",
        lambda: calendar_file(
            found, name=name, host=request.get_host(), address_of=lambda e: request.build_absolute_uri(e.get_absolute_url())
        ),
        FILE_SECONDS,
    )
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="events.ics"'
    return response


@document("q", "month", "kind", "family", "project")
def events_ical(request: HttpRequest) -> HttpResponse:
    """The filtered set as iCalendar: what is to come and the newest of what was."""
    chosen = EventFilter.read(request.GET)
    asked = (chosen.q, f"{chosen.month:%Y-%m}" if chosen.month else "", chosen.kind, chosen.family, chosen.project)
    words = " · ".join(word for word in asked if word)
    name = _("Events: %(what)s") % {"what": words} if words else _("Events on Wikimedia wikis")
    return _file(request, list(chosen.apply(selectors.published())[:MAX_IN_FILE]), name)


@document()
def event_ical(request: HttpRequest, pk: int) -> HttpResponse:
    """One event as iCalendar; one that was taken back is cancelled."""
    known = Event.objects.filter(status__in=[Status.PUBLISHED, Status.WITHDRAWN])
    found = get_object_or_404(known, pk=pk, first_day__isnull=False)
    return _file(request, [found], found.title)
