"""What is said of an alert, in the reader's language: the same words in mails, feeds, reports and on the home page."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.choices import Direction
from alerts.explain import metric_words, wiki_and_month
from alerts.models import Alert
from annotations.models import Annotation
from causes.findings import Strength
from causes.selectors import why
from curation.language import isolate, isolated
from edits import figures
from edits.metrics import METRICS
from edits.months import add_months
from edits.selectors import counts_panel

MONTHS = 24
BLOCKS = "▁▂▃▄▅▆▇█"
ACTING = {"Cc", "Cs", "Zl", "Zp"}  # control characters, broken ones, ends of lines
TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])  # embeddings, overrides, isolates
BAR_HEIGHT = 24  # px, of the largest count in the small picture of a mail


@dataclass(frozen=True, slots=True)
class Line:
    """One alert as everybody is told of it. All text is inert: one line, no control characters."""

    alert: int
    wiki: str
    domain: str
    wiki_direction: str
    month: str  # when it began
    figures_month: str  # that of the figures: the worst of its episode
    metric: str
    severity: str
    direction: str
    count: str
    expected: str
    change: str
    cause: str
    note: str
    path: str
    counts: tuple[int | None, ...]
    months: tuple[dt.date, dt.date]  # the two months for programs

    @property
    def name(self) -> str:
        """`Icelandic Wikipedia, November 2022`, in plain text."""
        return wiki_and_month(isolate(self.wiki), self.month)

    @property
    def blocks(self) -> str:
        """The last two years as text: `▁▁▂▁█`, a blank for a missing month."""
        drawn = "".join(" " if level is None else BLOCKS[round(level * (len(BLOCKS) - 1))] for level in self._levels())
        return isolated(drawn)  # the newest month is at the right, in every language

    @property
    def bars(self) -> list[int]:
        """The last two years as heights in px, 0 for a missing month: cells of a table, which every mail client shows."""
        return [0 if level is None else max(1, round(level * BAR_HEIGHT)) for level in self._levels()]

    def _levels(self) -> list[float | None]:
        top = max((count for count in self.counts if count is not None), default=0) or 1
        return [None if count is None else count / top for count in self.counts]


def one_line(text: str) -> str:
    """`text` on one line, without anything that a mail header, a feed or a terminal would act upon."""
    return " ".join("".join(" " if unicodedata.category(char) in ACTING else char for char in text).split())


def straight(text: str) -> str:
    """What people wrote, on one line, without characters that turn the direction of writing: one left open would turn ours."""
    return one_line(text.translate(TURNING))


def causes_of(alerts: Collection[Alert]) -> dict[int, str]:
    """What is known or found of the cause of each alert, in a few words; alerts of which nothing is known are absent.

    The one place that says so for every channel. What people wrote comes before what was computed. `alerts` carry their
    category; one query.
    """
    prefetch_related_objects(list(alerts), "explanation")
    said = {alert.pk: _by_people(alert) or _computed(alert) for alert in alerts}
    return {alert: cause for alert, cause in said.items() if cause}


def _by_people(alert: Alert) -> str:
    parts = [str(alert.category) if alert.category else "", straight(alert.label)]
    return ": ".join(part for part in parts if part)


def _computed(alert: Alert) -> str:
    """The first finding, where it is more than weak."""
    found = why(alert)
    sound = found is not None and found.findings and found.findings[0].level > Strength.WEAK
    return one_line(found.sentence) if found is not None and sound else ""


def lines_of(alerts: Collection[Alert]) -> dict[int, Line]:
    """The line of each of `alerts`, which carry project and category; a few queries however many there are."""
    notes = dict(
        Annotation.objects.filter(
            alert__in=[alert.pk for alert in alerts], headline=True, status=Annotation.Status.PUBLISHED
        ).values_list("alert", "text")
    )
    causes, counts = causes_of(alerts), recent_counts(alerts)
    return {alert.pk: _line(alert, causes.get(alert.pk, ""), notes.get(alert.pk, ""), counts[alert.pk]) for alert in alerts}


def _line(alert: Alert, cause: str, note: str, counts: tuple[int | None, ...]) -> Line:
    return Line(
        alert=alert.pk,
        wiki=straight(alert.project.name),
        domain=alert.project.domain,
        wiki_direction=alert.project.direction,
        month=figures.month(alert.month),
        figures_month=figures.month(alert.figures_month),
        metric=metric_words(alert),
        severity=alert.get_severity_display(),
        direction=alert.direction,
        count=figures.counted(alert.count, alert.metric),
        expected=figures.number(alert.expected),
        change=figures.change(alert.percentage_difference),
        cause=cause,
        note=straight(note),
        path=alert.get_absolute_url(),
        counts=counts,
        months=(alert.month, alert.figures_month),
    )


def recent_counts(alerts: Iterable[Alert], months: int = MONTHS) -> dict[int, tuple[int | None, ...]]:
    """The counts of the `months` months that end with that of each alert's figures, oldest first; None is a missing month."""
    every = list(alerts)
    found: dict[int, tuple[int | None, ...]] = {}
    for metric in METRICS.values():
        mine = [alert for alert in every if alert.metric == metric.name]
        if not mine:
            continue
        between = (
            add_months(min(alert.figures_month for alert in mine), 1 - months),
            max(alert.figures_month for alert in mine),
        )
        panel = counts_panel(metric=metric, project_ids={alert.project_id for alert in mine}, between=between)
        column = {project: index for index, project in enumerate(panel.projects)}
        row = {month: index for index, month in enumerate(panel.months)}
        for alert in mine:
            span = [add_months(alert.figures_month, 1 - months + step) for step in range(months)]
            found[alert.pk] = tuple(_count(panel.values, row.get(month), column.get(alert.project_id)) for month in span)
    return found


