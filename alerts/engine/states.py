"""What the detection remembers of each series, packed and unpacked, and what that leaves to be judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from alerts.detection.types import BoolArray, FloatArray, IntArray
from alerts.engine.judging import JudgingBlock, PanelVerdicts, group, row_of
from alerts.models import DetectionState, Direction
from alerts.policies import RuleBook
from edits.months import from_index, month_range, parse_month, to_index
from edits.selectors import CountsPanel

COUNTS, CHANCES = np.dtype("<i8"), np.dtype("<f8")
MISSING = -1


@dataclass(slots=True, eq=False)
class Memory:
    """The states of the panel's projects as arrays (months x projects): counts as judged, and the chances found."""

    counts: FloatArray
    p_upper: FloatArray
    p_lower: FloatArray
    final: BoolArray


def with_remembered(panel: CountsPanel, states: Mapping[int, DetectionState]) -> CountsPanel:
    """The panel with the projects and months of which no count is stored any more: their alerts must not outlive them."""
    seen = {project: state for project, state in states.items() if state.counts}
    firsts = [to_index(state.first_month) for state in seen.values()]
    lasts = [to_index(state.first_month) + len(state.counts) // COUNTS.itemsize - 1 for state in seen.values()]
    if panel.months:
        firsts, lasts = [*firsts, to_index(panel.months[0])], [*lasts, to_index(panel.months[-1])]
    projects = tuple(sorted({*panel.projects, *seen}))
    if not firsts or (len(projects), max(lasts) - min(firsts) + 1) == panel.values.shape[::-1]:
        return panel
    months = tuple(month_range(from_index(min(firsts)), from_index(max(lasts))))
    values = np.full((len(months), len(projects)), np.nan)
    if panel.months:
        start = to_index(panel.months[0]) - min(firsts)
        columns = np.searchsorted(projects, panel.projects)
        values[start : start + len(panel.months), columns] = panel.values
    return CountsPanel(panel.metric, months, projects, values)


def recall(panel: CountsPanel, states: Mapping[int, DetectionState]) -> Memory:
    """Unpack `states` (by project) on the months of the panel; NaN where nothing was judged."""
    shape = panel.values.shape
    memory = Memory(
        counts=np.full(shape, np.nan),
        p_upper=np.full(shape, np.nan),
        p_lower=np.full(shape, np.nan),
        final=np.zeros(shape, dtype=bool),
    )
    for column, project in enumerate(panel.projects):
        state = states.get(project)
        if state is None:
            continue
        counts = np.frombuffer(state.counts, dtype=COUNTS)
        _place(memory.counts, panel, column, state.first_month, np.where(counts == MISSING, np.nan, counts))
        _place(memory.p_upper, panel, column, state.first_month, np.frombuffer(state.p_upper_values, dtype=CHANCES))
        _place(memory.p_lower, panel, column, state.first_month, np.frombuffer(state.p_lower_values, dtype=CHANCES))
        if state.final_until is not None:
            memory.final[: max(row_of(panel, state.final_until) + 1, 0), column] = True
    return memory


def _place(target: FloatArray, panel: CountsPanel, column: int, first: dt.date, values: FloatArray) -> None:
    offset = row_of(panel, first)
    low, high = max(offset, 0), min(offset + len(values), target.shape[0])
    target[low:high, column] = values[low - offset : max(high - offset, 0)]


def chances_of_month(metric: str, month: dt.date, direction: str) -> dict[int, float]:
    """For each project whose month was tested, the remembered chance of a month at least this high (or, for drops, low)."""
    column = "p_upper_values" if direction == Direction.PEAK else "p_lower_values"
    chances = {}
    for project, first, packed in DetectionState.objects.filter(metric=metric).values_list(
        "project_id", "first_month", column
    ):
        values, place = np.frombuffer(packed, dtype=CHANCES), to_index(month) - to_index(first)
        if 0 <= place < len(values) and not np.isnan(values[place]):
            chances[project] = float(values[place])
    return chances


def first_rows_to_judge(panel: CountsPanel, memory: Memory, final: BoolArray) -> IntArray:
    """For each project the first row whose verdict may differ from the stored one; the number of rows when there is none.

    That is the first count that is new, changed or gone, or the first that was judged before its month was over and now is
    (`final`, by row). All later months have it in their past, so they are judged again too.
    """
    same = (panel.values == memory.counts) | (np.isnan(panel.values) & np.isnan(memory.counts))
    unsettled = ~same | (~memory.final & final[:, np.newaxis] & ~np.isnan(panel.values))
    rows, width = panel.values.shape
    if not rows or not width:
        return np.zeros(0, dtype=np.int32)
    first: IntArray = np.where(unsettled.any(axis=0), unsettled.argmax(axis=0), rows)
    return first


def plan(
    panel: CountsPanel,
    first_rows: np.ndarray,
    states: Mapping[int, DetectionState],
    book: RuleBook,
) -> list[JudgingBlock]:
    """What is to be judged: months that are new by the current policy, others by the one that judged them before."""
    rows = panel.values.shape[0]
    current = book.current_keys(panel.projects)
    wanted = []
    for column in np.flatnonzero(first_rows < rows):
        segments = _segments(panel, states.get(panel.projects[column]), current[column])
        ends = [start for start, _ in segments[1:]] + [rows]
        for (start, key), end in zip(segments, ends, strict=True):
            wanted.append((int(column), max(start, int(first_rows[column])), min(end, rows), book.rules(key)))
    return group(wanted)


def _segments(panel: CountsPanel, state: DetectionState | None, current: str) -> list[tuple[int, str]]:
    """(first row, policy) of each block of months under one policy, oldest first."""
    if state is None or state.final_until is None:
        return [(0, current)]
    segments = [(row_of(panel, parse_month(month)), key) for month, key in state.policies]
    unjudged = row_of(panel, state.final_until) + 1
    segments = [(start, key) for start, key in segments if start < unjudged] or [(0, current)]
    segments[0] = (0, segments[0][1])
    return segments if segments[-1][1] == current else [*segments, (unjudged, current)]


def remember(
    judged: PanelVerdicts, memory: Memory, columns: Sequence[int], metric: str, keys: Mapping[int, list[list[str]]]
) -> list[DetectionState]:
    """The states to store for the judged `columns`. `keys` are the policies by column, as `policies_of` makes them."""
    panel = judged.panel
    new = judged.is_judged
    p_upper, p_lower = np.where(new, judged.p_upper, memory.p_upper), np.where(new, judged.p_lower, memory.p_lower)
    present = ~np.isnan(panel.values)
    states = []
    for column in columns:
        rows = np.flatnonzero(present[:, column])
        low, high = (int(rows[0]), int(rows[-1]) + 1) if rows.size else (0, 0)
        values = panel.values[low:high, column]
        final = np.flatnonzero(present[:, column] & judged.final)
        states.append(
            DetectionState(
                project_id=panel.projects[column],
                metric=metric,
                first_month=panel.months[low],
                final_until=panel.months[final[-1]] if final.size else None,
                counts=np.where(np.isnan(values), MISSING, values).astype(COUNTS).tobytes(),
                p_upper_values=p_upper[low:high, column].astype(CHANCES).tobytes(),
                p_lower_values=p_lower[low:high, column].astype(CHANCES).tobytes(),
                policies=keys[column],
            )
        )
    return states


def policies_of(judged: PanelVerdicts, states: Mapping[int, DetectionState]) -> dict[int, list[list[str]]]:
    """For each judged column the pairs [first month, policy], those of the months before the judged ones included."""
    panel = judged.panel
    result: dict[int, list[list[str]]] = {}
    for block in sorted(judged.blocks, key=lambda block: block.start):
        first = panel.months[block.start]
        for column in block.columns:
            if column not in result:
                state = states.get(panel.projects[column])
                earlier = state.policies if state else []
                result[column] = [list(pair) for pair in earlier if parse_month(pair[0]) < first]
            if not result[column] or result[column][-1][1] != block.rules.key:
                result[column].append([f"{first:%Y-%m}", block.rules.key])
    return result
