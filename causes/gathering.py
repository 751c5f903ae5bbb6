"""From stored facts to evidence: everything that the hypotheses look at, for many alerts at once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db.models import Count

from alerts.models import Alert, Status
from alerts.policies import RuleBook
from causes.attribution.clusters import chance_of_so_many
from causes.attribution.usual import median_before
from causes.case_files.reading import evidence_of, excess_by_day
from causes.evidence import Change, EarlierYear, Elsewhere, Evidence, KnownEvent, Revised
from causes.models import CaseFile
from causes.parts import divide, read_cells
from edits.metrics import METRICS, Metric
from edits.models import CountRevision, Project
from edits.months import add_months, to_index
from edits.selectors import counts_panel
from events import selectors as calendar
from events.kinds import BREAKS, KINDS
from events.models import Event

ORDINARY_MONTHS = 24  # before the month of the alert: how often wikis stand out in ordinary times
MIN_RATE = 0.005
REVISED_WITHIN = dt.timedelta(days=45)  # of the day on which the alert was raised
LONG_PAST = 3  # months before the alert: newer ones are revised all the time
MIN_BASELINE = 6  # months


@dataclass(slots=True)
class Surroundings:
    """What is looked up once for all alerts that are explained together."""

    projects: dict[int, Project]
    rules: RuleBook = field(default_factory=RuleBook)
    reporting: dict[tuple[str, dt.date], dict[tuple[str, str], int]] = field(default_factory=dict)
    rates: dict[tuple[str, str, dt.date], float] = field(default_factory=dict)
    raised: dict[tuple[str, str, dt.date], list[tuple[str, str]]] = field(default_factory=dict)


def gather(alerts: Sequence[Alert]) -> dict[int, Evidence]:
    """The evidence of each alert by its id. Each project's facts are read once."""
    ids = sorted({alert.project_id for alert in alerts})
    around = Surroundings(projects=Project.objects.in_bulk(ids))
    divided = divide(alerts, read_cells(ids), around.rules)
    editors, new_pages = (_changes(METRICS[name], alerts, ids) for name in ("active_editors", "new_pages"))
    years, revised = _earlier_years(alerts, ids), _revisions(alerts, ids)
    files = CaseFile.objects.in_bulk([alert.pk for alert in alerts])
    found = {}
    for alert in alerts:
        asked = evidence_of(alert, files.get(alert.pk), divided.get(alert.pk))
        events, breaks = _events(alert, around, asked.get("days", ()))
        stored: dict[str, Any] = {
            "kinds": divided.get(alert.pk),
            "editors": editors.get(alert.pk) if alert.metric != "active_editors" else None,
            "new_pages": new_pages.get(alert.pk) if alert.metric in ("edits", "people_edits", "bot_edits") else None,
            "revised": revised.get(alert.pk),
        }
        found[alert.pk] = Evidence(
            month=f"{alert.figures_month:%Y-%m}",
            metric=alert.metric,
            total=Change(float(alert.count), float(alert.expected or 0.0)),
            departure=alert.score,
            elsewhere=_elsewhere(alert, around),
            years=years.get(alert.pk, ()),
            years_known=_years_known(alert),
            events=events,
            breaks=breaks,
            **(stored | asked),
        )
    return found


def _changes(metric: Metric, alerts: Sequence[Alert], ids: Collection[int]) -> dict[int, Change]:
    """The metric's count in the month of each alert's figures, against the median of the twelve months before."""
    panel = counts_panel(metric=metric, project_ids=ids)
    if not panel.months:
        return {}
    columns, start = {project: i for i, project in enumerate(panel.projects)}, to_index(panel.months[0])
    found = {}
    for alert in alerts:
        column, row = columns.get(alert.project_id), to_index(alert.figures_month) - start
        if column is None or not 0 < row < len(panel.months) or np.isnan(panel.values[row, column]):
            continue
        before = panel.values[max(row - 12, 0) : row, column]
        if np.isfinite(before).sum() >= MIN_BASELINE:
            found[alert.pk] = Change(float(panel.values[row, column]), float(median_before(before)))
    return found


def _elsewhere(alert: Alert, around: Surroundings) -> tuple[Elsewhere, ...]:
    """How many of all wikis, of the family's and of the language's stood out alike, this one left out, and by which chance."""
    project = around.projects[alert.project_id]
    raised, reporting = _raised(alert, around), _reporting(alert, around)
    groups = (
        ("all", "", lambda family, language: True),
        ("family", project.family, lambda family, language: family == project.family),
        ("language", project.language_code, lambda family, language: language == project.language_code),
    )
    found = []
    for group, name, holds in groups:
        if group == "language" and not name:
            continue
        others = sum(holds(family, language) for family, language in raised) - 1
        judged = sum(count for (family, language), count in reporting.items() if holds(family, language)) - 1
        if others > 0 and judged >= others:
            chance = chance_of_so_many(others, judged, _rate(alert, around))
            found.append(Elsewhere(group, name, others + 1, judged + 1, chance))
    return tuple(found)