def _count(values: Any, row: int | None, column: int | None) -> int | None:
    if row is None or column is None or np.isnan(values[row, column]):
        return None
    return int(values[row, column])


def sentence(line: Line) -> str:
    """`12,345 edits, expected 2,604 (+374%)`; of an episode `12,345 edits in May 2026, expected 2,604 (+374%)`."""
    words = {"count": line.count, "expected": line.expected, "change": line.change, "month": line.figures_month}
    if line.figures_month != line.month:
        return _("%(count)s in %(month)s, expected %(expected)s (%(change)s)") % words
    return _("%(count)s, expected %(expected)s (%(change)s)") % words


def title(line: Line) -> str:
    """`Hindi Wikipedia +374%, March 2026`; of an episode `Hindi Wikipedia +374%, May 2026 (since March 2026)`."""
    words = {"wiki": isolate(line.wiki), "change": line.change, "month": line.figures_month, "since": line.month}
    if line.figures_month != line.month:
        return _("%(wiki)s %(change)s, %(month)s (since %(since)s)") % words
    return _("%(wiki)s %(change)s, %(month)s") % words


def subject(lines: Collection[Line], total: int) -> str:
    """`Hindi Wikipedia +374%, and 4 more in March 2026`: names the worst, and the month where all are of one."""
    worst, *others = lines
    months = {line.figures_month for line in lines}
    first = {"wiki": isolate(worst.wiki), "change": worst.change, "month": worst.figures_month}
    more = total - 1
    if not more:
        return title(worst)
    words = first | {"more": figures.number(more)}
    if len(months) == 1:
        text = ngettext(
            "%(wiki)s %(change)s, and %(more)s more in %(month)s", "%(wiki)s %(change)s, and %(more)s more in %(month)s", more
        )
    else:
        text = ngettext("%(wiki)s %(change)s, and %(more)s more", "%(wiki)s %(change)s, and %(more)s more", more)
    return one_line(text % words)


def is_drop(line: Line) -> bool:
    return line.direction == Direction.DROP
