"""Measures of detection, as Noufaily et al. and Bédubourg & Le Strat define them, for months and for whole events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.detection.simulator import Simulation

NOMINAL = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1)
MATERIAL = 0.30  # events whose largest month adds at least this share of the month's mean


@dataclass(frozen=True, slots=True)
class Scores:
    """All as shares of 1.

    false_alarms: alarms among quiet months. detected, detected_first, detected_material: events with an alarm in any
    month, in their first scored month, and of those that add at least 30 %. sensitivity: alarms among event months.
    precision: event months among alarms. average_precision: area under precision over sensitivity, by the method's own
    score. at_1, at_2: sensitivity when the threshold on the score allows 1 and 2 % false alarms.
    """

    false_alarms: float
    detected: float
    detected_first: float
    detected_material: float
    sensitivity: float
    precision: float
    average_precision: float
    at_1: float
    at_2: float

    @property
    def f1(self) -> float:
        total = self.precision + self.sensitivity
        return 2 * self.precision * self.sensitivity / total if total else 0.0


def ranking(score: NDArray[np.float64], truth: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Precision at each true positive's rank, and sensitivity as a function of false alarms; flat arrays in.

    A month without a score ranks last. Returns (precision at the ranks of the positives, false-alarm share at them).
    """
    order = np.argsort(-np.where(np.isfinite(score), score, -np.inf), kind="stable")
    hit = truth[order]
    hits, misses = np.cumsum(hit), np.cumsum(~hit)
    return (hits / np.arange(1, len(hit) + 1))[hit], (misses / max(misses[-1], 1))[hit]


def average_precision(score: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Mean precision over the positives."""
    return float(ranking(score, truth)[0].mean()) if truth.any() else np.nan


def sensitivity_at(score: NDArray[np.float64], truth: NDArray[np.bool_], false_alarms: float) -> float:
    """Share of positives found before the share of false alarms exceeds the given one."""
    return float((ranking(score, truth)[1] <= false_alarms).mean())


def evaluate(
    simulation: Simulation, alarm: NDArray[np.bool_], score: NDArray[np.float64], columns: NDArray[np.bool_] | None = None
) -> Scores:
    """Score alarms (months x series) on the scored months of all series, or of some `columns`."""
    scored = simulation.scored if columns is None else simulation.scored & columns
    truth = simulation.event & scored
    quiet = scored & ~simulation.event
    alarm = alarm & scored
    hits, false = (alarm & truth).sum(), (alarm & quiet).sum()
    detected, first, material = _events(simulation, alarm, truth)
    flat_score, flat_truth = score[scored], simulation.event[scored]
    return Scores(
        false_alarms=false / max(quiet.sum(), 1),
        detected=detected,
        detected_first=first,
        detected_material=material,
        sensitivity=hits / max(truth.sum(), 1),
        precision=hits / max(hits + false, 1),
        average_precision=average_precision(flat_score, flat_truth),
        at_1=sensitivity_at(flat_score, flat_truth, 0.01),
        at_2=sensitivity_at(flat_score, flat_truth, 0.02),
    )


def _events(simulation: Simulation, alarm: NDArray[np.bool_], truth: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Share of events detected at all, in the first scored month, and of the material ones."""
    month, series = np.nonzero(truth.T)[::-1]  # by series, then by month
    key = series * 1_000 + simulation.number[month, series]
    _, start, event = np.unique(key, return_index=True, return_inverse=True)
    if not start.size:
        return np.nan, np.nan, np.nan
    alarmed = alarm[month, series]
    hit = np.zeros(start.size, dtype=bool)
    np.logical_or.at(hit, event, alarmed)
    mean = simulation.mean[month, series]
    size = np.zeros(start.size)
    np.maximum.at(size, event, (simulation.counts[month, series] - mean) / np.maximum(mean, 1e-9))
    material = size >= MATERIAL
    return float(hit.mean()), float(alarmed[start].mean()), float(hit[material].mean()) if material.any() else np.nan


def calibration(simulation: Simulation, p: NDArray[np.float64]) -> dict[float, float]:
    """Nominal level -> share of quiet scored months whose p is below it (of those that have a p)."""
    quiet = p[simulation.scored & ~simulation.event]
    quiet = quiet[np.isfinite(quiet)]
    return {level: float((quiet < level).mean()) for level in NOMINAL}
