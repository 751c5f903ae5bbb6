"""Alerts follow verdicts: which stored alerts the judged months touch, what becomes of each, and how that is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from alerts.changes import Changes, detector_values, prolong, rank, stand_out, stays_withdrawn, withdraw
from alerts.detection import registry
from alerts.detection.episodes import LONGEST, Running
from alerts.detection.severity import q_values
from alerts.detection.types import FloatArray, IntArray, Panel
from alerts.judging import CODES, SIGNS, Grouped, Judged, find_episodes, row_of
from alerts.lifecycle import Move
from alerts.models import DETECTOR_FIELDS, LIFECYCLE_FIELDS, Alert, Direction, Status
from alerts.states import Memory
from database.upsert import BATCH_SIZE, upsert
from edits.months import add_months
from edits.selectors import CountsPanel


def follow(judged: Judged, memory: Memory, now: dt.datetime) -> Changes:
    """Let the stored alerts follow the verdicts, in memory; they are locked until the caller's transaction ends."""
    panel = judged.panel
    rows = np.flatnonzero(judged.judged.any(axis=1))
    column_of = {project: column for column, project in enumerate(panel.projects)}
    first = add_months(panel.months[rows[0]], -LONGEST)
    stored = Alert.objects.select_for_update().filter(metric=panel.metric.name, month__gte=first)
    alerts = {
        (row_of(panel, alert.month), column_of[alert.project_id], alert.direction): alert
        for alert in stored.order_by("pk").iterator(5_000)
        if alert.project_id in column_of and row_of(panel, alert.month) < len(panel.months)
    }
    rolling = rolling_means(panel)
    changes = Changes()
    _silence(judged, alerts)
    running = _running(judged, alerts)
    grouped = find_episodes(judged, running.state)
    for direction in Direction:
        mine = {(row, column): alert for (row, column, of), alert in alerts.items() if of == direction}
        _move(judged, direction, mine, grouped, running.last, rolling, now, changes)
        _rank(judged, memory, direction, mine, changes)
    return changes


def _silence(judged: Judged, alerts: Mapping[tuple[int, int, str], Alert]) -> None:
    """Alarms of alerts that stay withdrawn start no episode: the month after them may, and they swallow none."""
    for (row, column, direction), alert in alerts.items():
        standing_out = row >= 0 and judged.judged[row, column] and judged.alarm[row, column] == CODES[Direction(direction)]
        if alert.status == Status.WITHDRAWN and standing_out:
            count = int(judged.panel.values[row, column])
            if stays_withdrawn(alert, count, judged.at(row, column).rules):
                judged.alarm[row, column] = 0


def rolling_means(panel: CountsPanel) -> FloatArray:
    """The classic mean of the three years before, which every alert shows whatever its detector."""
    classic = registry.get("rolling_mean")
    return classic.detect(Panel(panel.values)).expected


@dataclass(frozen=True, slots=True, eq=False)
class _Open:
    """The episodes that were open just before the judged months. last: for the (row, column) of each start its last row."""

    state: Running
    last: dict[tuple[int, int, str], int]


def _running(judged: Judged, alerts: Mapping[tuple[int, int, str], Alert]) -> _Open:
    """Find them among the stored alerts: one that began at most two months ago and was carried on without a break."""
    values = judged.panel.values
    first: IntArray = judged.judged.argmax(axis=0)
    touched = np.asarray(judged.judged.any(axis=0))
    before = int(judged.judged.any(axis=1).argmax()) - 1  # the row that `Running` speaks of
    state = Running.none(values.shape[1])
    last: dict[tuple[int, int, str], int] = {}
    for (row, column, direction), alert in sorted(alerts.items(), key=lambda item: item[0]):
        begins = int(first[column])
        recent = touched[column] and 0 <= row < begins <= row + LONGEST
        if not recent or alert.status == Status.WITHDRAWN:
            continue
        end = row if alert.episode_end is None else min(row_of(judged.panel, alert.episode_end), begins - 1)
        while end > row and np.isnan(values[end, column]):  # a missing month carries nothing on
            end -= 1
        last[row, column, direction] = end
        bound = alert.evidence.get("hold" if direction == Direction.PEAK else "hold_low")
        if bound is not None and np.isnan(values[end + 1 : begins, column]).all():
            state.direction[column] = SIGNS[Direction(direction)]
            state.age[column], state.limit[column] = before - row, bound
    return _Open(state, last)


def _move(
    judged: Judged,
    direction: Direction,
    alerts: dict[tuple[int, int], Alert],
    grouped: Grouped,
    open_until: Mapping[tuple[int, int, str], int],
    rolling: FloatArray,
    now: dt.datetime,
    changes: Changes,
) -> None:
    panel = judged.panel
    starts = set(grouped.starts[direction])
    for row, column in grouped.starts[direction]:
        found = judged.at(row, column)
        values = detector_values(found, direction, rolling[row, column])
        assert values is not None, "an alarm is always testable"  # noqa: S101 - for the type checker
        last = grouped.ends.get((row, column), row)
        values["episode_end"] = panel.months[last] if last > row else None
        alert = alerts.get((row, column))
        if alert is None:
            alerts[row, column] = _raise(panel, row, column, direction, values, now, changes)
        else:
            stand_out(alert, values, found.rules.reopen_step, now, changes)
    for (row, column), alert in alerts.items():
        if row < 0 or alert.pk is None or (row, column) in starts:
            continue
        if judged.judged[row, column]:
            found = judged.at(row, column)
            inside = judged.alarm[row, column] == CODES[direction]
            withdraw(alert, found, detector_values(found, direction, rolling[row, column]), inside, now, changes)
        elif (row, column, direction) in open_until:
            last = grouped.ends.get((row, column), open_until[row, column, direction])
            prolong(alert, panel.months[last] if last > row else None, changes)


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
    by = f"{values['detector']} {values['detector_version']}, policy {values['policy_version']}"
    changes.note(alert, Move.RAISE, f"Raised by {by}, with a count of {values['count']:,}")
    return alert


def _rank(
    judged: Judged, memory: Memory, direction: Direction, alerts: Mapping[tuple[int, int], Alert], changes: Changes
) -> None:
    """q-values over all wikis of a month, also those whose verdict is older: their chances are remembered."""
    rows = np.flatnonzero(judged.judged.any(axis=1))
    name = "p" if direction == Direction.PEAK else "p_low"
    chances = np.where(judged.judged, getattr(judged, name), getattr(memory, name))[rows]
    wikis = dict(zip(rows.tolist(), (~np.isnan(chances)).sum(axis=1).tolist(), strict=True))
    q = dict(zip(rows.tolist(), q_values(chances), strict=True))
    for (row, column), alert in alerts.items():
        if row in q:
            value = float(q[row][column])
            rank(alert, None if np.isnan(value) else value, wikis[row], changes)


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
