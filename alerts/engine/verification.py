"""Is a stored alert what its rules make of the stored counts? Computes it anew, by the policy version that judged it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from alerts.detection.episodes import MAX_EPISODE_MONTHS, Running
from alerts.detection.multiplicity import q_values
from alerts.engine.apply_verdicts import months_of, rolling_means
from alerts.engine.changes import detector_values, differs, evidence_differences, worst_of
from alerts.engine.judging import CODES, find_episodes, group, judge, row_of
from alerts.engine.states import chances_of_month
from alerts.engine.sweep import read_panel
from alerts.models import Alert, Direction, Status
from alerts.policies import RuleBook
from alerts.severity import severity_of
from edits.clock import current_day
from edits.metrics import METRICS


@dataclass(frozen=True, slots=True)
class Difference:
    """A column that would be stored differently today."""

    field: str
    stored: Any
    computed: Any


class NotComparable(Exception):
    """The alert cannot be computed again; the text says why."""


def verify_alert(alert: Alert) -> list[Difference]:
    """The columns of `alert` that differ from what its own policy version and the stored counts give; empty: identical.

    Raises NotComparable when the month is no longer stored, can no longer be tested, or its policy version is not on record.
    """
    panel, elapsed = read_panel(METRICS[alert.metric], current_day(), project_ids=[alert.project_id])
    row = row_of(panel, alert.month) if panel.months else -1
    if not 0 <= row < len(panel.months) or np.isnan(panel.values[row, 0]):
        raise NotComparable(f"No count of {alert.month:%Y-%m} is stored any more.")
    try:
        rules = RuleBook().rules(alert.policy_version)
    except LookupError as error:
        raise NotComparable(str(error)) from error
    judged = judge(panel, elapsed, group([(0, row, min(row + 1 + MAX_EPISODE_MONTHS, len(panel.months)), rules)]))
    direction = Direction(alert.direction)
    rolling = rolling_means(panel)
    if detector_values(judged.at(row, 0), direction, rolling[row, 0]) is None:
        raise NotComparable("The month can no longer be tested.")
    end = row
    if alert.status != Status.WITHDRAWN:
        if judged.alarm[row, 0] != CODES[direction]:
            return [Difference("direction", alert.direction, "no alert")]
        end = find_episodes(judged, Running.none(1)).ends.get((row, 0), row)
    months = months_of(judged, direction, row, end, 0, rolling)
    worst, computed = worst_of(months, direction, start=alert.month)
    evidence = [Difference(*found) for found in evidence_differences(alert.evidence, computed.pop("evidence"))]
    if alert.status != Status.WITHDRAWN:
        computed["episode_end"] = panel.months[end] if end > row else None
    q = _q_value(alert, worst, computed["p_value"])
    severity = severity_of(
        q=q, count=computed["count"], expected=computed["expected"], direction=direction, metric=alert.metric
    )
    computed |= {"q_value": q, "severity": severity.value}
    return [
        Difference(name, getattr(alert, name), value)
        for name, value in computed.items()
        if differs(getattr(alert, name), value)
    ] + evidence


def _q_value(alert: Alert, month: dt.date, p: float | None) -> float | None:
    """q over all wikis that were judged in the month: the others' chances are those that the sweeps remembered."""
    if p is None:
        return None
    others = [
        chance
        for project, chance in chances_of_month(alert.metric, month, alert.direction).items()
        if project != alert.project_id
    ]
    return float(q_values(np.array([[p, *others]]))[0, 0])
