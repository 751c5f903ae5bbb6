"""Alerts as lines of a list: each with its picture of two years and its headline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from alerts.models import Alert, Direction
from alerts.sparkline import sparkline
from annotations.models import Annotation
from dashboards.selectors import headlines, recent_counts
from dashboards.templatetags.figures import number, short_month
from edits.months import add_months, month_range

MONTHS = 24


@dataclass(frozen=True, slots=True)
class Line:
    """One alert with what its line shows; `count` is that of the line's month, which may be later than the alert's."""

    alert: Alert
    picture: SafeString
    note: Annotation | None
    count: int | None


def lines(alerts: Iterable[Alert], *, month: dt.date | None = None) -> list[Line]:
    """Lines for `alerts`, in their order, as of `month` or each as of its own; three queries however many there are."""
    every = list(alerts)
    notes, counts = headlines(every), recent_counts(every, months=MONTHS, month=month)
    return [_line(alert, month or alert.month, dict(counts.get(alert.pk, [])), notes.get(alert.pk)) for alert in every]


def _line(alert: Alert, month: dt.date, counts: dict[dt.date, int], note: Annotation | None) -> Line:
    months = list(month_range(add_months(month, 1 - MONTHS), month))
    values = [counts.get(each) for each in months]
    drawn = sparkline(
        values,
        marked=months.index(alert.month) if alert.month in months else None,
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
