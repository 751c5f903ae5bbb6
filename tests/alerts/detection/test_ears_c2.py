"""EARS C2 by hand."""

from __future__ import annotations

import numpy as np
import pytest

from alerts.detection.ears_c2 import EarsC2Params
from alerts.detection.registry import get
from alerts.detection.types import Panel, Reason, VerdictCode, Verdicts

SEVEN = [8.0, 12.0, 10.0, 9.0, 11.0, 10.0, 10.0]  # mean 10, sample sd 1.29099


def judge(*counts: float, **params: float) -> Verdicts:
    panel = Panel(np.array(counts, dtype=float)[:, None])
    return get("ears_c2").detect(panel, EarsC2Params(**params), months=slice(-1, None))


def test_bound_by_hand() -> None:
    found = judge(*SEVEN, 50.0, 50.0, 14.0)
    assert found.expected[0, 0] == 10.0
    assert found.upper[0, 0] == pytest.approx(10 + 3.0902323 * 1.2909944)
    assert found.verdict[0, 0] == VerdictCode.PEAK
    assert judge(*SEVEN, 50.0, 50.0, 13.0).verdict[0, 0] == VerdictCode.ORDINARY
    assert judge(*SEVEN, 50.0, 50.0, 6.0).verdict[0, 0] == VerdictCode.DROP


def test_the_two_months_before_are_left_out() -> None:
    assert judge(*SEVEN, 0.0, 0.0, 10.0).expected[0, 0] == judge(*SEVEN, 99.0, 99.0, 10.0).expected[0, 0]


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ([10.0] * 5, Reason.INSUFFICIENT_HISTORY),
        ([1.0, 2.0] * 5 + [np.nan] * 5 + [1.0] * 3, Reason.GAPS),
        ([0.0] * 12, Reason.NO_BASELINE_ACTIVITY),
        ([10.0] * 12, Reason.UNSTABLE),
        ([*SEVEN, 1.0, 1.0, np.nan], Reason.MISSING),
    ],
)
def test_says_why_a_month_is_not_testable(counts: list[float], reason: Reason) -> None:
    found = judge(*counts)
    assert found.verdict[0, 0] == VerdictCode.NOT_TESTABLE
    assert found.reason[0, 0] == reason
