"""The heat map: how unusual each month of each project was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.detection.types import Panel, VerdictCode
from alerts.models import DetectionPolicy
from alerts.policies import SITE, rules_of
from dashboards.selectors import remembered, scope_key
from dashboards.templatetags.figures import number, short_month
from edits import selectors as edits
from edits.metrics import Metric
from edits.models import Project
from edits.months import FIRST_MONTH, add_months, month_range

MONTHS = 24
LEVELS = (2.0, 3.0, 4.5, 7.0)  # of the score, in standard deviations
ROWS_PER_PAGE = 25
MISSING, UNJUDGED, AS_EXPECTED = "m", "u", ""
STYLES: dict[str, tuple[str, str | Promise]] = {  # class: a shape besides the colour, and the same in words
    "d4": ("▼", _("far below expected")),
    "d3": ("▾", _("well below expected")),
    "d2": ("▾", _("below expected")),
    "d1": ("", _("slightly below expected")),
    AS_EXPECTED: ("", _("as expected")),
    "p1": ("", _("slightly above expected")),
    "p2": ("▴", _("above expected")),
    "p3": ("▴", _("well above expected")),
    "p4": ("▲", _("far above expected")),
    UNJUDGED: ("·", _("too little history")),
    MISSING: ("×", _("missing")),
}


class HeatCell(NamedTuple):
    """One month of one project; `style` is one of STYLES. A tuple: a page remembers a thousand of them."""

    style: str
    value: float


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
        for month, (style, count) in zip(self.months, self.cells, strict=True):
            sign, words = STYLES[style]
            said = {"month": short_month(month), "count": number(count), "words": words}
            text = gettext("%(month)s: %(words)s") if style == MISSING else gettext("%(month)s: %(count)s, %(words)s")
            first, last = max(add_months(month, -MONTHS // 2), FIRST_MONTH), add_months(month, MONTHS // 2)
            url = f"{explorer}?metric={self.metric}&from={first:%Y-%m}&to={last:%Y-%m}" if style[:1] in "pd" and style else ""
            yield Mark(style, sign, text % said, url)


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
        slices = {field: metric.series[0][0][i] for i, field in enumerate(metric.slice_fields)}
        rows = metric.model._default_manager.filter(month__range=(add_months(month, -11), month))
        if family:
            rows = rows.filter(project__family=family)
        first = rows.filter(**slices).values_list("project").annotate(total=Sum(metric.count_field))
        totals = dict(first.order_by())
        if len(metric.series) > 1:
            other = {field: metric.series[-1][0][i] for i, field in enumerate(metric.slice_fields)}
            for project, total in (
                rows.filter(**other).values_list("project").annotate(total=Sum(metric.count_field)).order_by()
            ):
                totals.setdefault(project, total)
        return sorted(totals, key=lambda project: (-totals[project], project))

    return remembered(f"largest:{metric.name}:{month:%Y-%m}:{family}", build)


def heat_rows(metric: Metric, month: dt.date, project_ids: list[int]) -> list[HeatRow]:
    """Two years to `month` of the given projects, in their order."""
    months = list(month_range(add_months(month, 1 - MONTHS), month))
    key = f"heat-map:{metric.name}:{month:%Y-%m}:{hash(tuple(project_ids))}"
    rows = remembered(key, lambda: _cells(metric, month, project_ids))
    projects = Project.objects.in_bulk(list(rows))
    return [HeatRow(projects[pk], metric.name, months, rows[pk]) for pk in project_ids if pk in rows and pk in projects]


def judged(metric: Metric, month: dt.date, projects: Collection[int] | None) -> int:
    """How many of `projects` (or all) have a count in `month` and enough history for the site's detector to judge it."""

    def build() -> int:
        panel = edits.counts_panel(metric=metric, project_ids=projects, between=(FIRST_MONTH, month))
        if not panel.months or panel.months[-1] != month:
            return 0
        rules = rules_of(DetectionPolicy.objects.get(scope=SITE))
        verdicts = rules.detector.detect(Panel(panel.values), rules.params, months=slice(-1, None)).verdict
        return int((verdicts != VerdictCode.NOT_TESTABLE).sum())

    return remembered(f"judged:{metric.name}:{month:%Y-%m}:{scope_key(projects)}", build)


def _cells(metric: Metric, month: dt.date, project_ids: list[int]) -> dict[int, list[HeatCell]]:
    panel = edits.counts_panel(metric=metric, project_ids=project_ids)
    if not panel.months:
        return {}
    # Months after the page's own say nothing about it: the same page is the same page in ten years.
    last = next((i for i, each in enumerate(panel.months) if each > month), len(panel.months))
    wanted = list(month_range(add_months(month, 1 - MONTHS), month))
    rules = rules_of(DetectionPolicy.objects.get(scope=SITE))
    offset = max(0, last - MONTHS)
    values = panel.values[:last]
    scores = rules.detector.detect(Panel(values), rules.params, months=slice(offset, last)).score if last else values
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
