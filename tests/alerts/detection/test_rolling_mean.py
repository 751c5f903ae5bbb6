"""The classic rule against the figures its original printed, and its edges."""

from __future__ import annotations

import numpy as np
import pytest

from alerts.detection.registry import get
from alerts.detection.rolling_mean import RollingMeanParams
from alerts.detection.types import Panel, ParameterError, Reason, VerdictCode
from tests.alerts.detection.golden_data import records, simulated, uzwiki_panel

RUNS = {"28a3c307": (50.0, "2017-01"), "4086f50a": (30.0, "2020-01"), "a917f868": (30.0, "2020-01")}


def column(*counts: float) -> Panel:
    return Panel(np.array(counts, dtype=float)[:, None])


def judge(panel: Panel, months: slice | None = None, **params: object):
    return get("rolling_mean").detect(panel, RollingMeanParams(**params), months=months)


def printed(value: float, text: str) -> str:
    """`value` with as many decimals as `text` shows."""
    return f"{value:.{len(text.partition('.')[2])}f}"


@pytest.mark.parametrize("run", RUNS)
def test_reproduces_every_recorded_peak_of_the_original(run: str) -> None:
    percentage, first = RUNS[run]
    panel = uzwiki_panel(run)
    found = judge(panel, percentage=percentage, include_tested_month=True, minimum_history=1)
    recorded = {row["peak_month"]: row for row in records("uzwiki-recorded-peaks.csv") if row["notebook_blob"] == run}
    peaks = {str(month): i for i, month in enumerate(panel.months) if found.peak[i, 0] and str(month) >= first}
    assert len(recorded) in (20, 25)
    assert peaks.keys() == recorded.keys()
    for month, row in recorded.items():
        i = peaks[month]
        assert found.count[i, 0] == float(row["edits"])
        assert printed(found.expected[i, 0], row["rolling_mean_3y"]) == row["rolling_mean_3y"]
        assert printed(found.threshold[i, 0], row["threshold"]) == row["threshold"]
        difference = row["percentage_difference"]
        assert printed(found.percentage_difference[i, 0], difference) == difference


@pytest.mark.parametrize(("include", "name"), [(True, "rolling_mean_incl"), (False, "rolling_mean_excl")])
def test_mean_agrees_with_the_simulated_reference(include: bool, name: str) -> None:
    panel = Panel(simulated("y"))
    found = judge(panel, include_tested_month=include, minimum_history=1)
    np.testing.assert_allclose(found.expected, simulated(name), rtol=1e-12)


def test_a_count_on_the_threshold_is_a_peak_and_one_below_is_not() -> None:
    history = [100.0] * 36
    assert judge(column(*history, 130.0)).verdict[-1, 0] == VerdictCode.PEAK
    assert judge(column(*history, 129.0)).verdict[-1, 0] == VerdictCode.ORDINARY
    # 100 x 1.1 is 110.00000000000001 in floating point: the comparison must not fall for it
    assert judge(column(*history, 110.0), percentage=10.0).verdict[-1, 0] == VerdictCode.PEAK


def test_the_window_is_36_months_and_skips_gaps() -> None:
    values = np.full(60, 10.0)
    values[:23] = 1_000_000.0  # outside the window of the last month
    values[30:40] = np.nan
    found = judge(column(*values), months=slice(-1, None))
    assert found.expected[0, 0] == 10.0
    assert found.details["window_months_used"][0, 0] == 26
    assert found.history[0, 0] == 49


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ([5.0], Reason.INSUFFICIENT_HISTORY),
        ([5.0, 5.0, 5.0, 50.0], Reason.INSUFFICIENT_HISTORY),
        ([5.0] * 6 + [np.nan] * 40 + [5.0], Reason.GAPS),
        ([0.0] * 40 + [5.0], Reason.NO_BASELINE_ACTIVITY),
        ([0.0] * 40, Reason.NO_BASELINE_ACTIVITY),
        ([5.0] * 40 + [np.nan], Reason.MISSING),
        ([np.nan] * 40, Reason.MISSING),
    ],
)
def test_says_why_a_month_is_not_testable(counts: list[float], reason: Reason) -> None:
    found = judge(column(*counts))
    assert found.verdict[-1, 0] == VerdictCode.NOT_TESTABLE
    assert found.reason[-1, 0] == reason
    assert found.evidence(-1, 0)["reason"] == reason.name.lower()


