"""From counts to verdicts for many projects: what is judged, by which rules, and what came out. Reads and writes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from alerts.detection.episodes import Running, episodes
from alerts.detection.types import BoolArray, CodeArray, FloatArray, Panel, VerdictCode, Verdicts
from alerts.models import Direction
from alerts.policies import Rules
from edits.months import days_in, to_index
from edits.selectors import CountsPanel

SERIES_AT_ONCE = 400  # bounds the memory; verdicts do not depend on it
CODES = {Direction.PEAK: VerdictCode.PEAK, Direction.DROP: VerdictCode.DROP}
SIGNS = {Direction.PEAK: 1, Direction.DROP: -1}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive rows of some columns of the panel, all to be judged by the same rules."""

    rules: Rules
    start: int
    stop: int
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One judged month: where its verdict stands, and the rules it was judged by."""

    verdicts: Verdicts
    month: int
    series: int
    rules: Rules


@dataclass(slots=True, eq=False)
class Judged:
    """What the rules say; arrays (months x projects) like the panel.

    judged: months that were judged now. alarm: `VerdictCode` of what the policy lets through, else 0.
    hold, hold_low: bound for the months that follow. p, p_low: NaN where not judged now.
    """

    panel: CountsPanel
    elapsed: float
    final: BoolArray
    judged: BoolArray
    alarm: CodeArray
    hold: FloatArray
    hold_low: FloatArray
    p: FloatArray
    p_low: FloatArray
    _stretch: np.ndarray
    _parts: list[tuple[Verdicts, Stretch, dict[int, int]]] = field(default_factory=list)

    @property
    def stretches(self) -> list[Stretch]:
        return [stretch for _, stretch, _ in self._parts]

    @property
    def columns(self) -> list[int]:
        """The columns of which any month was judged."""
        return [int(column) for column in np.flatnonzero(self.judged.any(axis=0))]

    def at(self, row: int, column: int) -> Found:
        """The verdict on one month of one project; the month must be among the judged ones."""
        verdicts, stretch, position = self._parts[self._stretch[row, column]]
        return Found(verdicts, row - stretch.start, position[column], stretch.rules)


LEAST_SHARE = 1e-3  # of a month that has only begun


def until(panel: CountsPanel, month: dt.date) -> CountsPanel:
    """The panel without the months after `month`."""
    keep = sum(each <= month for each in panel.months)
    return CountsPanel(panel.metric, panel.months[:keep], panel.projects, panel.values[:keep])


def share_passed(month: dt.date, counted: dt.datetime) -> float:
    """The share of `month` that had passed at `counted` (UTC), above 0 and at most 1."""
    begin = dt.datetime(month.year, month.month, 1, tzinfo=dt.UTC)
    passed = (counted - begin) / dt.timedelta(days=days_in(month))
    return min(max(passed, LEAST_SHARE), 1.0)


def final_rows(panel: CountsPanel, elapsed: float) -> BoolArray:
    """True for the rows whose month is over."""
    rows = len(panel.months)
    return np.arange(rows) < rows - (elapsed < 1)


def group(wanted: Iterable[tuple[int, int, int, Rules]]) -> list[Stretch]:
    """(column, first row, row after the last, rules) in as few stretches as possible."""
    groups: dict[tuple[str, int, int], tuple[Rules, list[int]]] = {}
    for column, start, stop, rules in wanted:
        if start < stop:
            groups.setdefault((rules.key, start, stop), (rules, []))[1].append(column)
    return [
        Stretch(rules, start, stop, tuple(columns[first : first + SERIES_AT_ONCE]))
        for (_, start, stop), (rules, columns) in sorted(groups.items(), key=lambda item: item[0])
        for first in range(0, len(columns), SERIES_AT_ONCE)
    ]


def judge(panel: CountsPanel, elapsed: float, stretches: Sequence[Stretch]) -> Judged:
    """Judge each stretch. Detectors look at nothing but the column and its past, so the grouping changes no verdict."""
    shape = panel.values.shape
    result = Judged(
        panel=panel,
        elapsed=elapsed,
        final=final_rows(panel, elapsed),
        judged=np.zeros(shape, dtype=bool),
        alarm=np.zeros(shape, dtype=np.int8),
        hold=np.full(shape, np.nan),
        hold_low=np.full(shape, np.nan),
        p=np.full(shape, np.nan),
        p_low=np.full(shape, np.nan),
        _stretch=np.full(shape, -1, dtype=np.int32),
    )
    months = np.array(panel.months, dtype="datetime64[M]")
    for number, stretch in enumerate(stretches):
        columns = list(stretch.columns)
        rows = slice(stretch.start, stretch.stop)
        part = Panel(panel.values[:, columns], months, elapsed)
        verdicts = stretch.rules.detector.detect(part, stretch.rules.params, months=rows)
        block = np.ix_(range(stretch.start, stretch.stop), columns)
        result.judged[block] = True
        result.alarm[block] = _let_through(verdicts, stretch.rules, panel.metric.name)
        for name in ("hold", "hold_low", "p", "p_low"):
            getattr(result, name)[block] = getattr(verdicts, name)
        result._stretch[block] = number
        result._parts.append((verdicts, stretch, {column: position for position, column in enumerate(columns)}))
    return result


def _let_through(verdicts: Verdicts, rules: Rules, metric: str) -> CodeArray:
    """Peaks and drops that the policy wants to hear of: its metrics, its directions, and its minimum volume."""
    if metric not in rules.metrics:
        return np.zeros(verdicts.verdict.shape, dtype=np.int8)
    with np.errstate(invalid="ignore"):
        volume = np.maximum(verdicts.count, verdicts.expected) >= rules.minimum_volume
        volume &= np.abs(verdicts.excess) >= rules.minimum_volume
    wanted = np.isin(verdicts.verdict, [CODES[Direction(direction)] for direction in rules.directions])
    return np.where(wanted & volume, verdicts.verdict, 0).astype(np.int8)


@dataclass(frozen=True, slots=True, eq=False)
class Alarms:
    """The alarms that the policies let through, as the grouping into episodes reads them."""

    count: FloatArray
    peak: BoolArray
    drop: BoolArray
    hold: FloatArray
    hold_low: FloatArray
    provisional: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class Grouped:
    """Episodes in rows of the panel. starts: (row, column) of each month where an alert belongs, by direction.

    ends: for each start, those before the judged months included, the last row that carried it on; absent where none did.
    """

    starts: dict[Direction, list[tuple[int, int]]]
    ends: dict[tuple[int, int], int]


def find_episodes(judged: Judged, running: Running) -> Grouped:
    """Merge the months that only carry on an alarm into it; `running` is what was open before the first judged row."""
    first = int(judged.judged.any(axis=1).argmax())
    rows = slice(first, None)
    provisional = ~judged.final
    # An unfinished month carries on at its pace: bounds are those of whole months.
    share = np.where(provisional, judged.elapsed, 1.0)[:, np.newaxis]
    # What is not judged now is left out, like a missing month: it neither carries on an episode nor ends one.
    alarms = Alarms(
        count=np.where(judged.judged, judged.panel.values / share, np.nan)[rows],
        peak=(judged.alarm == VerdictCode.PEAK)[rows],
        drop=(judged.alarm == VerdictCode.DROP)[rows],
        hold=judged.hold[rows],
        hold_low=judged.hold_low[rows],
        provisional=provisional[rows],
    )
    found = episodes(alarms, running)
    ends: dict[tuple[int, int], int] = {}
    for row, column in np.argwhere(found.ongoing).tolist():
        ends[first + row - int(found.age[row, column]), column] = first + row
    starts = {
        direction: [(first + row, column) for row, column in np.argwhere(found.start & (found.direction == sign)).tolist()]
        for direction, sign in SIGNS.items()
    }
    return Grouped(starts, ends)


def row_of(panel: CountsPanel, month: dt.date) -> int:
    """The row of `month`; negative or beyond the end when the panel does not hold it."""
    return to_index(month) - to_index(panel.months[0])
