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
class JudgingBlock:
    """Consecutive rows of some columns of the panel, all to be judged by the same rules."""

    rules: Rules
    start: int
    stop: int
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MonthVerdict:
    """One judged month: where its verdict stands, and the rules it was judged by."""

    verdicts: Verdicts
    month: int
    series: int
    rules: Rules


@dataclass(slots=True, eq=False)
class PanelVerdicts:
    """What the rules say; arrays (months x projects) like the panel.

    is_judged: months that were judged now. alarm: `VerdictCode` of what the policy lets through, else 0.
    continuation_upper, continuation_lower: bound for the months that follow. p_upper, p_lower: NaN where not judged now.
    """

    panel: CountsPanel
    elapsed: float
    final: BoolArray
    is_judged: BoolArray
    alarm: CodeArray
    continuation_upper: FloatArray
    continuation_lower: FloatArray
    p_upper: FloatArray
    p_lower: FloatArray
    _block_number: np.ndarray
    _parts: list[tuple[Verdicts, JudgingBlock, dict[int, int]]] = field(default_factory=list)

    @property
    def blocks(self) -> list[JudgingBlock]:
        return [block for _, block, _ in self._parts]

    @property
    def columns(self) -> list[int]:
        """The columns of which any month was judged."""
        return [int(column) for column in np.flatnonzero(self.is_judged.any(axis=0))]

    def at(self, row: int, column: int) -> MonthVerdict:
        """The verdict on one month of one project; the month must be among the judged ones."""
        verdicts, block, position = self._parts[self._block_number[row, column]]
        return MonthVerdict(verdicts, row - block.start, position[column], block.rules)


MIN_SHARE = 1e-3  # of a month that has only begun


def until(panel: CountsPanel, month: dt.date) -> CountsPanel:
    """The panel without the months after `month`."""
    keep = sum(each <= month for each in panel.months)
    return CountsPanel(panel.metric, panel.months[:keep], panel.projects, panel.values[:keep])


def share_passed(month: dt.date, counted: dt.datetime) -> float:
    """The share of `month` that had passed at `counted` (UTC), above 0 and at most 1."""
    begin = dt.datetime(month.year, month.month, 1, tzinfo=dt.UTC)
    passed = (counted - begin) / dt.timedelta(days=days_in(month))
    return min(max(passed, MIN_SHARE), 1.0)


def final_rows(panel: CountsPanel, elapsed: float) -> BoolArray:
    """True for the rows whose month is over."""
    rows = len(panel.months)
    return np.arange(rows) < rows - (elapsed < 1)


def group(wanted: Iterable[tuple[int, int, int, Rules]]) -> list[JudgingBlock]:
    """(column, first row, row after the last, rules) in as few blocks as possible."""
    groups: dict[tuple[str, int, int], tuple[Rules, list[int]]] = {}
    for column, start, stop, rules in wanted:
        if start < stop:
            groups.setdefault((rules.key, start, stop), (rules, []))[1].append(column)
    return [
        JudgingBlock(rules, start, stop, tuple(columns[first : first + SERIES_AT_ONCE]))
        for (_, start, stop), (rules, columns) in sorted(groups.items(), key=lambda item: item[0])
        for first in range(0, len(columns), SERIES_AT_ONCE)
    ]


def judge(panel: CountsPanel, elapsed: float, blocks: Sequence[JudgingBlock]) -> PanelVerdicts:
    """Judge each block. Detectors look at nothing but the column and its past, so the grouping changes no verdict."""
    shape = panel.values.shape
    result = PanelVerdicts(
        panel=panel,
        elapsed=elapsed,
        final=final_rows(panel, elapsed),
        is_judged=np.zeros(shape, dtype=bool),
        alarm=np.zeros(shape, dtype=np.int8),
        continuation_upper=np.full(shape, np.nan),
        continuation_lower=np.full(shape, np.nan),
        p_upper=np.full(shape, np.nan),
        p_lower=np.full(shape, np.nan),
        _block_number=np.full(shape, -1, dtype=np.int32),
    )
    months = np.array(panel.months, dtype="datetime64[M]")
    for number, block in enumerate(blocks):
        columns = list(block.columns)
        rows = slice(block.start, block.stop)
        part = Panel(panel.values[:, columns], months, elapsed)
        verdicts = block.rules.detector.detect(part, block.rules.params, months=rows)
        cells = np.ix_(range(block.start, block.stop), columns)
        result.is_judged[cells] = True
        result.alarm[cells] = _let_through(verdicts, block.rules, panel.metric.name)
        for name in ("continuation_upper", "continuation_lower", "p_upper", "p_lower"):
            getattr(result, name)[cells] = getattr(verdicts, name)
        result._block_number[cells] = number
        result._parts.append((verdicts, block, {column: position for position, column in enumerate(columns)}))
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
    continuation_upper: FloatArray
    continuation_lower: FloatArray
    provisional: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class EpisodeIndex:
    """Episodes in rows of the panel. starts: (row, column) of each month where an alert belongs, by direction.

    ends: for each start, those before the judged months included, the last row that carried it on; absent where none did.
    """

    starts: dict[Direction, list[tuple[int, int]]]
    ends: dict[tuple[int, int], int]


def find_episodes(judged: PanelVerdicts, running: Running) -> EpisodeIndex:
    """Merge the months that only carry on an alarm into it; `running` is what was open before the first judged row."""
    first = int(judged.is_judged.any(axis=1).argmax())
    rows = slice(first, None)
    provisional = ~judged.final
    # An unfinished month carries on at its pace: bounds are those of whole months.
    share = np.where(provisional, judged.elapsed, 1.0)[:, np.newaxis]
    # What is not judged now is left out, like a missing month: it neither carries on an episode nor ends one.
    alarms = Alarms(
        count=np.where(judged.is_judged, judged.panel.values / share, np.nan)[rows],
        peak=(judged.alarm == VerdictCode.PEAK)[rows],
        drop=(judged.alarm == VerdictCode.DROP)[rows],
        continuation_upper=judged.continuation_upper[rows],
        continuation_lower=judged.continuation_lower[rows],
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
    return EpisodeIndex(starts, ends)


def row_of(panel: CountsPanel, month: dt.date) -> int:
    """The row of `month`; negative or beyond the end when the panel does not hold it."""
    return to_index(month) - to_index(panel.months[0])
