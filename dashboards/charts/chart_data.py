"""All that the chart, the table and the files of one project are made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

from alerts.models import Alert, AlertQuerySet, Status
from annotations.models import Annotation
from dashboards.charts import parts
from dashboards.charts.editors import editor_counts
from dashboards.charts.series import JudgedSeries, judged_series
from dashboards.charts.state import ChartState
from dashboards.episodes import Episode, carried_on, episode_of
from dashboards.selectors import headlines
from edits.metrics import METRICS
from edits.models import Project

LOG_FROM = 30  # times the median


@dataclass(frozen=True, slots=True)
class ChartData:
    """alerts: by month, none that was withdrawn. carried: the months that carry an alert on. editors: counts by editor type,
    where they are asked for and stored. scale: what each month is multiplied by to be drawn."""

    series: JudgedSeries
    alerts: Mapping[dt.date, Alert]
    carried: Mapping[dt.date, Alert]
    notes: Mapping[int, Annotation]
    editors: Mapping[str, parts.Floats]
    state: ChartState
    window: tuple[dt.date, dt.date]
    scale: parts.Floats

    @property
    def inside(self) -> slice:
        """The positions of the months in view."""
        if self.is_empty:
            return slice(0, 0)
        first, last = self.series.position(self.window[0]) or 0, self.series.position(self.window[1]) or 0
        return slice(first, last + 1)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is stored of the months that were asked for."""
        return self.window[0] > self.window[1]

    @property
    def wants_log(self) -> bool:
        """Whether the largest month in view is so far above the median that the others cannot be read on an even scale."""
        counts = self.series.counts[self.inside]
        positive = counts[np.isfinite(counts) & (counts > 0)]
        return positive.size > 0 and float(positive.max()) > LOG_FROM * float(np.median(positive))

    @property
    def has_no_range(self) -> bool:
        """Whether of no month in view it can be said what is normal, although counts are there."""
        inside = self.inside
        return bool(np.isfinite(self.series.counts[inside]).any() and not np.isfinite(self.series.upper[inside]).any())

    @property
    def per_30_days(self) -> bool:
        return "per30" in self.state.layers

    def scaled(self, values: parts.Floats) -> parts.Floats:
        return values * self.scale

    @property
    def unit(self) -> str:
        """What the upright axis counts."""
        return parts.unit(str(METRICS[self.state.metric].label), per_30_days=self.per_30_days)

    @property
    def classic_label(self) -> str:
        """What the limit of the classic rule is called. An alert's threshold is another thing: what its own rule asked for."""
        return _("3-year mean + 30 %")

    @property
    def by_month(self) -> list[int | None]:
        """For each month the id of the alert that it is, or is a part of: what a click opens."""
        found = (self.alerts.get(month) or self.carried.get(month) for month in self.series.months)
        return [alert.pk if alert else None for alert in found]

    def episode(self, alert: Alert) -> Episode | None:
        """The episode that `alert` began."""
        counts = self.series.counts
        places = {month: self.series.position(month) for month, begun in self.carried.items() if begun is alert}
        return episode_of(
            alert, {month: int(counts[at]) for month, at in places.items() if at is not None and np.isfinite(counts[at])}
        )


def chart_data_of(
    project: Project, state: ChartState, series: JudgedSeries, alerts: Iterable[Alert], notes: Mapping[int, Annotation]
) -> ChartData | None:
    """What is to be shown of `series`; None where nothing is stored. Withdrawn ones of `alerts` are left out."""
    if series.span is None:
        return None
    standing = [alert for alert in alerts if alert.status != Status.WITHDRAWN]
    editors = editor_counts(project, series) if "editors" in state.layers else {}
    own = {alert.month: alert for alert in standing}
    carried = {month: alert for month, alert in carried_on(standing).items() if month not in own}
    scale = parts.per_30_days(series.months) if "per30" in state.layers else np.ones(len(series.months))
    return ChartData(series, own, carried, notes, editors, state, state.window(series.span), scale)


def read_chart_data(project: Project, state: ChartState) -> ChartData | None:
    """The same, with the project's alerts and their notes as they are stored."""
    series = judged_series(project, state.metric, state.definition)
    found = alerts_of(project, state, series).standing()
    alerts = list(found.select_related("category").defer("evidence"))
    return chart_data_of(project, state, series, alerts, headlines(alerts))


def alerts_of(project: Project, state: ChartState, series: JudgedSeries) -> AlertQuerySet:
    """The alerts on `series`: none, where another definition is shown than the one that they were raised on."""
    alerts = Alert.objects.filter(project=project, metric=state.metric)
    usual = not state.definition or series.definition == judged_series(project, state.metric).definition
    return alerts if usual else alerts.none()
