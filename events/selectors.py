"""Reads of events: what went on where and when, and what of it fits an alert."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F, Q, QuerySet

from alerts.models import Alert, Direction
from alerts.models import Status as AlertStatus
from edits import selectors as edits
from edits.metrics import METRICS
from edits.models import Project
from edits.months import add_months, days_in, month_of, month_range
from events.kinds import BREAKS, KINDS, moves
from events.matching import SMALL, Fit, Occasion, Question, rank
from events.models import MAX_DAYS, Event, EventPlace, Status
from events.scope import holds, specificity, terms_of

MAX_AFTERMATH = max(info.aftermath for info in KINDS.values())
MAX_CANDIDATES = 2_000  # of one project and span; beyond them the largest count


def published() -> QuerySet[Event]:
    """The calendar as everybody sees it."""
    return Event.objects.filter(status=Status.PUBLISHED)


def overlapping(
    project: Project,
    first: dt.date,
    last: dt.date,
    *,
    before: int = 0,
    active_editors: float | None = None,
    limit: int = MAX_CANDIDATES,
) -> list[Event]:
    """The published events that take place on `project` on a day from `first` to `last`, both included; two queries.

    Each is an `Event` with its days (`first_day`, `last_day`, both included), in the order of time. `before`: also those that
    ended up to so many days earlier. `active_editors`, how many the project usually has, leaves out those in which too few
    take part to be proposed. Beyond `limit` the largest count. Definitions that are true at all times are not among them
    (`standing`). Which of them fit something that stood out is for `proposals` to say.
    """
    rows = _keys(project, first - dt.timedelta(days=before), last, limit)
    return _of_keys(project, _large_enough(rows, active_editors))


Key = tuple[int, int | None]  # an event, and how many take part where that is known


def _keys(project: Project, first: dt.date, last: dt.date, limit: int) -> list[Key]:
    """The keys first: thousands of rows are sorted by one number each, and only the chosen ones are read."""
    found = _taking_place(project, first, last).order_by(F("participants").desc(nulls_first=True), "pk")
    return list(found.values_list("pk", "participants")[:limit])


def _large_enough(rows: Iterable[Key], active_editors: float | None) -> list[Key]:
    """Without those in which too few take part to be proposed where so many are active."""
    least = (active_editors or 0) * SMALL
    return [row for row in rows if row[1] is None or row[1] >= least]


def _of_keys(project: Project, rows: Iterable[Key]) -> list[Event]:
    return _here(project, published().filter(pk__in=[key for key, _participants in rows]).order_by())


def _taking_place(project: Project, first: dt.date, last: dt.date) -> QuerySet[Event]:
    """The events of any status with a day in the span that name a term which holds for `project`."""
    places = EventPlace.objects.filter(term__in=terms_of(project), first_day__lte=last, last_day__gte=first)
    return Event.objects.filter(pk__in=places.values("event"))


def _here(project: Project, events: Iterable[Event]) -> list[Event]:
    """Without those that leave the project out again; in the order of time."""
    terms = terms_of(project)
    found = [event for event in events if holds(event.scope.split(), terms)]
    return sorted(found, key=lambda event: (event.first_day, event.last_day, event.pk))


def standing() -> list[Event]:
    """Definitions that are true at all times."""
    return list(published().filter(first_day=None).order_by("title", "pk"))


def breaks_of(project: Project, first: dt.date, last: dt.date) -> list[Event]:
    """Changes of software, policy and definition on `project` in the span; in the order of time."""
    return _here(project, _taking_place(project, first, last).filter(kind__in=BREAKS, status=Status.PUBLISHED).order_by())


@dataclass(frozen=True, slots=True)
class Proposal:
    """An event that goes on at the same time as what stood out, and how well it fits."""

    event: Event
    fit: Fit


def month_end(month: dt.date) -> dt.date:
    return month.replace(day=days_in(month))


def question_of(
    alert: Alert, *, daily_excess: Mapping[dt.date, float] | None = None, active_editors: float | None = None
) -> Question:
    """What an alert asks of the calendar: its month, or all months of its episode."""
    last = max(alert.episode_end or alert.month, alert.month)
    return Question(
        metric=alert.metric,
        first_day=alert.month,
        last_day=month_end(last),
        rises=alert.direction == Direction.PEAK,
        daily_excess=daily_excess or {},
        active_editors=active_editors,
    )


def proposals(
    alert: Alert, *, daily_excess: Mapping[dt.date, float] | None = None, active_editors: float | None = None
) -> list[Proposal]:
    """The events that fit `alert`, best first; those too weak to be proposed are among them (`fit.is_proposed`), those with
    too few participants are not.

    `daily_excess`: edits above expectation by day, where days are known. `active_editors`: how many the wiki usually has; the
    newest stored count before the alert where it is not given. At most six queries, whatever the calendar holds.
    """
    project, question = alert.project, question_of(alert, daily_excess=daily_excess, active_editors=active_editors)
    rows = _keys(project, question.first_day - dt.timedelta(days=MAX_AFTERMATH), question.last_day, MAX_CANDIDATES)
    if active_editors is None and any(participants is not None for _key, participants in rows):
        question = replace(question, active_editors=usual_active_editors(project, alert.month))
    return match(project, question, _of_keys(project, _large_enough(rows, question.active_editors)))


def match(project: Project, question: Question, events: Sequence[Event], past: Past | None = None) -> list[Proposal]:
    """`events` as they fit `question` on `project`, best first. `past`: what is known of earlier editions, if it is."""
    terms = terms_of(project)
    known = past or past_of(project, question.metric, events)
    by_key = {event.pk: event for event in events}
    occasions = [occasion_of(event, terms, known.editions_before(event, question)) for event in events]
    return [Proposal(by_key[fit.key], fit) for fit in rank(question, occasions)]


def occasion_of(event: Event, terms: Collection[str], editions: tuple[bool, ...] = ()) -> Occasion:
    """An event as matching takes it, on the project for which `terms` hold. ValueError for one without days."""
    if event.first_day is None or event.last_day is None:
        raise ValueError(f"{event} has no days to match")
    return Occasion(
        key=event.pk,
        kind=event.kind,
        first_day=event.first_day,
        last_day=event.last_day,
        specificity=specificity(event.scope.split(), terms),
        touches=tuple(event.touches),
        no_effect=event.no_effect,
        recorded=event.grade == "recorded",
        participants=event.participants,
        editions=editions,
    )


def usual_active_editors(project: Project, month: dt.date) -> float | None:
    """The newest count of active editors before `month`, not older than a year."""
    stored = edits.series(project=project, metric=METRICS["active_editors"])
    before = [
        count for when, count in zip(stored.months, stored.counts, strict=True) if add_months(month, -12) <= when < month
    ]
    return float(before[-1]) if before else None


@dataclass(frozen=True, slots=True)
class Past:
    """What earlier editions did on a project. `editions`: days by series. `peaks`: months that stood out upwards.

    `counted`: the months that were counted at all: in others an edition says nothing.
    """

    editions: Mapping[int, Sequence[tuple[dt.date, dt.date]]]
    peaks: Collection[dt.date]
    counted: Collection[dt.date]

    def editions_before(self, event: Event, question: Question) -> tuple[bool, ...]:
        """For each earlier edition of the event's series in counted months, whether one of them peaked; oldest first."""
        if event.series_id is None or event.first_day is None:
            return ()
        until, found = month_of(question.first_day), []
        for first, last in self.editions.get(event.series_id, ()):
            months = [month for month in months_of(first, last) if month in self.counted and month < until]
            if months and first < event.first_day:
                found.append(any(month in self.peaks for month in months))
        return tuple(found)


