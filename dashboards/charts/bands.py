"""What the calendar adds to a chart: which events are drawn as regions, and where their numbers find room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from alerts.models import Alert, Direction
from dashboards.caching import cached_until_data_changes
from dashboards.charts.chart_data import ChartData
from dashboards.going_on import Line
from edits.models import Project
from edits.months import add_months
from events import selectors
from events.kinds import BREAKS
from events.models import Event
from events.scope import Specificity, specificity, terms_of
from events.selectors import Proposal

MAX_BANDS = 12
MAX_CANDIDATES = 300  # of all years of the largest wikis
LANES = 3
NARROW = 300.0  # pixels between the axes at 390 px
LABEL = 20.0  # pixels that a number takes
HALF = 15  # days of half a month


@dataclass(frozen=True, slots=True)
class Band:
    """An event as a region of the chart. `number`: what stands over it and in the list below the chart. `lane`: how high."""

    number: int
    line: Line
    lane: int

    @property
    def event(self) -> Event:
        return self.line.event


@dataclass(frozen=True, slots=True)
class Marks:
    """What the calendar adds to a chart: regions and known breaks, in the order of time, and how many found no room."""

    bands: list[Band]
    breaks: list[Line]
    left_out: int

    @property
    def split_breaks(self) -> list[Line]:
        """Breaks across which editor types cannot be compared."""
        touched = {"editor_types", "anonymous", "bots"}
        return [line for line in self.breaks if touched & set(line.event.touches)]


NO_MARKS = Marks([], [], 0)


def marks_of(project: Project, chart: ChartData) -> Marks:
    """The events that fit what stands out in view, then those that name the project; at most MAX_BANDS."""
    first, last = chart.window[0], selectors.month_end(chart.window[1])
    newest = add_months(chart.series.months[-1], 1)
    editors = cached_until_data_changes(
        f"usual-editors:{project.pk}:{newest}", lambda: selectors.usual_active_editors(project, newest)
    )
    events = selectors.overlapping(
        project, first, last, before=selectors.MAX_AFTERMATH, active_editors=editors, limit=MAX_CANDIDATES
    )  # fmt: skip
    wanted = [event for event in events if event.kind not in BREAKS]
    best = _best(project, chart, wanted, editors)
    chosen = sorted((event for event in wanted if event.pk in best), key=lambda event: -best[event.pk].fit.points)
    named = [event for event in wanted if event.pk not in best and _is_meant(event, project, first)]
    placed = place([*chosen, *named], chart.window)
    placed.sort(key=lambda pair: (pair[0].first_day, pair[0].pk))
    bands = [Band(number, Line.of(event, best.get(event.pk)), lane) for number, (event, lane) in enumerate(placed, 1)]
    return Marks(bands, _break_lines(events, first), len(chosen) + len(named) - len(bands))


def breaks_of(project: Project, chart: ChartData) -> Marks:
    """The known breaks in view alone, for a chart that has no list of events; one query."""
    first, last = chart.window[0], selectors.month_end(chart.window[1])
    return Marks([], _break_lines(selectors.breaks_of(project, first, last), first), 0)


def _break_lines(events: Iterable[Event], first: dt.date) -> list[Line]:
    return [Line.of(event) for event in events if event.kind in BREAKS and event.first_day and event.first_day >= first]


def place(events: Iterable[Event], window: tuple[dt.date, dt.date]) -> list[tuple[Event, int]]:
    """Events with the lane of their numbers: the first ones choose first, and those that find no room are left out.

    The room is that of a phone: on a wider chart there is more between them.
    """
    first, last = window[0].toordinal() - HALF, window[1].toordinal() + HALF
    taken: list[list[float]] = [[] for _lane in range(LANES)]
    placed: list[tuple[Event, int]] = []
    for event in events:
        at = (middle_of(event, window).toordinal() - first) / (last - first) * NARROW
        lane = next((n for n, places in enumerate(taken) if all(abs(at - place) >= LABEL for place in places)), None)
        if lane is not None and len(placed) < MAX_BANDS:
            taken[lane].append(at)
            placed.append((event, lane))
    return placed


def span_of(event: Event) -> tuple[dt.date, dt.date]:
    """From the middle of the month before to the middle of the month after: months stand at their first day."""
    first, last = event.first_day, event.last_day
    assert first is not None  # noqa: S101 - events without days are no bands
    assert last is not None  # noqa: S101
    return first.replace(day=1) - dt.timedelta(days=HALF), last.replace(day=1) + dt.timedelta(days=HALF)


def middle_of(event: Event, window: tuple[dt.date, dt.date]) -> dt.date:
    """The middle of what is in view of it."""
    first, last = span_of(event)
    first, last = max(first, window[0] - dt.timedelta(days=HALF)), min(last, window[1] + dt.timedelta(days=HALF))
    return first + (last - first) / 2


def _best(project: Project, chart: ChartData, events: Sequence[Event], editors: float | None) -> dict[int, Proposal]:
    """For each event that is proposed for an alert in view, where it fits best."""
    metric = chart.state.metric
    alerts = [alert for month, alert in chart.alerts.items() if chart.window[0] <= month <= chart.window[1]]
    if not alerts or not events:
        return {}
    peaks = _peaks(chart)
    past = selectors.past_of(project, metric, events, peaks=peaks, counted=set(chart.series.months))
    best: dict[int, Proposal] = {}
    for alert in alerts:
        question = selectors.question_of(alert, active_editors=editors)
        near = [event for event in events if _touches(event, alert.month, question.last_day)]
        for proposal in selectors.match(project, question, near, past):
            known = best.get(proposal.event.pk)
            if proposal.fit.is_proposed and (known is None or known.fit.points < proposal.fit.points):
                best[proposal.event.pk] = proposal
    return best


def _touches(event: Event, first: dt.date, last: dt.date) -> bool:
    """Whether the event, with the days after it in which it can still show, has a day from `first` to `last`."""
    if event.first_day is None or event.last_day is None:
        return False
    return event.first_day <= last and event.last_day + dt.timedelta(days=selectors.MAX_AFTERMATH) >= first


def _peaks(chart: ChartData) -> set[dt.date]:
    every: Iterable[tuple[dt.date, Alert]] = [*chart.alerts.items(), *chart.carried.items()]
    return {month for month, alert in every if alert.direction == Direction.PEAK}


def _is_meant(event: Event, project: Project, first: dt.date) -> bool:
    """Whether an event that fits no alert is drawn all the same: it names the project, and is not one of many small ones."""
    least = Specificity.PART if event.author_id else Specificity.NAMED  # what people wrote of a language is meant for it
    narrow = specificity(event.scope.split(), terms_of(project)) >= least
    return narrow and event.participants is None and not event.no_effect and _touches(event, first, dt.date.max)


def place_of_breaks(marks: Marks) -> dict[dt.date, str]:
    """For each month with a known break, what they are called."""
    found: dict[dt.date, list[str]] = {}
    for line in marks.breaks:
        if line.event.first_day:
            found.setdefault(line.event.first_day.replace(day=1), []).append(line.event.title)
    words = {month: " · ".join(dict.fromkeys(titles)) for month, titles in found.items()}
    return {month: _("Known break: %(titles)s") % {"titles": titles} for month, titles in words.items()}
