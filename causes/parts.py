"""The parts of counts by kind of editor: read from what is stored, and divided up alert by alert."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from alerts.detection.types import Panel
from alerts.models import Alert
from alerts.policies import RuleBook, Rules
from causes.attribution.contribution import FloatArray, scaled_to
from causes.attribution.leading import NOBODY, Leading, leading, sums_of
from causes.attribution.usual import departure, movement
from causes.evidence import Breakdown, Part
from causes.hypotheses.weighing import BOTS
from edits.metrics import METRICS, Metric, Slice
from edits.models import EditorType
from edits.months import to_index

USER, ANONYMOUS = EditorType.USER.value, EditorType.ANONYMOUS.value
GROUP_BOT, NAME_BOT = EditorType.GROUP_BOT.value, EditorType.NAME_BOT.value
DIMENSION = "editor_type"
USUAL_MONTHS = 36
SURELY_PEOPLE = 2 / 3


@dataclass(frozen=True, slots=True)
class Division:
    """How a metric divides: the kinds that are its cells, and groups of them by the name of the part that may lead.

    opposites: people and bots, where both are counted: only then can everybody have moved.
    """

    kinds: tuple[str, ...]
    groups: Mapping[str, tuple[int, ...]]
    opposites: tuple[tuple[int, ...], ...] | None = None

    @property
    def positions(self) -> list[tuple[int, ...]]:
        return list(self.groups.values())

    def leader(self, found: Leading, row: int) -> str | None:
        """The part that made two thirds of the change; people (or bots) together, where no kind of them did it alone."""
        names = list(self.groups)
        if found.leader[row] != NOBODY:
            return names[int(found.leader[row])]
        if not found.tells[row]:
            return None
        if set(names) == set(BOTS):
            return "bots"
        if not {USER, ANONYMOUS} <= set(names):
            return None
        together = found.part[row, names.index(USER)] + found.part[row, names.index(ANONYMOUS)]
        return "people" if together >= SURELY_PEOPLE else None


DIVISIONS: Mapping[str, Division] = {
    "edits": Division(
        (USER, ANONYMOUS, GROUP_BOT, NAME_BOT), {USER: (0,), ANONYMOUS: (1,), "bots": (2, 3)}, opposites=((0, 1), (2,))
    ),
    "people_edits": Division((USER, ANONYMOUS), {USER: (0,), ANONYMOUS: (1,)}),
    "bot_edits": Division((GROUP_BOT, NAME_BOT), {GROUP_BOT: (0,), NAME_BOT: (1,)}),
}


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The stored counts by kind of some projects: months x kinds for each, on the same consecutive months; NaN = missing."""

    first: int  # index of the first month
    kinds: tuple[str, ...]
    values: Mapping[int, FloatArray]

    def until(self, project: int, month: dt.date, kinds: Sequence[str]) -> FloatArray | None:
        """The months up to `month`, which is the last row; None where nothing is stored of it."""
        rows = to_index(month) - self.first + 1
        found = self.values.get(project)
        if found is None or not 0 < rows <= len(found):
            return None
        return np.asarray(found[:rows, [self.kinds.index(kind) for kind in kinds]])


def read_cells(project_ids: Sequence[int]) -> Cells:
    """All counts by kind of content pages of the projects."""
    metric: Metric = METRICS["edits"]
    (breakdown,) = metric.breakdowns
    parts: dict[str, Slice] = metric.parts_of(breakdown, metric.definitions[0])
    rows = metric.model.objects.filter(project__in=project_ids, **metric.filter_of(parts.values()))
    table = list(rows.values_list("project_id", "month", breakdown.field, metric.count_field).iterator(10_000))
    if not table:
        return Cells(0, breakdown.values, {})
    first = min(to_index(month) for _, month, _, _ in table)
    length = max(to_index(month) for _, month, _, _ in table) - first + 1
    place = {kind: i for i, kind in enumerate(breakdown.values)}
    values: dict[int, FloatArray] = {}
    for project, month, kind, count in table:
        found = values.get(project)
        if found is None:
            found = values[project] = np.full((length, len(place)), np.nan)
        found[to_index(month) - first, place[kind]] = count
    return Cells(first, breakdown.values, values)


def divide(alerts: Sequence[Alert], cells: Cells, rules: RuleBook) -> dict[int, Breakdown]:
    """The breakdown of each alert whose parts are known in the month of its figures and add up to its count, by its id.

    The parts are expected by the detector that raised the alert, with its parameters, from the same months; alerts of one
    month and policy are computed together.
    """
    together: dict[tuple[str, dt.date, str], list[tuple[Alert, FloatArray]]] = defaultdict(list)
    for alert in alerts:
        division = DIVISIONS.get(alert.metric)
        known = division is not None and alert.policy_version  # none where another tool raised it
        history = cells.until(alert.project_id, alert.figures_month, division.kinds) if division and known else None
        if history is not None and history[-1].sum() == alert.count and alert.expected is not None:  # NaN is no count either
            together[alert.policy_version, alert.figures_month, alert.metric].append((alert, history))
    found: dict[int, Breakdown] = {}
    for (policy, _month, metric), members in together.items():
        histories = np.stack([history for _alert, history in members], axis=1)
        whole = np.array([alert.expected or 0.0 for alert, _history in members])
        parts = divide_histories(histories, whole, rules.rules(policy), DIVISIONS[metric])
        found |= {alert.pk: part for (alert, _history), part in zip(members, parts, strict=True) if part is not None}
    return found


def divide_histories(histories: FloatArray, whole: FloatArray, rules: Rules, division: Division) -> list[Breakdown | None]:
    """Divide the last month of each history: None where it says nothing.

    histories: months x alerts x kinds, NaN = missing; whole: (alerts,) what was expected of the sum of the kinds.
    """
    months, alerts, kinds = histories.shape
    panel = Panel(np.ascontiguousarray(histories.reshape(months, alerts * kinds)))
    verdicts = rules.detector.detect(panel, rules.params, months=slice(months - 1, months))
    alone = np.nan_to_num(verdicts.expected[0].reshape(alerts, kinds), nan=0.0)
    count, expected = histories[-1], scaled_to(alone, whole)
    before = histories[-1 - USUAL_MONTHS : -1]
    grouped = np.stack([before[:, :, list(group)].sum(axis=2) for group in division.positions], axis=2)
    usual = movement(grouped)
    found = leading(count, expected, usual, division.positions, opposites=division.opposites)
    bots = [i for i, kind in enumerate(division.kinds) if kind in BOTS]
    bots_seen = np.full(alerts, not bots) | np.any(histories[:, :, bots] > 0, axis=(0, 2))
    departures = departure(sums_of(count, division.positions), sums_of(expected, division.positions), usual)
    return [
        Breakdown(
            dimension=DIMENSION,
            parts=tuple(
                _part(kind, count[row, i], expected[row, i], found.contribution[row, i], division, departures[row], i)
                for i, kind in enumerate(division.kinds)
            ),
            leader=division.leader(found, row),
            alike=division.opposites is not None and bool(found.alike[row]),
            surprise=float(np.nan_to_num(found.surprise[row])),
            bots_seen=bool(bots_seen[row]),
        )
        if found.tells[row]
        else None
        for row in range(alerts)
    ]


def _part(
    kind: str, count: float, expected: float, share: float, division: Division, departures: FloatArray, position: int
) -> Part:
    group = next(i for i, cells in enumerate(division.positions) if position in cells)
    known = np.isfinite(departures[group])
    return Part(kind, float(count), float(expected), float(share), float(departures[group]) if known else None)
