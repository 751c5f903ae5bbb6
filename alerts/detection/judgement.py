"""From numbers to verdicts: the steps that every detector ends with, written once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from alerts.detection.types import (
    BoolArray,
    CodeArray,
    FloatArray,
    IntArray,
    Panel,
    Reason,
    VerdictCode,
    Verdicts,
)

NO_BASELINE = (Reason.INSUFFICIENT_HISTORY, Reason.GAPS)  # nothing to expect a month from
MIN_ELAPSED = 1 / 3  # share of a month that must have passed before it is judged at all


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """What a detector found for the judged months, before the common rules; arrays (judged months x series).

    `peak` and `drop` are the detector's own conditions, `reason` its own reasons for not testing (0 = none).
    """

    expected: FloatArray
    lower: FloatArray
    upper: FloatArray
    threshold: FloatArray
    drop_threshold: FloatArray
    score: FloatArray
    peak: BoolArray
    drop: BoolArray
    reason: CodeArray
    history: IntArray
    p_upper: FloatArray | None = None
    p_lower: FloatArray | None = None
    continuation_upper: FloatArray | None = None
    continuation_lower: FloatArray | None = None
    details: Mapping[str, NDArray[Any]] | None = None

    def since(self, row: int) -> Judgement:
        """The same without the first `row` months."""
        values: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        details = {name: array[row:] for name, array in (values.pop("details") or {}).items()}
        later: dict[str, Any] = {name: None if array is None else array[row:] for name, array in values.items()}
        return Judgement(**later, details=details)


def observed_before(values: FloatArray) -> IntArray:
    """How many months with a value lie before each month; int32 (months + 1 x series), the last row counts them all."""
    number = np.zeros((values.shape[0] + 1, values.shape[1]), dtype=np.int32)
    np.cumsum(~np.isnan(values), axis=0, dtype=np.int32, out=number[1:])
    return number


def share_elapsed(panel: Panel, rows: slice) -> FloatArray:
    """Share of each judged month that had passed: 1 except for the panel's last month; (judged months, 1)."""
    share = np.ones((panel.shape[0], 1))
    share[-1:] = panel.elapsed
    return share[rows]


def score_of(p_upper: FloatArray, p_lower: FloatArray) -> FloatArray:
    """Standard normal deviate with the same tail as p_upper (above expectation) or p_lower (below, negative), within +-37."""
    with np.errstate(invalid="ignore"):
        high = -special.ndtri(np.clip(p_upper, 1e-300, 0.5))
        low = special.ndtri(np.clip(p_lower, 1e-300, 0.5))
        score: FloatArray = np.where(p_upper <= p_lower, high, low)
    return score


def verdicts(name: str, version: str, panel: Panel, rows: slice, found: Judgement) -> Verdicts:
    """Apply the rules that hold for every detector and wrap the result.

    A missing month and the beginning of a month are never judged; a provisional month is never a drop.
    A peak stands even where the detector had a reason not to call the month ordinary (the end of a silence).
    """
    count = panel.values[rows]
    share = share_elapsed(panel, rows)
    reason = found.reason
    reason[share[:, 0] < MIN_ELAPSED] = Reason.INCOMPLETE
    reason[np.isnan(count)] = Reason.MISSING
    testable = reason == Reason.NONE
    peak = found.peak & (testable | (reason == Reason.NO_BASELINE_ACTIVITY))
    drop = found.drop & testable & ~peak & (share == 1)
    code = np.where(testable, VerdictCode.ORDINARY, VerdictCode.NOT_TESTABLE).astype(np.int8)
    code[drop] = VerdictCode.DROP
    code[peak] = VerdictCode.PEAK
    reason[peak] = Reason.NONE
    unjudged = code == VerdictCode.NOT_TESTABLE
    np.copyto(found.score, np.nan, where=unjudged)
    _forget(found, np.isin(reason, NO_BASELINE))
    undefined = np.broadcast_to(np.nan, count.shape)
    return Verdicts(
        detector=name,
        version=version,
        rows=rows,
        months=None if panel.months is None else panel.months[rows],
        count=count,
        expected=found.expected,
        lower=found.lower,
        upper=found.upper,
        threshold=found.threshold,
        drop_threshold=found.drop_threshold,
        continuation_upper=found.threshold if found.continuation_upper is None else found.continuation_upper,
        continuation_lower=found.drop_threshold if found.continuation_lower is None else found.continuation_lower,
        score=found.score,
        p_upper=undefined if found.p_upper is None else np.where(unjudged, np.nan, found.p_upper),
        p_lower=undefined if found.p_lower is None else np.where(unjudged, np.nan, found.p_lower),
        verdict=code,
        reason=reason,
        history=found.history,
        provisional=share[:, 0] < 1,
        details=dict(found.details or {}),
    )


def _forget(found: Judgement, where: BoolArray) -> None:
    """No expectation and no bounds where there is nothing to make them from: none is drawn, exported or stored."""
    for name in ("expected", "lower", "upper", "threshold", "drop_threshold", "continuation_upper", "continuation_lower"):
        values = getattr(found, name)
        if values is not None:
            np.copyto(values, np.nan, where=where)
