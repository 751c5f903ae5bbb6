"""The sweep: judge what is new or changed, and let the alerts follow. Running it twice or late costs nothing but time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.utils import timezone

from alerts.detection.types import IntArray
from alerts.engine.apply_verdicts import apply_verdicts, write
from alerts.engine.changes import Changes
from alerts.engine.judging import PanelVerdicts, final_rows, judge, row_of, share_passed, until
from alerts.engine.showing import arrange_stored
from alerts.engine.states import Memory, first_rows_to_judge, plan, policies_of, recall, remember, with_remembered
from alerts.lifecycle import Move
from alerts.models import Alert, DetectionState, DetectionSweep
from alerts.policies import RuleBook
from database.transactions import retried_transaction
from database.upsert import upsert
from edits.clock import current_day
from edits.metrics import METRICS, Metric, together
from edits.months import month_of
from edits.selectors import CountsPanel, counted_at, counts_panel

MAX_ATTEMPTS = 3  # of a sweep that another sweep overtook


class Overtaken(Exception):
    """Another sweep of the metric finished after this one read its state."""


@dataclass(slots=True)
class SweepResult:
    """What one sweep of one metric did: how many months it judged, and how often each move was made."""

    metric: str
    projects: int = 0
    judged_months: int = 0
    moves: dict[Move, int] = field(default_factory=dict)

    def __str__(self) -> str:
        moves = ", ".join(f"{move.value} {count:,}" for move, count in sorted(self.moves.items()))
        judged = f"judged {self.judged_months:,} months of {self.projects:,} projects"
        return f"{self.metric}: {judged}; {moves or 'no alert changed'}"


@dataclass(frozen=True, slots=True, eq=False)
class SweepInput:
    """What is stored of one metric when a judging begins. `generation` tells later whether it is still so."""

    metric: Metric
    generation: int
    panel: CountsPanel
    elapsed: float
    states: Mapping[int, DetectionState]
    memory: Memory


def read_panel(metric: Metric, today: dt.date, project_ids: Collection[int] | None = None) -> tuple[CountsPanel, float]:
    """The counts up to the month of `today`, and the share of the last month that had passed when it was counted.

    A month that is not over is judged by the share that had passed at its newest count, whenever that is done.
    """
    current = month_of(today)
    panel = until(counts_panel(metric=metric, project_ids=project_ids), current)
    if not panel.months or panel.months[-1] < current:
        return panel, 1.0
    counted = counted_at(metric=metric, month=current)
    # A fraction below 1, whatever the clock of the machine that counted says: the month is not over.
    return panel, min(share_passed(current, counted), 0.999) if counted else 0.5


def read_sweep_input(metric: Metric, today: dt.date) -> SweepInput:
    """The counts of all projects and what is remembered of them."""
    generation = DetectionSweep.objects.get_or_create(metric=metric.name)[0].generation
    states = {state.project_id: state for state in DetectionState.objects.filter(metric=metric.name)}
    panel, elapsed = read_panel(metric, today)
    panel = with_remembered(panel, states)
    return SweepInput(metric, generation, panel, elapsed, states, recall(panel, states))


def unsettled_rows(sweep_input: SweepInput) -> IntArray:
    """For each project the first row to judge; see `first_rows_to_judge`. Where that is a later month of an episode, the
    episode is judged from its start: its alert has the figures of its worst month, whichever that is now."""
    panel = sweep_input.panel
    first = first_rows_to_judge(panel, sweep_input.memory, final_rows(panel, sweep_input.elapsed))
    column_of = {project: column for column, project in enumerate(panel.projects)}
    episodes = Alert.objects.standing().filter(metric=sweep_input.metric.name, episode_end__isnull=False)
    for project, month, end in episodes.order_by("-month").values_list("project_id", "month", "episode_end"):
        column = column_of.get(project)
        if column is not None and end is not None and 0 <= row_of(panel, month) < first[column] <= row_of(panel, end):
            first[column] = row_of(panel, month)
    return first


def detect_alerts(
    *, today: dt.date | None = None, now: dt.datetime | None = None, metrics: Collection[str] = tuple(METRICS)
) -> list[SweepResult]:
    """Judge every month that is new, or has a new or changed count in its past, and raise, revise and withdraw alerts.

    `today` decides which month is not over yet (its verdicts are provisional). All changes of one metric, their history and
    the memory of what was judged are one transaction. Safe to run at any time, and by several workers at once.
    """
    return [_sweep(METRICS[name], today or current_day(), now or timezone.now()) for name in metrics]


def _sweep(metric: Metric, today: dt.date, now: dt.datetime) -> SweepResult:
    """One metric.

    1. Read the counts and what is remembered of them. 2. Plan which months to judge, by which policy. 3. Judge them.
    4. Store alerts, history and memory in one transaction; when another sweep was faster, begin again.
    """
    for _attempt in range(MAX_ATTEMPTS):
        sweep_input = read_sweep_input(metric, today)
        blocks = plan(sweep_input.panel, unsettled_rows(sweep_input), sweep_input.states, RuleBook())
        if not blocks:
            break
        judged = judge(sweep_input.panel, sweep_input.elapsed, blocks)
        try:
            changes = store(sweep_input=sweep_input, judged=judged, now=now)
        except Overtaken:
            continue
        return SweepResult(metric.name, len(judged.columns), int(judged.is_judged.sum()), changes.moves)
    return SweepResult(metric.name)  # nothing to do, or others did it; what they left is found by the next sweep


@retried_transaction
def store(*, sweep_input: SweepInput, judged: PanelVerdicts, now: dt.datetime) -> Changes:
    """Write what `judged` means for the alerts, with their history, and remember what was judged: all or nothing.

    Raises Overtaken, and writes nothing, when another sweep stored its verdicts after `sweep_input` was read. What is shown
    together is stored one after the other: the sweep of the whole is the lock.
    """
    whole = together(sweep_input.metric.name)[0]
    DetectionSweep.objects.get_or_create(metric=whole)
    DetectionSweep.objects.select_for_update().get(metric=whole)
    sweep = DetectionSweep.objects.select_for_update().get(metric=sweep_input.metric.name)
    if sweep.generation != sweep_input.generation:
        raise Overtaken
    changes = apply_verdicts(judged, sweep_input.memory, now)
    write(changes, now)
    arrange_stored(sweep_input.metric, [*changes.new, *changes.changed.values()])
    upsert(
        remember(judged, sweep_input.memory, judged.columns, sweep_input.metric.name, policies_of(judged, sweep_input.states)),
        key=("metric", "project_id"),
        update=("first_month", "final_until", "counts", "p_upper_values", "p_lower_values", "policies"),
    )
    sweep.generation, sweep.swept_at = sweep_input.generation + 1, now
    sweep.save()
    return changes
