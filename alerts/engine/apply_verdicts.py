"""Alerts follow verdicts: which stored alerts the judged months touch, what becomes of each, and how that is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from alerts.detection import registry
from alerts.detection.episodes import MAX_EPISODE_MONTHS, Running
from alerts.detection.multiplicity import q_values
from alerts.detection.types import FloatArray, IntArray, Panel
from alerts.engine.changes import (
    Changes,
    apply_alarm,
    detector_values,
    extend_episode,
    stays_withdrawn,
    update_severity,
    withdraw,
    worst_of,
)
from alerts.engine.judging import CODES, SIGNS, EpisodeIndex, PanelVerdicts, find_episodes, row_of
from alerts.engine.states import Memory
from alerts.lifecycle import Move
from alerts.models import DETECTOR_FIELDS, LIFECYCLE_FIELDS, Alert, Direction, Status
from curation.vocabulary import reason
from database.upsert import BATCH_SIZE, upsert
from edits.months import add_months
from edits.selectors import CountsPanel


def apply_verdicts(judged: PanelVerdicts, memory: Memory, now: dt.datetime) -> Changes:
    """Let the stored alerts follow the verdicts, in memory; they are locked until the caller's transaction ends."""
    panel = judged.panel
    rows = np.flatnonzero(judged.is_judged.any(axis=1))
    column_of = {project: column for column, project in enumerate(panel.projects)}
    first = add_months(panel.months[rows[0]], -MAX_EPISODE_MONTHS)
    stored = Alert.objects.select_for_update().filter(metric=panel.metric.name, month__gte=first)
    alerts = {
        (row_of(panel, alert.month), column_of[alert.project_id], alert.direction): alert
        for alert in stored.order_by("pk").iterator(5_000)
        if alert.project_id in column_of and row_of(panel, alert.month) < len(panel.months)
    }
    rolling = rolling_means(panel)
    changes = Changes()
    _suppress_withdrawn(judged, alerts)
    running = open_episodes(judged, alerts)
    grouped = find_episodes(judged, running.state)
    for direction in Direction:
        mine = {(row, column): alert for (row, column, of), alert in alerts.items() if of == direction}
        _apply_to_direction(judged, direction, mine, grouped, running.last, rolling, now, changes)
        _update_severities(judged, memory, direction, mine, now, changes)
    return changes


def _suppress_withdrawn(judged: PanelVerdicts, alerts: Mapping[tuple[int, int, str], Alert]) -> None:
    """Alarms of alerts that stay withdrawn start no episode: the month after them may, and they swallow none."""
    for (row, column, direction), alert in alerts.items():
        standing_out = row >= 0 and judged.is_judged[row, column] and judged.alarm[row, column] == CODES[Direction(direction)]
        if alert.status == Status.WITHDRAWN and standing_out:
            count = int(judged.panel.values[row, column])
            if stays_withdrawn(alert, count, judged.at(row, column).rules):
                judged.alarm[row, column] = 0


def rolling_means(panel: CountsPanel) -> FloatArray:
    """The classic mean of the three years before, which every alert shows whatever its detector."""
    classic = registry.get("rolling_mean")
    return classic.detect(Panel(panel.values)).expected


@dataclass(frozen=True, slots=True, eq=False)
class OpenEpisodes:
    """The episodes that were open just before the judged months. last: for the (row, column) of each start its last row."""

    state: Running
    last: dict[tuple[int, int, str], int]


def open_episodes(judged: PanelVerdicts, alerts: Mapping[tuple[int, int, str], Alert]) -> OpenEpisodes:
    """Find them among the stored alerts: one that began at most two months ago and was carried on without a break."""
    values = judged.panel.values
    first: IntArray = judged.is_judged.argmax(axis=0)
    touched = np.asarray(judged.is_judged.any(axis=0))
    before = int(judged.is_judged.any(axis=1).argmax()) - 1  # the row that `Running` speaks of
    state = Running.none(values.shape[1])
    last: dict[tuple[int, int, str], int] = {}
    for (row, column, direction), alert in sorted(alerts.items(), key=lambda item: item[0]):
        begins = int(first[column])
        recent = touched[column] and 0 <= row < begins <= row + MAX_EPISODE_MONTHS
        if not recent or alert.status == Status.WITHDRAWN:
            continue
        end = row if alert.episode_end is None else min(row_of(judged.panel, alert.episode_end), begins - 1)
        while end > row and np.isnan(values[end, column]):  # a missing month carries nothing on
            end -= 1
        last[row, column, direction] = end
        bound = alert.evidence.get("continuation_upper" if direction == Direction.PEAK else "continuation_lower")
        if bound is not None and np.isnan(values[end + 1 : begins, column]).all():
            state.direction[column] = SIGNS[Direction(direction)]
            state.age[column], state.limit[column] = before - row, bound
    return OpenEpisodes(state, last)