def test_minimum_volume_keeps_small_wikis_quiet() -> None:
    panel = column(*[4.0] * 36, 9.0)
    assert judge(panel).verdict[-1, 0] == VerdictCode.PEAK
    assert judge(panel, minimum_volume=10.0).verdict[-1, 0] == VerdictCode.ORDINARY


def test_a_drop_mirrors_a_peak() -> None:
    assert judge(column(*[130.0] * 36, 100.0)).verdict[-1, 0] == VerdictCode.DROP
    assert judge(column(*[130.0] * 36, 101.0)).verdict[-1, 0] == VerdictCode.ORDINARY


def test_an_unfinished_month_is_provisional_scaled_and_never_a_drop() -> None:
    values = np.array([[300.0, 300.0, 300.0]] * 36 + [[200.0, 100.0, 20.0]])
    half = judge(Panel(values, elapsed=0.5), months=slice(-1, None))
    assert half.provisional.tolist() == [True]
    assert half.verdict[0].tolist() == [VerdictCode.PEAK, VerdictCode.ORDINARY, VerdictCode.ORDINARY]
    early = judge(Panel(values, elapsed=0.3), months=slice(-1, None))
    assert (early.reason[0] == Reason.INCOMPLETE).all()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"percentage": 0}, "percentage must be above 0"),
        ({"window_months": 1.5}, "window_months must be a whole number"),
        ({"window_months": "x"}, "window_months must be a number"),
        ({"minimum_volume": "inf"}, "minimum_volume must be a finite number"),
        ({"include_tested_month": "yes"}, "include_tested_month must be true or false"),
        ({"minimum_history": 40}, "minimum_history must be within 1..36"),
        ({"window": 3}, "has no parameter 'window'"),
    ],
)
def test_bad_parameters_are_refused_by_name(values: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        get("rolling_mean").parse(values)


def test_parameters_come_back_from_json() -> None:
    detector = get("rolling_mean")
    assert detector.parse(detector.defaults()) == RollingMeanParams()
    assert detector.parse({"percentage": 50, "window_months": 24.0}) == RollingMeanParams(24, 50.0)


@pytest.mark.parametrize(
    ("values", "months", "elapsed", "message"),
    [
        (np.zeros(3), None, 1.0, "2 dimensions"),
        (np.array([[-1.0]]), None, 1.0, "counts >= 0"),
        (np.array([[np.inf]]), None, 1.0, "counts >= 0"),
        (np.zeros((2, 1)), ["2024-01"], 1.0, "1 months were given for 2 rows"),
        (np.zeros((2, 1)), ["2024-01", "2024-03"], 1.0, "consecutive"),
        (np.zeros((2, 1)), None, 0.0, "elapsed"),
    ],
)
def test_a_panel_refuses_what_is_not_a_panel(values, months, elapsed, message) -> None:
    with pytest.raises(ValueError, match=message):
        Panel(values, None if months is None else np.array(months, dtype="datetime64[M]"), elapsed)


def test_a_giant_count_leaves_nothing_behind_in_later_windows() -> None:
    values = np.array([*[1e15 + 1] * 40, *[3.0] * 36, 4.0])[:, None]
    found = get("rolling_mean").detect(Panel(values))
    assert found.expected[-1, 0] == 3.0
    assert VerdictCode(found.verdict[-1, 0]) == VerdictCode.PEAK


def test_a_count_does_not_lift_its_own_wiki_over_the_minimum() -> None:
    values = np.array([*[102.0] * 36, 1.0])[:, None]
    found = get("rolling_mean").detect(Panel(values), RollingMeanParams(include_tested_month=True, minimum_volume=100))
    assert VerdictCode(found.verdict[-1, 0]) == VerdictCode.DROP