def past_of(
    project: Project,
    metric: str,
    events: Iterable[Event],
    *,
    peaks: Collection[dt.date] | None = None,
    counted: Collection[dt.date] | None = None,
) -> Past:
    """What earlier editions of `events` did. Three queries at most; none where no event has a series."""
    series = {event.series_id for event in events if event.series_id is not None}
    if not series:
        return Past({}, (), ())
    editions: dict[int, list[tuple[dt.date, dt.date]]] = {}
    # Narrowed and sorted here: by the status or the order of time SQLite would read the whole calendar.
    found = Event.objects.filter(series__in=series).order_by()
    rows: Iterable[Any] = found.values_list("series_id", "first_day", "last_day", "status")
    for key, first, last, status in sorted(rows):
        if status != Status.PUBLISHED:
            continue
        editions.setdefault(key, []).append((first, last))
    return Past(
        editions,
        peak_months(project, metric) if peaks is None else peaks,
        counted_months(project, metric) if counted is None else counted,
    )


def months_of(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Each month that a span of days touches."""
    return month_range(month_of(first), month_of(last))


def peak_months(project: Project, metric: str) -> set[dt.date]:
    """The months of all peaks that stand."""
    alerts = Alert.objects.filter(project=project, metric=metric, direction=Direction.PEAK)
    rows = alerts.exclude(status=AlertStatus.WITHDRAWN).values_list("month", "episode_end")
    return {month for first, last in rows for month in month_range(first, max(last or first, first))}


def counted_months(project: Project, metric: str) -> set[dt.date]:
    """The months with a count of the metric."""
    return set(edits.series(project=project, metric=METRICS[metric]).months)


def touching(month: dt.date) -> Q:
    """Events with a day in `month`."""
    longest = dt.timedelta(days=MAX_DAYS)  # so that an index of first days tells
    return Q(first_day__gte=month - longest, first_day__lte=month_end(month), last_day__gte=month)


def in_month(month: dt.date) -> QuerySet[Event]:
    """The published events with a day in `month`, on any wiki: editions of series first, then the largest."""
    found = published().filter(touching(month))
    return found.order_by(F("series").desc(nulls_last=True), F("participants").desc(nulls_last=True), "first_day", "pk")


@dataclass(frozen=True, slots=True)
class Overlap:
    """An alert during an event. `lowest`, `highest`: how much more than expected in per cent, by the expected range."""

    alert: Alert
    lowest: float | None
    highest: float | None


def stood_out_during(event: Event, *, limit: int = 25) -> tuple[list[Overlap], int]:
    """The peaks on the event's wikis in its months, of metrics it can move: the rarest first, and how many there are.

    Two queries. Wikis that the event names come before those of a family or of all.
    """
    if event.first_day is None or event.last_day is None:
        return [], 0
    months = (month_of(event.first_day), month_of(event.last_day))
    scope = event.scope.split()
    alerts = Alert.objects.shown().standing().filter(month__range=months)
    if not KINDS[event.kind].lowers:
        alerts = alerts.filter(direction=Direction.PEAK)
    found: list[tuple[int, int, Alert]] = []
    for alert in alerts.select_related("project").defer("evidence").order_by("-rarity", "pk"):
        terms = terms_of(alert.project)
        if holds(scope, terms) and moves(event.touches, alert.metric):
            found.append((-specificity(scope, terms), len(found), alert))
    found.sort(key=lambda each: each[:2])
    return [Overlap(alert, *_more(alert)) for _narrow, _place, alert in found[:limit]], len(found)


def _more(alert: Alert) -> tuple[float | None, float | None]:
    """The count against both ends of the expected range, in per cent."""
    ends = [100 * (alert.count / bound - 1) if bound else None for bound in (alert.upper, alert.lower)]
    return ends[0], ends[1]


def term_filter(term: str) -> Q:
    """Events that name `term` in their scope."""
    return Q(pk__in=EventPlace.objects.filter(term=term).values("event"))


def on_project(project: Project) -> Q:
    """Events that take place on `project`."""
    terms = terms_of(project)
    inside = Q(pk__in=EventPlace.objects.filter(term__in=terms).values("event"))
    # Few events leave a place out: looked up once, they cost the lists nothing.
    outside = list(EventPlace.objects.filter(term__in=[f"-{term}" for term in terms]).values_list("event", flat=True))
    return inside & ~Q(pk__in=outside) if outside else inside