def _apply_to_direction(
    judged: PanelVerdicts,
    direction: Direction,
    alerts: dict[tuple[int, int], Alert],
    grouped: EpisodeIndex,
    open_until: Mapping[tuple[int, int, str], int],
    rolling: FloatArray,
    now: dt.datetime,
    changes: Changes,
) -> None:
    panel = judged.panel
    starts = set(grouped.starts[direction])
    for row, column in grouped.starts[direction]:
        found = judged.at(row, column)
        last = grouped.ends.get((row, column), row)
        _worst, values = worst_of(months_of(judged, direction, row, last, column, rolling), direction, start=panel.months[row])
        values["episode_end"] = panel.months[last] if last > row else None
        alert = alerts.get((row, column))
        if alert is None:
            alerts[row, column] = _raise(panel, row, column, direction, values, now, changes)
        else:
            apply_alarm(alert, values, found.rules.reopen_step, now, changes)
    for (row, column), alert in alerts.items():
        if row < 0 or alert.pk is None or (row, column) in starts:
            continue
        if judged.is_judged[row, column]:
            found = judged.at(row, column)
            inside = judged.alarm[row, column] == CODES[direction]
            withdraw(alert, found, detector_values(found, direction, rolling[row, column]), inside, now, changes)
        elif (row, column, direction) in open_until:
            last = grouped.ends.get((row, column), open_until[row, column, direction])
            months = months_of(judged, direction, row + 1, last, column, rolling)
            worst = worst_of(months, direction, start=alert.month) if any(values for _month, values in months) else None
            extend_episode(alert, panel.months[last] if last > row else None, worst, now, changes)


def months_of(
    judged: PanelVerdicts, direction: Direction, first: int, last: int, column: int, rolling: FloatArray
) -> list[tuple[dt.date, dict[str, Any] | None]]:
    """(month, detector's columns) of the rows from `first` to `last` that are judged now."""
    rows = [row for row in range(first, last + 1) if judged.is_judged[row, column]]
    return [
        (judged.panel.months[row], detector_values(judged.at(row, column), direction, rolling[row, column])) for row in rows
    ]


def _raise(
    panel: CountsPanel, row: int, column: int, direction: Direction, values: dict[str, Any], now: dt.datetime, changes: Changes
) -> Alert:
    alert = Alert(
        project_id=panel.projects[column],
        metric=panel.metric.name,
        month=panel.months[row],
        direction=direction,
        raised_count=values["count"],
        raised_at=now,
        data_as_of=now,
        **values,
    )
    by = f"{values['detector']} {values['detector_version']}"
    changes.note(alert, Move.RAISE, reason("raised", detector=by, policy=values["policy_version"], count=values["count"]))
    return alert


def _update_severities(
    judged: PanelVerdicts,
    memory: Memory,
    direction: Direction,
    alerts: Mapping[tuple[int, int], Alert],
    now: dt.datetime,
    changes: Changes,
) -> None:
    """q-values over all wikis of a month, also those whose verdict is older: their chances are remembered."""
    rows = np.flatnonzero(judged.is_judged.any(axis=1))
    name = "p_upper" if direction == Direction.PEAK else "p_lower"
    chances = np.where(judged.is_judged, getattr(judged, name), getattr(memory, name))[rows]
    wikis = dict(zip(rows.tolist(), (~np.isnan(chances)).sum(axis=1).tolist(), strict=True))
    q = dict(zip(rows.tolist(), q_values(chances), strict=True))
    for (_start, column), alert in alerts.items():
        row = row_of(judged.panel, alert.figures_month)
        if row in q:
            value = float(q[row][column])
            update_severity(alert, None if np.isnan(value) else value, wikis[row], now, changes)


def write(changes: Changes, now: dt.datetime) -> None:
    """Store `changes` and their history. The detector's and the life cycle's columns alone: people's words are not sent."""
    Alert.objects.bulk_create(changes.new, batch_size=BATCH_SIZE)
    Alert.history.bulk_history_create(changes.new, batch_size=BATCH_SIZE, default_date=now)
    changed = list(changes.changed.values())
    upsert(
        {**changes.silent, **changes.changed}.values(),
        key=("id",),
        update=(*DETECTOR_FIELDS, *LIFECYCLE_FIELDS, "version"),
    )
    Alert.history.bulk_history_create(changed, batch_size=BATCH_SIZE, update=True, default_date=now)
