"""Injected events through the parts of the site that explain alerts, and the baselines on the same months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from alerts.detection.registry import get
from alerts.detection.types import Panel
from alerts.policies import Rules
from causes.attribution.contribution import contributions, scaled_to
from causes.attribution.usual import median_before
from causes.evidence import Breakdown
from causes.findings import Explained, Strength
from causes.hypotheses.registry import explain
from causes.parts import DIVISIONS, Division, divide_histories
from tests.benchmarks.causes.backgrounds import Array, Background
from tests.benchmarks.causes.injections import EVENTS, ORDINARY, Injection, evidence_of, injection_of

HISTORY = 96  # months before the judged one that the detector sees
PAGES = Division(("content", "non-content"), {"content": (0,), "non-content": (1,)})
CONTENT_ONLY = 1


@dataclass(slots=True)
class Case:
    """One injected event and what was said of it. `raised`: the site's default detector raises an alert."""

    event: str
    background: Background
    row: int
    injection: Injection
    raised: bool = False
    explained: Explained | None = None
    largest: str = ""
    adtributor: str = ""

    @property
    def said(self) -> str:
        """The first hypothesis that is more than weak."""
        first = self.explained.first if self.explained else None
        return first.hypothesis if first and first.strength > Strength.WEAK else "nothing"

    @property
    def strength(self) -> Strength | None:
        first = self.explained.first if self.explained else None
        return first.strength if first else None

    @property
    def right(self) -> bool:
        return self.said == ("nothing" if self.event == ORDINARY else EVENTS[self.event].truth)


def make_cases(backgrounds: Sequence[Background], seed: int, each: int) -> list[Case]:
    """`each` cases of every event and twice as many ordinary months, at random places of random backgrounds."""
    rng = np.random.default_rng(seed)
    places = [(background, background.ordinary_months()) for background in backgrounds]
    places = [place for place in places if place[1]]
    cases = []
    for event in [*EVENTS, ORDINARY]:
        wanted = 2 * each if event == ORDINARY else each
        while wanted:
            background, months = places[rng.integers(len(places))]
            row = int(rng.choice(months))
            values = _all_pages(background) if event == "work outside content" else background.values
            if values is None:
                background, months = next(place for place in places if place[0].non_content is not None)
                row, values = int(rng.choice(months)), _all_pages(next(b for b, _ in places if b.non_content is not None))
            assert values is not None
            usual = median_before(values[row - 36 : row])
            if event != ORDINARY and not EVENTS[event].fits(background, usual):
                continue
            whole = replace(background, values=values)
            injection = injection_of(rng, whole, row, usual)
            if event != ORDINARY:
                EVENTS[event].change(injection)
            cases.append(Case(event, whole, row, injection))
            wanted -= 1
    return cases


def _all_pages(background: Background) -> Array | None:
    return None if background.non_content is None else background.values + background.non_content


def history_of(case: Case) -> Array:
    """HISTORY months and the changed one: rows x kinds, NaN before the beginning."""
    start = max(case.row - HISTORY, 0)
    before = case.background.values[start : case.row]
    missing = np.full((HISTORY - len(before), before.shape[1]), np.nan)
    return np.concatenate([missing, before, case.injection.values[np.newaxis]])


def pages_of(case: Case) -> Array:
    """The same months by page type."""
    start = max(case.row - HISTORY, 0)
    other = case.background.non_content
    assert other is not None
    whole = case.background.values.sum(axis=1)
    outside = other.sum(axis=1)
    rows = np.stack([whole - outside, outside], axis=1)[start : case.row + 1].copy()
    rows[-1] = [
        case.injection.values.sum() - outside[case.row] - case.injection.non_content,
        outside[case.row] + case.injection.non_content,
    ]
    return np.concatenate([np.full((HISTORY + 1 - len(rows), 2), np.nan), rows])


def solve(cases: Sequence[Case]) -> None:
    """Judge, divide and explain every case as the site would; and let the baselines name their cell."""
    detector = get("expected_band")
    rules = Rules("bench", detector, detector.parse({}), 5, frozenset({"edits"}), frozenset({"peak", "drop"}), 10.0)
    histories = np.stack([history_of(case) for case in cases], axis=1)
    totals = histories.sum(axis=2)
    verdicts = detector.detect(Panel(totals), rules.params, months=slice(HISTORY, HISTORY + 1))
    whole = np.nan_to_num(verdicts.expected[0])
    parts = divide_histories(histories, whole, rules, DIVISIONS["edits"])
    pages = _pages(cases, rules, whole)
    for i, case in enumerate(cases):
        case.raised = bool(verdicts.peak[0, i])
        case.explained = explain(
            evidence_of(case.injection, float(whole[i]), float(verdicts.score[0, i]), parts[i], pages.get(i))
        )
    _baselines(cases, histories, whole)


def _pages(cases: Sequence[Case], rules: Rules, whole: Array) -> dict[int, Breakdown]:
    wanted = [i for i, case in enumerate(cases) if case.event == "work outside content"]
    if not wanted:
        return {}
    histories = np.stack([pages_of(cases[i]) for i in wanted], axis=1)
    found = divide_histories(histories, whole[wanted], rules, PAGES)
    return {i: part for i, part in zip(wanted, found, strict=True) if part is not None}


CELLS = ("people", "people", "flagged_bots", "name_bots")  # what a rule that knows editor types alone can say
T_EEP, T_EP = 0.1, 0.67  # Adtributor's thresholds, as published


def _baselines(cases: Sequence[Case], histories: Array, whole: Array) -> None:
    """The largest share of the change; and Adtributor (NSDI 2014) on editor types: cells in the order of surprise, those with
    at least T_EEP of the change, until together they explain T_EP; it names a cell where one is enough."""
    count = histories[-1]
    expected = scaled_to(median_before(histories[:-1]), whole)
    share = contributions(count, expected)
    with np.errstate(invalid="ignore", divide="ignore"):
        p, q = expected / expected.sum(axis=1, keepdims=True), count / count.sum(axis=1, keepdims=True)
        surprise = 0.5 * (
            np.where(p > 0, p * np.log(2 * p / (p + q)), 0.0) + np.where(q > 0, q * np.log(2 * q / (p + q)), 0.0)
        )
    for i, case in enumerate(cases):
        if np.isnan(share[i]).any():
            case.largest = case.adtributor = "nothing"
            continue
        case.largest = CELLS[int(share[i].argmax())]
        chosen: list[int] = []
        for cell in np.argsort(-surprise[i]):
            if share[i, cell] >= T_EEP:
                chosen.append(int(cell))
            if share[i, chosen].sum() >= T_EP:
                break
        names = {CELLS[cell] for cell in chosen}
        case.adtributor = names.pop() if len(names) == 1 and share[i, chosen].sum() >= T_EP else "nothing"
