"""What would be, if other rules had judged the past: previews of a policy, and the recomputation of stored alerts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
from django.db import transaction
from django.utils import timezone

from alerts.detection.types import IntArray
from alerts.engine.apply_verdicts import apply_verdicts
from alerts.engine.changes import Changes
from alerts.engine.judging import PanelVerdicts, group, judge, row_of
from alerts.engine.showing import number_shown
from alerts.engine.sweep import SweepInput, read_sweep_input, store, unsettled_rows
from alerts.lifecycle import Move
from alerts.models import Alert, DetectionPolicy, Status
from alerts.policies import RuleBook
from edits.clock import current_day
from edits.metrics import METRICS
from edits.months import add_months

PREVIEW_MONTHS = 60
APPEAR = (Move.RAISE, Move.RESTORE, Move.REOPEN_RISEN)


@dataclass(slots=True)
class Differences:
    """What other rules would do to the alerts of the judged months."""

    judged_months: int = 0
    projects: int = 0
    raised: list[Alert] = field(default_factory=list)
    withdrawn: list[Alert] = field(default_factory=list)
    revised: list[Alert] = field(default_factory=list)
    unchanged: set[int] = field(default_factory=set)  # ids

    @property
    def stay(self) -> int:
        """Alerts that stay as they are."""
        return len(self.unchanged)

    @property
    def before(self) -> int:
        """Alerts that stand now."""
        return self.stay + len(self.revised) + len(self.withdrawn)

    @property
    def after(self) -> int:
        """Alerts that would stand then."""
        return self.stay + len(self.revised) + len(self.raised)

    def add(self, judged: PanelVerdicts, changes: Changes) -> None:
        """Count in what one metric's `changes` would do."""
        self.judged_months += int(judged.is_judged.sum())
        self.projects = max(self.projects, len(judged.columns))
        self.raised += changes.made(*APPEAR)
        self.withdrawn += changes.made(Move.WITHDRAW)
        revised = changes.made(Move.REVISE, Move.CONFIRM, Move.ESCALATE)
        self.revised += [alert for alert in revised if alert.status != Status.WITHDRAWN]
        self.unchanged |= changes.confirmed - changes.changed.keys()

    def shown(self) -> tuple[int, int]:
        """How many alerts people are shown now and would be shown then: of a whole and its parts, one of a wiki and month."""
        known = {alert.pk for alert in (*self.revised, *self.withdrawn) if alert.pk}
        stored = Alert.objects.defer("evidence").in_bulk(self.unchanged | known)
        after = [*(stored[pk] for pk in self.unchanged), *self.revised, *self.raised]
        return number_shown(stored.values()), number_shown(after)


def preview_policy(
    *,
    policy: DetectionPolicy,
    today: dt.date | None = None,
    months: int = PREVIEW_MONTHS,
    metrics: Collection[str] = tuple(METRICS),
) -> Differences:
    """Which alerts of the last `months` stored months `policy` would raise and withdraw; writes nothing.

    `policy` need not be saved; it takes the place of the stored one of its scope, so that overrides of narrower scope keep
    their say. It must be valid (`full_clean`); ParameterError otherwise.
    """
    today = today or current_day()
    book = RuleBook(candidate=policy)
    differences = Differences()
    for name in metrics:
        sweep_input = read_sweep_input(METRICS[name], today)
        since = add_months(sweep_input.panel.months[-1], 1 - months) if sweep_input.panel.months else None
        judged = _judge_again(sweep_input, book, since=since, only=book.candidate_key)
        if judged is not None:
            differences.add(judged, _in_memory(sweep_input, judged))
    return differences


def recompute_alerts(
    *,
    since: dt.date | None = None,
    project_ids: Collection[int] | None = None,
    today: dt.date | None = None,
    now: dt.datetime | None = None,
    metrics: Collection[str] = tuple(METRICS),
    apply: bool = False,
) -> Differences:
    """Judge stored months again, by the policies and detector versions of today, and tell what differs.

    Sweeps keep to the policy that judged a month first; this is the way to change that. Writes only with `apply`, each metric
    with its history in one transaction. Raises Overtaken when a sweep stored other verdicts meanwhile: run it again.
    """
    differences = Differences()
    for name in metrics:
        sweep_input = read_sweep_input(METRICS[name], today or current_day())
        # Memory is written for whole projects: a month that changed since the last sweep must not be passed over.
        unsettled = unsettled_rows(sweep_input)
        judged = _judge_again(sweep_input, RuleBook(), since=since, project_ids=project_ids, at_the_latest=unsettled)
        if judged is None:
            continue
        moment = now or timezone.now()
        changes = store(sweep_input=sweep_input, judged=judged, now=moment) if apply else _in_memory(sweep_input, judged)
        differences.add(judged, changes)
    return differences


def _judge_again(
    sweep_input: SweepInput,
    book: RuleBook,
    *,
    since: dt.date | None = None,
    only: str | None = None,
    project_ids: Collection[int] | None = None,
    at_the_latest: IntArray | None = None,
) -> PanelVerdicts | None:
    """Judge the months from `since` on by the rules that apply now: of all projects, or those that `only` applies to.

    `at_the_latest` names for each column a row from which on it is judged in any case.
    """
    panel = sweep_input.panel
    if not panel.projects:
        return None
    rows = panel.values.shape[0]
    start = 0 if since is None else min(max(row_of(panel, since), 0), rows)
    first = np.maximum((~np.isnan(panel.values)).argmax(axis=0), start)
    if at_the_latest is not None:
        first = np.minimum(first, at_the_latest)
    wanted = [
        (column, int(first[column]), rows, book.rules(key))
        for column, (project, key) in enumerate(zip(panel.projects, book.current_keys(panel.projects), strict=True))
        if only in (None, key) and (project_ids is None or project in project_ids)
    ]
    blocks = group(wanted)
    return judge(panel, sweep_input.elapsed, blocks) if blocks else None


def _in_memory(sweep_input: SweepInput, judged: PanelVerdicts) -> Changes:
    """The changes without writing them: a look into the future, within a transaction so that it is one look."""
    with transaction.atomic():
        return apply_verdicts(judged, sweep_input.memory, timezone.now())
