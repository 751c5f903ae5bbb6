"""The benchmark's tables and its calibration curve, as text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from alerts.detection.registry import get
from alerts.detection.types import Panel
from tests.benchmarks.detection import hindsight
from tests.benchmarks.detection.contestants import CONTESTANTS, EXPECTED_BAND, WITH_GATE, Outcome, oracle, run
from tests.benchmarks.detection.scoring import (
    Scores,
    average_precision,
    calibration,
    evaluate,
    sensitivity_at,
)
from tests.benchmarks.detection.simulator import CLASSES, Simulation
from tests.benchmarks.detection.text import markdown, percent

ORACLE = "oracle (true mean and variance)"
CURVE = "calibration.svg"
RARE = 0.001
CUTS = (0.2, 0.3, 0.5, 0.8)
MEANS = (("below 20", 0.0, 20.0), ("20 to 1,000", 20.0, 1e3), ("1,000 and more", 1e3, np.inf))


def outcomes(simulation: Simulation) -> dict[str, Outcome]:
    """Every contestant on the same data, and the oracle."""
    found = {name: run(contestant, simulation.counts) for name, contestant in CONTESTANTS.items()}
    return {**found, ORACLE: oracle(simulation)}


def simulated_table(simulation: Simulation, found: dict[str, Outcome], published: Simulation) -> str:
    """One line per method; below it, the default's figure on the classes as the research prototype has them."""
    header = ["method", "false alarms", "events found", "in first month", "events of +30 % found", "sensitivity"]
    header += ["precision", "F1", "average precision", "sensitivity at 1 % / 2 % false alarms"]
    rows = []
    for name, outcome in found.items():
        s: Scores = evaluate(simulation, outcome.alarm, outcome.score)
        figures = (s.detected, s.detected_first, s.detected_material, s.sensitivity, s.precision, s.f1, s.average_precision)
        cells = [f"{value:.3f}" for value in figures]
        rows.append([name, percent(s.false_alarms), *cells, f"{s.at_1:.3f} / {s.at_2:.3f}"])
    quiet = (simulation.scored & ~simulation.event).sum()
    events = (simulation.scored & simulation.event).sum()
    size = f"{events:,} event months and {quiet:,} quiet months in {simulation.counts.shape[1]:,} series."
    former = run(CONTESTANTS[EXPECTED_BAND], published.counts)
    comparable = evaluate(published, former.alarm, former.score).average_precision
    size += f" With tiny wikis as first published, for comparison: average precision of the default {comparable:.3f}."
    return f"{markdown(header, rows)}\n\n{size}"


def class_table(simulation: Simulation, found: dict[str, Outcome]) -> str:
    """Average precision by class for every method."""
    rows = []
    for name, outcome in found.items():
        cells = []
        for kind in CLASSES:
            columns = simulation.scored & (simulation.classes == kind)
            cells.append(f"{average_precision(outcome.score[columns], simulation.event[columns]):.2f}")
        rows.append([name, *cells])
    return markdown(["average precision", *CLASSES], rows)


def weakness_table(simulation: Simulation, found: dict[str, Outcome]) -> str:
    """The default detector class by class, weakest first, with what a perfect knowledge of the baseline would give."""
    judged = get("expected_band").detect(Panel(simulation.counts))
    by_class = []
    for kind in CLASSES:
        columns = np.broadcast_to(simulation.classes == kind, simulation.scored.shape)
        ours, ideal = found[EXPECTED_BAND], found[ORACLE]
        s = evaluate(simulation, ours.alarm, ours.score, columns)
        best = evaluate(simulation, ideal.alarm, ideal.score, columns)
        quiet = columns & simulation.scored & ~simulation.event
        tails = [percent((p[quiet & np.isfinite(p)] < RARE).mean()) for p in (judged.p_upper, judged.p_lower)]
        by_class.append((s.average_precision, kind, s, best, tails))
    rows = [
        [kind, f"{ap:.2f}", f"{best.average_precision:.2f}", percent(s.false_alarms), *tails,
         f"{s.detected:.2f}", f"{s.detected_material:.2f}"]
        for ap, kind, s, best, tails in sorted(by_class, key=lambda row: row[0])
    ]  # fmt: skip
    header = ["class", "average precision", "oracle's", "false alarms"]
    header += [f"quiet months with p of a {side} below {RARE:g}" for side in ("peak", "drop")]
    return markdown([*header, "events found", "events of +30 % found"], rows)


