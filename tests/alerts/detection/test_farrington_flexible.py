"""Farrington flexible against R's surveillance package 1.20.3."""

from __future__ import annotations

import numpy as np
import pytest

from alerts.detection.farrington_flexible import FarringtonFlexibleParams, baseline
from alerts.detection.registry import get
from alerts.detection.types import Panel, ParameterError, Reason, VerdictCode
from tests.alerts.detection.golden_data import records

COMMON = {"half_window": 1, "minimum_history": 0}
SETTINGS = {
    "ff_delta": {"years": 3, "trend_p_value": 0.05, "periods": 1, "skip_months": 1, "method": "delta"},
    "ff_delta_p4": {"years": 5, "trend_p_value": 1.0, "periods": 4, "skip_months": 3, "method": "delta"},
    "ff_nb_p4": {"years": 5, "trend_p_value": 1.0, "periods": 4, "skip_months": 3, "method": "nb_plugin"},
    "ff_nb_p10": {"years": 3, "p_value": 0.005, "trend_p_value": 1.0, "periods": 10, "skip_months": 3},
}


def r_input() -> tuple[Panel, dict[str, int]]:
    rows = list(records("r-input.csv"))
    names = {name: i for i, name in enumerate(dict.fromkeys(row["series"] for row in rows))}
    values = np.full((max(int(row["k"]) for row in rows), len(names)), np.nan)
    for row in rows:
        values[int(row["k"]) - 1, names[row["series"]]] = float(row["y"])
    return Panel(values), names


@pytest.mark.parametrize("setting", SETTINGS)
def test_agrees_with_r(setting: str) -> None:
    panel, names = r_input()
    found = get("farrington_flexible").detect(panel, FarringtonFlexibleParams(**COMMON, **SETTINGS[setting]))
    compared = 0
    for row in records("farrington_flexible-R-surveillance-1.20.3.csv.gz"):
        if row["method"] != setting:
            continue
        at = int(row["k"]) - 1, names[row["series"]]
        compared += 1
        assert (found.verdict[at] == VerdictCode.PEAK) == (row["alarm"] == "1"), row
        if row["upperbound"] in ("", "NA"):
            assert found.reason[at] == Reason.NO_BASELINE_ACTIVITY
            continue
        np.testing.assert_allclose(found.upper[at], float(row["upperbound"]), rtol=1e-4, err_msg=str(row))
        np.testing.assert_allclose(found.expected[at], float(row["expected"]), rtol=1e-4, err_msg=str(row))
        np.testing.assert_allclose(found.details["phi"][at], float(row["phi"]), rtol=1e-3, err_msg=str(row))
        assert found.details["trend"][at] == float(row["trend"]), row
    assert compared > 800


def test_the_baseline_has_the_levels_that_the_paper_describes() -> None:
    offsets, design = baseline(FarringtonFlexibleParams(years=3, half_window=1, periods=4, skip_months=3))
    assert offsets.min() == -37
    assert offsets.max() == -4
    reference = design[:, 2:].sum(axis=1) == 0
    assert offsets[reference].tolist() == [-37, -36, -35, -25, -24, -23, -13, -12, -11]
    assert design[:, 2:].sum(axis=0).tolist() == [9.0, 9.0, 7.0]


def test_the_newest_months_alone_give_what_all_months_give() -> None:
    panel, _ = r_input()
    detector = get("farrington_flexible")
    whole, newest = detector.detect(panel), detector.detect(panel, months=slice(-3, None))
    np.testing.assert_allclose(newest.p_upper, whole.p_upper[-3:], rtol=1e-9)
    np.testing.assert_array_equal(newest.verdict, whole.verdict[-3:])


def test_says_why_a_month_is_not_testable() -> None:
    values = np.full((80, 3), 100.0)
    values[:, 1] = 1.0
    values[10:75, 2] = np.nan
    found = get("farrington_flexible").detect(Panel(values))
    assert (found.reason[:24, 0] == Reason.INSUFFICIENT_HISTORY).all()
    assert found.reason[-1].tolist() == [Reason.NONE, Reason.NO_BASELINE_ACTIVITY, Reason.INSUFFICIENT_HISTORY]


@pytest.mark.parametrize(
    ("name", "value"), [("method", "muan"), ("periods", 13), ("years", 0), ("p_value", 1), ("skip_months", -1)]
)
def test_bad_parameters_are_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(ParameterError, match=name):
        get("farrington_flexible").parse({name: value})


def test_a_month_that_is_only_just_testable_is_no_drop() -> None:
    """R counts the tested month among the five counts that it wants: 4 was not testable, and 5 is no worse."""
    values = np.repeat(np.array([*np.random.default_rng(3).poisson(1000, 60), 0, 0, 0, 0.0])[:, None], 2, axis=1)
    values[-1] = 4, 5
    verdict = get("farrington_flexible").detect(Panel(values)).verdict[-1]
    assert [VerdictCode(code) for code in verdict] == [VerdictCode.NOT_TESTABLE, VerdictCode.ORDINARY]


def test_a_series_alone_is_judged_as_in_any_company() -> None:
    rng = np.random.default_rng(4)
    values = np.column_stack([rng.poisson(level, 90) for level in (0.01, 0.05, 0.2, 1.0, 30.0) for _ in range(12)]).astype(
        float
    )
    values[40:60, ::3] = 0
    values[70, ::5] = 1e6
    whole = get("farrington_flexible").detect(Panel(values))
    for series in range(values.shape[1]):
        alone = get("farrington_flexible").detect(Panel(values[:, series : series + 1]))
        np.testing.assert_array_equal(alone.verdict[:, 0], whole.verdict[:, series])
        for name in ("expected", "upper", "p_upper"):
            np.testing.assert_allclose(getattr(alone, name)[:, 0], getattr(whole, name)[:, series], rtol=1e-9, err_msg=name)


def test_nothing_alarms_below_its_own_expectation_after_a_giant() -> None:
    values = np.random.default_rng(1).poisson(100, (140, 20)).astype(float)
    values[70] *= 10_000
    found = get("farrington_flexible").detect(Panel(values))
    assert not (found.peak & (found.count <= found.expected)).any()
    assert not (found.drop & (found.count >= found.expected)).any()
    judged = np.isfinite(found.expected)
    assert (found.upper >= found.expected)[judged].all()
    assert (found.lower <= found.expected)[judged].all()


def test_a_wiki_is_judged_alone_as_beside_others_to_the_last_bit() -> None:
    rng = np.random.default_rng(5)
    values = rng.poisson(10.0 ** rng.uniform(-1, 4, 6) * rng.gamma(2, 0.5, (80, 6))).astype(float)
    values[rng.random(values.shape) < 0.2] = np.nan
    detector = get("farrington_flexible")
    together = detector.detect(Panel(values))
    for i in range(values.shape[1]):
        alone = detector.detect(Panel(values[:, [i]]))
        for name in ("expected", "upper", "lower", "score", "p_upper"):
            np.testing.assert_array_equal(getattr(alone, name)[:, 0], getattr(together, name)[:, i], err_msg=name)