def _raised(alert: Alert, around: Surroundings) -> list[tuple[str, str]]:
    """(family, language) of each wiki with such an alert in the month."""
    key = (alert.metric, alert.direction, alert.month)
    if key not in around.raised:
        same = Alert.objects.filter(metric=alert.metric, direction=alert.direction, month=alert.month)
        rows = same.exclude(status=Status.WITHDRAWN).values_list("project__family", "project__language_code")
        around.raised[key] = list(rows)
    return around.raised[key]


def _reporting(alert: Alert, around: Surroundings) -> dict[tuple[str, str], int]:
    """How many wikis have a count of the metric in the month, by family and language."""
    key = (alert.metric, alert.month)
    if key not in around.reporting:
        metric = METRICS[alert.metric]
        wikis: set[tuple[int, str, str]] = set()
        for definition in metric.definitions:
            rows = metric.rows(definition.slices[0]).filter(month=alert.month)
            wikis.update(rows.values_list("project_id", "project__family", "project__language_code"))
        counted: dict[tuple[str, str], int] = defaultdict(int)
        for _project, family, language in wikis:
            counted[family, language] += 1
        around.reporting[key] = counted
    return around.reporting[key]


def _rate(alert: Alert, around: Surroundings) -> float:
    """The share of wikis that stood out this way in an ordinary month of the two years before."""
    key = (alert.metric, alert.direction, alert.month)
    if key not in around.rates:
        before = Alert.objects.filter(
            metric=alert.metric,
            direction=alert.direction,
            month__range=(add_months(alert.month, -ORDINARY_MONTHS), add_months(alert.month, -1)),
        ).exclude(status=Status.WITHDRAWN)
        by_month = sorted(before.values("month").annotate(number=Count("pk")).values_list("number", flat=True))
        quiet = ORDINARY_MONTHS - len(by_month)
        middle = ([0] * quiet + by_month)[ORDINARY_MONTHS // 2]  # the median: other events do not count
        wikis = sum(_reporting(alert, around).values())
        around.rates[key] = max(middle / wikis if wikis else 0.0, MIN_RATE)
    return around.rates[key]


def _earlier_years(alerts: Sequence[Alert], ids: Collection[int]) -> dict[int, tuple[EarlierYear, ...]]:
    """Alerts of the same series and direction within a month of the same calendar month of earlier years."""
    rows = Alert.objects.filter(project__in=ids).exclude(status=Status.WITHDRAWN).select_related("category").defer("evidence")
    by_series: Mapping[Any, list[Alert]] = defaultdict(list)
    for row in rows:
        by_series[row.project_id, row.metric, row.direction].append(row)
    found = {}
    for alert in alerts:
        near = []
        for other in by_series[alert.project_id, alert.metric, alert.direction]:
            distance = to_index(alert.month) - to_index(other.month)
            if distance >= 11 and (distance + 1) % 12 <= 2:
                category = other.category.slug if other.category else ""
                near.append(EarlierYear(other.pk, f"{other.month:%Y-%m}", other.label, category))
        if near:
            found[alert.pk] = tuple(sorted(near, key=lambda year: year.month))
    return found


def _years_known(alert: Alert) -> int:
    """How many earlier years the detector knew of."""
    return int(alert.evidence.get("history") or 0) // 12


def _revisions(alerts: Sequence[Alert], ids: Collection[int]) -> dict[int, Revised]:
    """Months long before the alert that changed on one day shortly before it was raised."""
    rows = CountRevision.objects.filter(project__in=ids, metric="edits", slice="content/all-editor-types")
    by_project: dict[int, dict[dt.date, list[CountRevision]]] = defaultdict(lambda: defaultdict(list))
    for row in rows.iterator():
        by_project[row.project_id][row.seen_at.date()].append(row)
    found = {}
    for alert in alerts:
        for day, revisions in sorted(by_project.get(alert.project_id, {}).items(), reverse=True):
            if alert.metric != "edits" or not abs(alert.raised_at.date() - day) <= REVISED_WITHIN:
                continue
            old = [each for each in revisions if each.month < add_months(alert.month, -LONG_PAST) and each.old_count]
            if old:
                known = int(alert.evidence.get("history") or len(old))
                factor = float(np.median([each.new_count / each.old_count for each in old]))
                found[alert.pk] = Revised(len(old), max(known, len(old)), factor, day.isoformat())
                break
    return found


def _events(
    alert: Alert, around: Surroundings, days: Sequence[float]
) -> tuple[tuple[KnownEvent, ...], tuple[KnownEvent, ...]]:
    """What the calendar proposes for the alert: events, and breaks of the series."""
    alert.project = around.projects[alert.project_id]
    proposals = calendar.proposals(alert, daily_excess=excess_by_day(alert, days))
    proposed = [proposal for proposal in proposals if proposal.fit.is_proposed]
    known = [(_known(proposal.event, proposal.fit.strength.value), proposal.event.kind in BREAKS) for proposal in proposed]
    return tuple(event for event, is_break in known if not is_break), tuple(event for event, is_break in known if is_break)


def _known(event: Event, weight: str) -> KnownEvent:
    first, last = event.first_day, event.last_day
    return KnownEvent(
        name=event.title,
        start=first.isoformat() if first else "",
        end=last.isoformat() if last else "",
        url=event.get_absolute_url(),
        weight=weight,
        category=KINDS[event.kind].category,
    )