def drops_table(simulation: Simulation) -> str:
    """Quiet months cut down by some share: how many the default detector calls drops. A month is judged by others alone."""
    found = get("expected_band").detect(Panel(simulation.counts))
    quiet = simulation.scored & ~simulation.event
    rows = []
    for name, low, high in MEANS:
        columns = quiet & (simulation.mean >= low) & (simulation.mean < high)
        shares = [(np.round(simulation.counts * (1 - cut)) <= found.drop_threshold)[columns].mean() for cut in (0.0, *CUTS)]
        rows.append([name, f"{columns.sum():,}", percent(shares[0]), *(f"{share:.2f}" for share in shares[1:])])
    header = ["edits a month", "quiet months", "false drops", *(f"cut by {cut:.0%}" for cut in CUTS)]
    return markdown(header, rows)


def calibration_table(simulation: Simulation, found: dict[str, Outcome]) -> str:
    """Nominal against realised share of quiet months, for every method with p-values, and of the default for drops."""
    chances = {name: outcome.p for name, outcome in found.items() if outcome.p is not None and name != WITH_GATE}
    chances["expected band, p of a drop"] = get("expected_band").detect(Panel(simulation.counts)).p_lower
    rows = []
    levels: list[float] = []
    for name, p in chances.items():
        realised = calibration(simulation, p)
        levels = list(realised)
        rows.append([name, *(percent(share) for share in realised.values())])
    return markdown(["p below", *(f"{level:g}" for level in levels)], rows)


def calibration_curve(simulation: Simulation, outcome: Outcome) -> str:
    """Nominal (across) against realised (up) on logarithmic axes, as a small SVG; the diagonal is perfect."""
    assert outcome.p is not None
    side, margin, low, high = 300, 46, -3.3, -0.7

    def place(share: float) -> float:
        return float((np.log10(share) - low) / (high - low) * side)

    points = [(place(nominal), place(max(share, 1e-4))) for nominal, share in calibration(simulation, outcome.p).items()]
    path = " ".join(f"{margin + x:.1f},{margin / 2 + side - y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{margin + x:.1f}" cy="{margin / 2 + side - y:.1f}" r="4" fill="#3366cc"/>' for x, y in points)
    marks = ""
    for share in (0.001, 0.01, 0.1):
        at = place(share)
        marks += f'<text x="{margin + at:.1f}" y="{side + margin / 2 + 16}" text-anchor="middle">{share:g}</text>'
        marks += f'<text x="{margin - 6}" y="{margin / 2 + side - at + 4:.1f}" text-anchor="end">{share:g}</text>'
    width, height = side + margin + 14, side + margin + 14
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="12" role="img" aria-label="Realised against nominal share of false alarms">'
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
        f'<rect x="{margin}" y="{margin / 2}" width="{side}" height="{side}" fill="none" stroke="#a2a9b1"/>'
        f'<line x1="{margin}" y1="{margin / 2 + side}" x2="{margin + side}" y2="{margin / 2}" stroke="#a2a9b1" '
        'stroke-dasharray="4 4"/>'
        f'<polyline points="{path}" fill="none" stroke="#3366cc" stroke-width="2"/>{dots}{marks}'
        f'<text x="{margin + side / 2}" y="{height - 4}" text-anchor="middle">nominal p</text>'
        f'<text x="{margin + 8}" y="{margin / 2 + 16}">share of quiet months below it</text></svg>\n'
    )


def hindsight_tables(folder: Path, eras: Sequence[hindsight.Era] = hindsight.ERAS) -> str:
    """One table per panel of recorded data."""
    parts = []
    for era in eras:
        counts = hindsight.panel(folder, era)
        peak, ambiguous = hindsight.labels(counts)
        scored = hindsight.scored(counts, ambiguous)
        rows = []
        for name, contestant in CONTESTANTS.items():
            score, truth = run(contestant, counts).score[scored], peak[scored]
            found = " / ".join(f"{sensitivity_at(score, truth, share):.2f}" for share in (0.005, 0.01, 0.02, 0.05))
            rows.append([name, f"{average_precision(score, truth):.3f}", found])
        size = f"{counts.shape[1]} series, {peak[scored].sum()} peaks in {scored.sum():,} scored months"
        header = ["method", "average precision", "sensitivity at 0.5 / 1 / 2 / 5 % false alarms"]
        parts.append(f"**{era.name}** ({size})\n\n{markdown(header, rows)}")
    return "\n\n".join(parts)


def flagged_table(folder: Path) -> str:
    """Share of all judged real months that each registered method calls a peak."""
    panels = [hindsight.panel(folder, era, least_months=24) for era in hindsight.EVERYTHING]
    rows = []
    for name, contestant in CONTESTANTS.items():
        flagged = observed = 0
        for counts in panels:
            outcome = run(contestant, counts)
            judged: NDArray[np.bool_] = np.isfinite(outcome.score)
            flagged += int((outcome.alarm & judged).sum())
            observed += int(judged.sum())
        rows.append([name, f"{observed:,}", percent(flagged / observed, 1)])
    return markdown(["method", "real months judged", "called a peak"], rows)
