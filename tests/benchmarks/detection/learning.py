"""Do proposals learn? 200 simulated wikis whose people decide on alerts by tastes that the rules do not know.

Ten families of twenty wikis. A family's people find a rise noteworthy from some size on, and half of the families do not care
for drops. They explain an alert when a known event of such a size was behind it, and dismiss it otherwise. Proposals are made
from the decisions on the first fifteen years, and followed; both periods are then judged with the rules before and after.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alerts.detection.registry import DEFAULT_DETECTOR
from alerts.detection.types import VerdictCode
from alerts.engine.judging import group, judge
from alerts.learning.candidates import Change, changes
from alerts.learning.proposals import Decision, best_of
from alerts.models import DetectionPolicy
from alerts.policies import rules_of
from edits.metrics import METRICS
from edits.months import add_months
from edits.selectors import CountsPanel
from tests.benchmarks.detection.simulator import CLASSES, DEVELOPMENT_SEED, simulate
from tests.benchmarks.detection.text import markdown, percent

WIKIS, FAMILIES, MONTHS, LEARNT = 200, 10, 240, 180
FIRST = dt.date(2004, 1, 1)
TASTES = (0.0, 0.3, 0.6, 1.0)  # the smallest rise that a family's people find noteworthy
DROP_GAP, DROP_TO = 40, (0.2, 0.6)  # mean months between lasting-one-month drops, and what is left of the count

Codes = NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Arrays months x wikis: counts, what an alert of the month would be called (`right`: by its direction), and families."""

    panel: CountsPanel
    right: dict[int, NDArray[np.bool_]]
    family: NDArray[np.int64]


def labelled(seed: int = DEVELOPMENT_SEED) -> Labelled:
    """The wikis, and how their people would decide on each month."""
    made = simulate(seed, -(-WIKIS // len(CLASSES)), MONTHS)
    rng = np.random.default_rng(seed + 1)
    order = rng.permutation(len(made.classes))[:WIKIS]
    counts, mean, event = made.counts[:, order], made.mean[:, order], made.event[:, order]
    fallen = (rng.random(counts.shape) < 1 / DROP_GAP) & ~event
    counts = np.where(fallen, np.round(counts * rng.uniform(*DROP_TO, counts.shape)), counts)
    family = np.arange(WIKIS) % FAMILIES
    taste, drops = rng.choice(TASTES, FAMILIES)[family], (rng.permutation(FAMILIES) % 2 == 0)[family]
    months = tuple(add_months(FIRST, at) for at in range(MONTHS))
    right: dict[int, NDArray[np.bool_]] = {
        VerdictCode.PEAK: event & (counts >= (1 + taste) * mean),
        VerdictCode.DROP: fallen & drops,
    }
    return Labelled(CountsPanel(METRICS["edits"], months, tuple(range(WIKIS)), counts), right, family)


def decisions_of(wikis: Labelled, alarm: Codes, columns: Sequence[int]) -> tuple[list[Decision], list[tuple[int, int]]]:
    """What people decided on the alarms of the learning period, and where each stands."""
    places = [(row, column) for row, column in np.argwhere(alarm[:LEARNT] > 0).tolist() if column in set(columns)]
    names = {VerdictCode.PEAK: "peak", VerdictCode.DROP: "drop"}
    return [
        Decision(
            column, "edits", names[VerdictCode(alarm[row, column])], (wikis.panel.months[row],) * 2,
            bool(wikis.right[alarm[row, column]][row, column]),
        )
        for row, column in places
    ], places  # fmt: skip


def follow(wikis: Labelled) -> tuple[Codes, Codes, int]:
    """Alarms by the rules of today, by those after following every proposal, and how many were followed."""
    base = DetectionPolicy(detector=DEFAULT_DETECTOR)
    tried: list[Change | None] = [None, *changes(base)]
    alarms = {change: _alarms(wikis, change.applied_to(base) if change else base) for change in tried}
    today, after, followed = alarms[None], alarms[None].copy(), 0
    families = [np.flatnonzero(wikis.family == family).tolist() for family in range(FAMILIES)]
    scopes = families + [[each] for each in range(WIKIS)]
    for columns in scopes:  # a wiki's own rules go before its family's
        decided, places = decisions_of(wikis, today, columns)
        kept = [(change, [bool(alarm[place] == today[place]) for place in places]) for change, alarm in alarms.items()]
        found = best_of(base, kept, decided)
        if found is not None:
            after[:, columns] = alarms[found.change][:, columns]
            followed += 1
    return today, after, followed


def _alarms(wikis: Labelled, policy: DetectionPolicy) -> Codes:
    policy.scope = policy.scope_of()
    rules = rules_of(policy)
    return judge(wikis.panel, 1.0, group((column, 0, MONTHS, rules) for column in range(WIKIS))).alarm


def learning_table(seed: int = DEVELOPMENT_SEED) -> str:
    """Precision, and explained alerts kept, before and after following the proposals."""
    wikis = labelled(seed)
    today, after, followed = follow(wikis)
    rows = []
    for name, period in (("decided months", slice(0, LEARNT)), ("later months", slice(LEARNT, None))):
        before, then = _counted(today, wikis.right, period), _counted(after, wikis.right, period)
        lost = before[0] - then[0]
        rows.append(
            [name, f"{sum(before):,}", percent(before[0] / sum(before), 1), f"{sum(then):,}", percent(then[0] / sum(then), 1),
             percent(1 - lost / before[0], 1)]
        )  # fmt: skip
    head = ["", "alerts before", "right", "alerts after", "right", "explained ones kept"]
    return markdown(head, rows) + f"\n\n{followed} proposals followed, of {FAMILIES} families and {WIKIS} wikis."


def _counted(alarm: Codes, right: dict[int, NDArray[np.bool_]], period: slice) -> tuple[int, int]:
    """(right, false) alarms of the period."""
    good = sum(int((alarm[period] == code)[where[period]].sum()) for code, where in right.items())
    return good, int((alarm[period] > 0).sum()) - good
