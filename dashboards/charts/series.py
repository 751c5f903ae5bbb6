"""The numbers behind one project's chart: counts as a line of consecutive months, and what was expected of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alerts.detection.registry import DETECTORS
from alerts.detection.types import Panel
from alerts.models import DetectionPolicy
from alerts.policies import SITE, Rules, alarm_counts, shown_rules_of
from dashboards.caching import cached_until_data_changes
from edits import selectors as edits
from edits.metrics import Definition, get_metric
from edits.models import Project
from edits.months import month_range, to_index

Floats = npt.NDArray[np.float64]
CLASSIC_DETECTOR = "rolling_mean"


@dataclass(frozen=True, slots=True)
class CountSeries:
    """One metric of one project over consecutive months. Every array has one value per month; NaN = missing or not known."""

    metric: str
    definition: str
    months: tuple[dt.date, ...]
    counts: Floats

    @property
    def counted(self) -> Definition:
        """What the numbers count."""
        return get_metric(self.metric).definition(self.definition)

    @property
    def span(self) -> tuple[dt.date, dt.date] | None:
        return (self.months[0], self.months[-1]) if self.months else None

    def position(self, month: dt.date) -> int | None:
        """Where `month` stands in the arrays; None when it lies outside."""
        if not self.months:
            return None
        position = to_index(month) - to_index(self.months[0])
        return position if 0 <= position < len(self.months) else None


@dataclass(frozen=True, slots=True)
class JudgedSeries(CountSeries):
    """With what was expected: by the policy's detector, and by the classic rule, which every chart can show beside it.

    alarm_from, alarm_to: the smallest count that the policy calls a peak, and the largest that it calls a drop.
    """

    expected: Floats
    lower: Floats
    upper: Floats
    alarm_from: Floats
    alarm_to: Floats
    rolling_mean: Floats
    classic_threshold: Floats


def count_series(project: Project, metric_name: str, definition: str = "") -> CountSeries:
    """The counts alone, with a place for every month between the first and the last; by `definition`, else as always."""
    return count_series_of([project], metric_name, definition)[0]


def count_series_of(projects: Sequence[Project], metric_name: str, definition: str = "") -> list[CountSeries]:
    """The same of each of `projects`, in their order."""
    metric = get_metric(metric_name)
    asked = metric.definition(definition) if definition else None
    return [_consecutive(stored) for stored in edits.all_series(projects=projects, metric=metric, definition=asked)]


def _consecutive(stored: edits.Series) -> CountSeries:
    name, definition = stored.metric.name, stored.definition.name
    if not stored.months:
        return CountSeries(name, definition, (), np.empty(0))
    months = tuple(month_range(stored.months[0], stored.months[-1]))
    counts = np.full(len(months), np.nan)
    first = to_index(months[0])
    counts[[to_index(month) - first for month in stored.months]] = stored.counts
    return CountSeries(name, definition, months, counts)


def judged_series(project: Project, metric_name: str, definition: str = "") -> JudgedSeries:
    """The series with what the detectors expected, kept until the data or the project's policy changes.

    By `definition`, else by the one that the project's series and its alerts use.
    """
    rules = rules_for(project)
    return cached_until_data_changes(
        f"judged-series:{project.pk}:{metric_name}:{definition}:{rules.key}",
        lambda: _judge(project, metric_name, definition, rules),
    )


def rules_for(project: Project) -> Rules:
    """The rules by which alerts of the project are raised: its own, else its family's, else the site's; one query."""
    scopes = [f"project:{project.pk}", f"family:{project.family}", SITE]
    found = {policy.scope: policy for policy in DetectionPolicy.objects.filter(scope__in=scopes)}
    return shown_rules_of(next(found[scope] for scope in scopes if scope in found))


def _judge(project: Project, metric_name: str, definition: str, rules: Rules) -> JudgedSeries:
    series = count_series(project, metric_name, definition)
    if not series.months:
        empty = np.empty(0)
        return JudgedSeries(metric_name, series.definition, (), *[empty] * 8)
    panel = Panel(series.counts[:, None])
    classic = DETECTORS[CLASSIC_DETECTOR].detect(panel)
    band = rules.detector.detect(panel, rules.params)
    column = (slice(None), 0)
    alarm_from, alarm_to = alarm_counts(band, rules, metric_name)
    return JudgedSeries(
        metric=metric_name,
        definition=series.definition,
        months=series.months,
        counts=series.counts,
        expected=band.expected[column].copy(),
        lower=band.lower[column].copy(),
        upper=band.upper[column].copy(),
        alarm_from=alarm_from[column].copy(),
        alarm_to=alarm_to[column].copy(),
        rolling_mean=classic.expected[column].copy(),
        classic_threshold=classic.threshold[column].copy(),
    )
