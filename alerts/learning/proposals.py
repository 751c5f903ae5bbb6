"""Rules that would have spared moderators what they dismissed, and kept all that they explained. Nothing changes by itself."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from alerts.detection.types import CodeArray
from alerts.engine.judging import CODES, group, judge, row_of
from alerts.engine.sweep import read_panel
from alerts.learning.candidates import Change, changes
from alerts.learning.precision import Precision
from alerts.models import Alert, DetectionPolicy, Direction, Status
from alerts.policies import Rules, rules_of
from edits.metrics import METRICS
from edits.models import Project
from edits.selectors import CountsPanel

MIN_EXPLAINED, MIN_DISMISSED = 3, 3  # decisions of a wiki or a family below which nothing is proposed
MIN_SPARED = 0.5  # of the dismissed alerts, that a proposal must make vanish


@dataclass(frozen=True, slots=True)
class Decision:
    """One decided alert: whether it was right, and the months in which it stood out."""

    project: int
    metric: str
    direction: str
    months: tuple[dt.date, dt.date]
    right: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """`policy` (not stored) instead of the rules of today: `spared` of `dismissed` alerts vanish, no explained one."""

    policy: DetectionPolicy
    change: Change
    explained: int
    dismissed: int
    spared: int

    @property
    def before(self) -> Precision:
        return Precision(self.policy.scope, self.explained, self.dismissed)

    @property
    def after(self) -> Precision:
        return Precision(self.policy.scope, self.explained, self.dismissed - self.spared)


def decisions() -> list[Decision]:
    """What moderators decided on the alerts that people are shown. One query."""
    rows = Alert.objects.shown().filter(status__in=(Status.EXPLAINED, Status.DISMISSED)).order_by("pk")
    columns = ("project_id", "metric", "direction", "month", "episode_end", "status")
    return [
        Decision(project, metric, direction, (first, last or first), status == Status.EXPLAINED)
        for project, metric, direction, first, last, status in rows.values_list(*columns)
    ]


def proposals(*, today: dt.date) -> list[Proposal]:
    """For each wiki and family with enough decisions, the stricter rule that spares most; the largest come first.

    Judges the series of the decided alerts anew, once for each rule to try. Writes nothing.
    """
    scopes = _scopes(decisions())
    found = [each for base, mine in scopes if (each := best_of(base, _kept(base, mine, today), mine)) is not None]
    return sorted(found, key=lambda each: (-each.spared, each.policy.scope))


def _scopes(decided: Sequence[Decision]) -> Iterator[tuple[DetectionPolicy, list[Decision]]]:
    """(rules of today, written for the scope; its decisions): of families, of wikis. Wikis with rules of their own have a say
    in no family."""
    policies = {policy.scope: policy for policy in DetectionPolicy.objects.all()}
    families = dict(Project.objects.filter(pk__in={each.project for each in decided}).values_list("pk", "family"))
    by_scope: dict[tuple[str, int], list[Decision]] = defaultdict(list)
    for each in decided:
        by_scope["", each.project].append(each)
        if f"project:{each.project}" not in policies:
            by_scope[families[each.project], 0].append(each)
    for (family, project), mine in sorted(by_scope.items()):
        right = sum(each.right for each in mine)
        if right < MIN_EXPLAINED or len(mine) - right < MIN_DISMISSED:
            continue
        name = family or families[project]
        base = policies.get(f"project:{project}") or policies.get(f"family:{name}") or policies["site"]
        yield _written_for(base, family, project), mine


def _written_for(base: DetectionPolicy, family: str, project: int) -> DetectionPolicy:
    """The rules of `base` as a policy of the family or project: the stored one where it has one."""
    policy = Change("", None, 0).applied_to(base)
    policy.family, policy.project_id = family, project or None
    policy.scope = policy.scope_of()
    policy.pk = base.pk if base.scope == policy.scope else None
    return policy


Kept = Sequence[tuple[Change | None, Sequence[bool]]]


def best_of(base: DetectionPolicy, kept: Kept, decided: Sequence[Decision]) -> Proposal | None:
    """The change that keeps all explained alerts that today's rules raise and spares the most dismissed ones; the mildest of
    those that spare as many. None where none spares enough.

    `kept` has for the rules of today (None) and each change whether each decided alert is raised.
    """
    rows = {change: np.array(raised, dtype=bool) for change, raised in kept}
    today, right = rows.pop(None), np.array([each.right for each in decided], dtype=bool)
    explained, dismissed = today & right, today & ~right
    if explained.sum() < MIN_EXPLAINED or dismissed.sum() < MIN_DISMISSED:
        return None
    safe = {change: raised for change, raised in rows.items() if change and not (explained & ~raised).any()}
    spared = {change: int((dismissed & ~raised).sum()) for change, raised in safe.items()}
    enough = [change for change, number in spared.items() if number >= MIN_SPARED * dismissed.sum()]
    if not enough:
        return None
    best = max(enough, key=lambda change: (spared[change], -change.step))
    policy = best.applied_to(base)
    policy.pk = base.pk
    return Proposal(policy, best, int(explained.sum()), int(dismissed.sum()), spared[best])


def _kept(base: DetectionPolicy, decided: Sequence[Decision], today: dt.date) -> Kept:
    """Whether each decided alert is raised by the rules of today, and by each change."""
    tried: list[Change | None] = [None, *changes(base)]
    rules = [rules_of(change.applied_to(base) if change else base) for change in tried]
    raised = np.zeros((len(tried), len(decided)), dtype=bool)
    for metric in sorted({each.metric for each in decided}):
        places = [place for place, each in enumerate(decided) if each.metric == metric]
        raised[:, places] = _raised(metric, rules, [decided[place] for place in places], today)
    return list(zip(tried, raised, strict=True))


def _raised(metric: str, rules: Iterable[Rules], decided: Sequence[Decision], today: dt.date) -> list[list[bool]]:
    """For each of `rules`, whether it raises each of the decided alerts, in any of its months."""
    panel, elapsed = read_panel(METRICS[metric], today, project_ids={each.project for each in decided})
    column = {project: place for place, project in enumerate(panel.projects)}
    found = []
    for one in rules:
        alarm = judge(panel, elapsed, group((place, 0, len(panel.months), one) for place in column.values())).alarm
        found.append([_stands_out(each, panel, alarm, column.get(each.project)) for each in decided])
    return found


def _stands_out(decision: Decision, panel: CountsPanel, alarm: CodeArray, column: int | None) -> bool:
    """Whether any month of the decided alert is an alarm in its direction; not where its counts are gone."""
    if column is None:
        return False
    first, last = (row_of(panel, month) for month in decision.months)
    return bool((alarm[max(first, 0) : last + 1, column] == CODES[Direction(decision.direction)]).any())
