"""What every detector shares: the arrays that go in, the verdicts that come out, and their names.

All arrays are **months x series**: row = month (oldest first), column = one wiki's series. A row is contiguous in
memory, so that sums over months run over all series at once; nothing in this package loops over wikis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
CodeArray = NDArray[np.int8]
IntArray = NDArray[np.int32]
MonthArray = NDArray[np.datetime64]


# An expectation below this is nothing to put a count in relation to (a model's floor after a silence).
MIN_EXPECTATION = 1e-3


class ParameterError(ValueError):
    """A detector's parameter is out of its range; the text names the parameter, its value and what is allowed.

    `name`: the parameter; empty when the error is about something else.
    """

    def __init__(self, text: str, name: str = "") -> None:
        super().__init__(text)
        self.name = name


class VerdictCode(IntEnum):
    """The judgement of one month of one series."""

    NOT_TESTABLE = 0
    ORDINARY = 1
    PEAK = 2
    DROP = 3


class Reason(IntEnum):
    """Why a month was not testable (``NONE`` for every other verdict)."""

    NONE = 0
    MISSING = 1  # the month itself has no value
    INSUFFICIENT_HISTORY = 2  # the series is too young: fewer months before this one than the detector needs
    GAPS = 3  # the series is old enough, but too many months of the window are missing
    NO_BASELINE_ACTIVITY = 4  # nothing but zeros in the window: there is no level to compare with
    INCOMPLETE = 5  # the month is not over and too little of it has passed
    UNSTABLE = 6  # the model could not be fitted to this window


# The figures of a verdict, as `Verdicts` and the stored evidence name them.
FIGURES = (
    "count", "expected", "lower", "upper", "threshold", "drop_threshold", "continuation_upper", "continuation_lower",
    "score", "p_upper", "p_lower",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Counts of many series over the same consecutive months.

    values:  float64 (months x series), a count per month; NaN = missing, which is never the same as 0.
    months:  datetime64[M] (months,), consecutive; optional, detectors need only the order.
    elapsed: share of the LAST month that had passed when it was counted, in (0, 1]; 1 = the month is complete.

    Raises ValueError for anything else (wrong shape, negative or infinite counts, months with holes).
    """

    values: FloatArray
    months: MonthArray | None = None
    elapsed: float = 1.0

    def __post_init__(self) -> None:
        values = np.ascontiguousarray(self.values, dtype=np.float64)
        if values.ndim != 2:
            raise ValueError(f"panel values must be months x series (2 dimensions), not {values.ndim}-dimensional")
        if np.isinf(values).any() or (values < 0).any():
            raise ValueError("panel values must be counts >= 0; use NaN for a missing month")
        object.__setattr__(self, "values", values)
        if self.months is not None:
            months = np.asarray(self.months, dtype="datetime64[M]")
            if months.shape != values.shape[:1]:
                raise ValueError(f"{months.size} months were given for {values.shape[0]} rows of values")
            if months.size > 1 and (np.diff(months.astype(np.int64)) != 1).any():
                raise ValueError("panel months must be consecutive; put NaN rows where no series has a value")
            object.__setattr__(self, "months", months)
        if not 0 < self.elapsed <= 1:
            raise ValueError(f"elapsed must be above 0 and at most 1, not {self.elapsed}")

    @property
    def shape(self) -> tuple[int, int]:
        """(number of months, number of series)."""
        return self.values.shape[0], self.values.shape[1]

    def rows(self, months: slice | None) -> slice:
        """The rows that `months` selects (all for None) as a slice without negatives; only step 1 is allowed."""
        start, stop, step = (months or slice(None)).indices(self.values.shape[0])
        if step != 1:
            raise ValueError("the months to judge must be consecutive (slice step 1)")
        return slice(start, max(start, stop))


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """What one detector says about every judged month: arrays of shape (judged months x series), NaN = not defined.

    rows:      the rows of the panel that were judged.
    count:     the judged count itself.
    expected:  what the detector expected, in counts a month (of a provisional month: of the share that has passed).
    lower, upper: normal range: bounds of the detector's own test, in counts.
    threshold: the smallest count that would have been a peak, all of the detector's conditions together.
    drop_threshold: the largest count that would have been a drop.
    continuation_upper, continuation_lower: a later month at or beyond this count continues an episode that starts here (see
               `episodes`).
    score:     signed, comparable between wikis and months: standard deviations above (+) or below (-) expectation.
    p_upper, p_lower: chance of a month at least this high / this low; NaN for detectors that make no such claim.
    verdict, reason: `VerdictCode` and `Reason`.
    history:   months with a value before the judged one.
    provisional: (judged months,) True for a month that is not over yet.
    details:   the detector's own arrays of the same shape, by name; they go into the evidence.
    """

    detector: str
    version: str
    rows: slice
    months: MonthArray | None
    count: FloatArray
    expected: FloatArray
    lower: FloatArray
    upper: FloatArray
    threshold: FloatArray
    drop_threshold: FloatArray
    continuation_upper: FloatArray
    continuation_lower: FloatArray
    score: FloatArray
    p_upper: FloatArray
    p_lower: FloatArray
    verdict: CodeArray
    reason: CodeArray
    history: IntArray
    provisional: BoolArray
    details: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    @property
    def peak(self) -> BoolArray:
        """True where the verdict is a peak."""
        return np.equal(self.verdict, VerdictCode.PEAK)

    @property
    def drop(self) -> BoolArray:
        """True where the verdict is a drop."""
        return np.equal(self.verdict, VerdictCode.DROP)

    @property
    def excess(self) -> FloatArray:
        """Counts above (+) or below (-) what was expected."""
        return self.count - self.expected

    @property
    def percentage_difference(self) -> FloatArray:
        """100 x (count - expected) / expected; NaN where nothing was expected."""
        base = np.where(self.expected > MIN_EXPECTATION, self.expected, np.nan)
        return 100.0 * (self.count - base) / base

    def evidence(self, month: int, series: int) -> dict[str, Any]:
        """The explanation record of one judged month: JSON-safe (str, int, float, bool, None; never NaN or infinity).

        `month` counts the judged months (0 = the first judged one, -1 = the newest), `series` the columns.
        """
        at = (month, series)
        record: dict[str, Any] = {
            "detector": self.detector,
            "version": self.version,
            "month": None if self.months is None else str(self.months[month]),
            "verdict": VerdictCode(int(self.verdict[at])).name.lower(),
            "reason": Reason(int(self.reason[at])).name.lower(),
            "provisional": bool(self.provisional[month]),
            "history": int(self.history[at]),
        }
        for name in FIGURES:
            record[name] = _number(getattr(self, name)[at])
        count, expected = record["count"], record["expected"]
        known = count is not None and expected is not None
        record["excess"] = count - expected if known else None
        related = known and expected > MIN_EXPECTATION
        record["ratio"] = count / expected if related else None
        record["percentage_difference"] = 100.0 * (count - expected) / expected if related else None
        record["details"] = {name: _number(values[at]) for name, values in self.details.items()}
        return record


def _number(value: float) -> float | None:
    """A plain float, or None for NaN and infinity, which JSON and databases cannot hold."""
    number = float(value)
    return number if np.isfinite(number) else None


def gettext_noop(text: str) -> str:
    """`text` itself, marked for translation; the layer that shows it translates it. (This package knows no Django.)"""
    return text


def require(condition: bool, name: str, value: object, allowed: str) -> None:
    """Raise ParameterError("name must be <allowed>, not <value>") unless the condition holds."""
    if not condition:
        raise ParameterError(f"{name} must be {allowed}, not {value!r}", name)
