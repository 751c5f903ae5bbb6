"""The heat map: how unusual each month of each project was."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.detection.types import FloatArray, Panel, VerdictCode
from alerts.models import Alert, Direction
from alerts.policies import RuleBook
from dashboards.caching import cached_until_data_changes
from dashboards.episodes import months_of, touching
from dashboards.selectors import scope_key
from dashboards.sentences import part_words
from edits import selectors as edits
from edits.figures import number, short_month
from edits.metrics import Metric
from edits.models import Project
from edits.months import FIRST_MONTH, add_months, month_range
from edits.selectors import CountsPanel, exceptional_definitions

MONTHS = 24
LEVELS = (2.0, 3.0, 4.5, 7.0)  # of the score, in standard deviations
ROWS_PER_PAGE = 25
MISSING, UNJUDGED, AS_EXPECTED = "m", "u", ""
STYLES: dict[str, tuple[str, str | Promise]] = {  # class: a shape besides the colour, and the same in words
    "d4": ("▼▼", _("far below expected")),
    "d3": ("▼", _("well below expected")),
    "d2": ("▾", _("below expected")),
    "d1": ("−", _("slightly below expected")),
    AS_EXPECTED: ("", _("as expected")),
    "p1": ("+", _("slightly above expected")),
    "p2": ("▴", _("above expected")),
    "p3": ("▲", _("well above expected")),
    "p4": ("▲▲", _("far above expected")),
    UNJUDGED: ("·", _("too little history")),
    MISSING: ("×", _("missing")),
}


LEAST_OF_ALERT = 2  # the level at which a month is drawn that belongs to an alert, however much is expected by then


class HeatCell(NamedTuple):
    """One month of one project; `style` is one of STYLES. A tuple: a page remembers a thousand of them.

    alert: the one that the month belongs to.
    """

    style: str
    value: float
    alert: Alert | None = None


class Mark(NamedTuple):
    """A cell as it is drawn: its class, its sign, what it says, and where it leads when it stands out."""

    style: str
    sign: str
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """The months of one project."""

    project: Project
    metric: str
    months: list[dt.date]
    cells: list[HeatCell]

    @property
    def marks(self) -> Iterator[Mark]:
        """The cells in the reader's language. Those out of the ordinary lead to the two years around them."""
        explorer = self.project.get_absolute_url()
        # Looked up once for a row: the rows of a page have a thousand cells.
        missing, ordinary = gettext("%(month)s: %(words)s"), gettext("%(month)s: %(count)s, %(words)s")
        styles = {style: (STYLES[style][0], str(STYLES[style][1])) for style in {cell.style for cell in self.cells}}
        for month, (style, count, alert) in zip(self.months, self.cells, strict=True):
            sign, words = styles[style]
            said = {"month": short_month(month), "count": number(count), "words": words}
            text = missing if style == MISSING else ordinary
            first, last = max(add_months(month, -MONTHS // 2), FIRST_MONTH), add_months(month, MONTHS // 2)
            url = f"{explorer}?metric={self.metric}&from={first:%Y-%m}&to={last:%Y-%m}" if style[:1] in "pd" and style else ""
            if alert is not None:
                url += f"&alert={alert.pk}"
                said["part"] = part_words(alert)
                text = gettext("%(month)s: %(count)s, %(part)s") if alert.month != month else text
            yield Mark(f"{style} of-alert" if alert else style, sign, text % said, url)


def style_of(count: float, score: float) -> str:
    """The one of STYLES for a month: by its count whether it is known, and by its score how far out it is."""
    if not np.isfinite(count):
        return MISSING
    if not np.isfinite(score):
        return UNJUDGED
    level = int(np.searchsorted(LEVELS, abs(score), side="right"))
    return f"{'p' if score > 0 else 'd'}{level}" if level else AS_EXPECTED


def largest_projects(metric: Metric, month: dt.date, family: str) -> list[int]:
    """Ids of the projects by their counts in the year that ends with `month`, largest first."""

    def build() -> list[int]:
        year = {"month__range": (add_months(month, -11), month)} | ({"project__family": family} if family else {})
        others = exceptional_definitions(metric)
        totals: dict[int, int] = {}
        for definition in metric.definitions:
            counted: Counter[int] = Counter()
            for slice_ in definition.slices:
                rows = metric.rows(slice_).filter(**year).values_list("project").order_by()
                counted.update(dict(rows.annotate(total=Sum(metric.count_field))))
            # The best definition that has counts, unless the project's series uses this one.
            totals |= {pk: total for pk, total in counted.items() if pk not in totals or others.get(pk) is definition}
        return sorted(totals, key=lambda project: (-totals[project], project))

    return cached_until_data_changes(f"largest:{metric.name}:{month:%Y-%m}:{family}", build)


def heat_rows(metric: Metric, month: dt.date, project_ids: list[int]) -> list[HeatRow]:
    """Two years to `month` of the given projects, in their order, by the rules that judge each of them now."""
    months = list(month_range(add_months(month, 1 - MONTHS), month))
    book = RuleBook()
    key = f"heat-map:{metric.name}:{month:%Y-%m}:{scope_key(project_ids)}:{book.key}"
    rows = cached_until_data_changes(key, lambda: _cells(metric, months, project_ids, book))
    projects = Project.objects.in_bulk(list(rows))
    alerts = _alerts_by_month(metric, months, project_ids)
    return [
        HeatRow(projects[pk], metric.name, months, _with_alerts(months, rows[pk], alerts.get(pk, {})))
        for pk in project_ids
        if pk in rows and pk in projects
    ]


def projects_with_alerts(metric: Metric, month: dt.date) -> set[int]:
    """Ids of the projects that had a peak or drop in the two years to `month`."""
    found = Alert.objects.filter(touching(add_months(month, 1 - MONTHS), month), metric=metric.name).standing()
    return set(found.order_by().values_list("project_id", flat=True))


def judged(metric: Metric, month: dt.date, projects: Collection[int] | None) -> int:
    """How many of `projects` (or all) have a count in `month` and enough history for their rules to judge it."""
    book = RuleBook()

    def build() -> int:
        panel = edits.counts_panel(metric=metric, project_ids=projects, between=(FIRST_MONTH, month))
        if not panel.months or panel.months[-1] != month:
            return 0
        return int((_judged(panel, book, panel.values, slice(-1, None), "verdict") != VerdictCode.NOT_TESTABLE).sum())

    return cached_until_data_changes(f"judged:{metric.name}:{month:%Y-%m}:{scope_key(projects)}:{book.key}", build)


def _judged(panel: CountsPanel, book: RuleBook, values: FloatArray, months: slice, what: str) -> FloatArray:
    """The array `what` of the verdicts on `months` of `values`, each column by the rules of its project."""
    keys = np.array(book.current_keys(panel.projects))
    found = np.empty((len(range(*months.indices(len(values)))), len(keys)))
    for key in np.unique(keys):
        rules, mine = book.shown(str(key)), keys == key
        verdicts = rules.detector.detect(Panel(np.ascontiguousarray(values[:, mine])), rules.params, months=months)
        found[:, mine] = getattr(verdicts, what)
    return found


def _cells(metric: Metric, wanted: list[dt.date], project_ids: list[int], book: RuleBook) -> dict[int, list[HeatCell]]:
    panel = edits.counts_panel(metric=metric, project_ids=project_ids)
    if not panel.months:
        return {}
    # Months after the page's own say nothing about it: the same page is the same page in ten years.
    last = next((i for i, each in enumerate(panel.months) if each > wanted[-1]), len(panel.months))
    offset = max(0, last - MONTHS)
    values = panel.values[:last]
    scores = _judged(panel, book, values, slice(offset, last), "score") if last else values
    at = {each: index for index, each in enumerate(panel.months[:last])}
    found: dict[int, list[HeatCell]] = {}
    for column, project in enumerate(panel.projects):
        cells = []
        for each in wanted:
            row = at.get(each)
            count = values[row, column] if row is not None else np.nan
            score = scores[row - offset, column] if row is not None and row >= offset else np.nan
            cells.append(HeatCell(style_of(count, score), float(count)))
        found[project] = cells
    return found


def _alerts_by_month(metric: Metric, months: list[dt.date], project_ids: list[int]) -> dict[int, dict[dt.date, Alert]]:
    """By project and month the alert that the month belongs to. Not cached: alerts change without new counts."""
    found: dict[int, dict[dt.date, Alert]] = {}
    alerts = Alert.objects.filter(touching(months[0], months[-1]), metric=metric.name, project__in=project_ids)
    shown = alerts.standing().order_by("month").only("project_id", "month", "episode_end", "direction")
    for alert in shown:
        found.setdefault(alert.project_id, {}).update(dict.fromkeys(months_of(alert), alert))
    return found


def _with_alerts(months: list[dt.date], cells: list[HeatCell], alerts: dict[dt.date, Alert]) -> list[HeatCell]:
    """Each month of an alert is drawn as what it is, also where by then as much was expected."""
    return [
        _of_alert(cell, alerts[month]) if month in alerts and cell.style != MISSING else cell
        for month, cell in zip(months, cells, strict=True)
    ]


def _of_alert(cell: HeatCell, alert: Alert) -> HeatCell:
    side = "d" if alert.direction == Direction.DROP else "p"
    level = int(cell.style[1:]) if cell.style[:1] == side and cell.style[1:] else 0
    return HeatCell(f"{side}{max(level, LEAST_OF_ALERT)}", cell.value, alert)
