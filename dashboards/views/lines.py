"""Alerts as lines of a list: each with its picture of two years and its headline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from alerts.models import Alert, Direction
from alerts.sparkline import sparkline
from annotations.models import Annotation
from causes.selectors import causes_of
from dashboards.selectors import headlines, recent_counts
from edits.figures import number, short_month
from edits.metrics import METRICS
from edits.months import add_months, month_range
from edits.selectors import other_measures

MONTHS = 24


@dataclass(frozen=True, slots=True)
class Line:
    """One alert with what its line shows; `count` is that of the line's month, which may be another than the alert's."""

    alert: Alert
    picture: SafeString
    note: Annotation | None
    count: int | None
    cause: tuple[str, str | Promise] | None = None
    measure: str | Promise = ""  # what is counted, where it is something else than of most wikis

    @property
    def excess(self) -> float | None:
        """Of the line's month, beyond what was expected in the worst month of its alert; None where that is not known."""
        if self.count is None or self.alert.expected is None:
            return None
        return self.count - self.alert.expected

    @property
    def change(self) -> float | None:
        """The same in per cent of what was expected; None where nothing was."""
        return 100 * self.excess / self.alert.expected if self.excess is not None and self.alert.expected else None


def lines(alerts: Iterable[Alert], *, month: dt.date | None = None) -> list[Line]:
    """Lines for `alerts`, in their order, up to `month` or each up to that of its figures; four queries in all."""
    every = list(alerts)
    notes, counts, causes = headlines(every), recent_counts(every, months=MONTHS, month=month), causes_of(every)
    measures = {name: other_measures(METRICS[name]) for name in {alert.metric for alert in every} & METRICS.keys()}
    return [
        replace(
            _line(alert, month or alert.figures_month, dict(counts.get(alert.pk, [])), notes.get(alert.pk)),
            cause=causes.get(alert.pk),
            measure=measures.get(alert.metric, {}).get(alert.project_id, ""),
        )
        for alert in every
    ]


def _line(alert: Alert, month: dt.date, counts: dict[dt.date, int], note: Annotation | None) -> Line:
    months = list(month_range(add_months(month, 1 - MONTHS), month))
    values = [counts.get(each) for each in months]
    drawn = sparkline(
        values,
        marked=next((months.index(each) for each in (alert.figures_month, alert.month) if each in months), None),
        drop=alert.direction == Direction.DROP,
        label=in_words(_("Two years to %(month)s") % {"month": short_month(month)}, values),
    )
    return Line(alert, mark_safe(drawn), note, counts.get(month))  # noqa: S308 - made of numbers and an escaped label


def in_words(span: str, values: list[int | None]) -> str:
    """What a small picture of `values` shows, for those who do not see it."""
    known = [value for value in values if value is not None]
    if not known:
        return _("%(span)s: nothing is stored") % {"span": span}
    return _("%(span)s: from %(least)s to %(most)s a month, the newest %(last)s") % {
        "span": span,
        "least": number(min(known)),
        "most": number(max(known)),
        "last": number(known[-1]),
    }
