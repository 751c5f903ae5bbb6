"""What holds for every detector in the registry and any panel whatever."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.detection.registry import DETECTORS, Detector
from alerts.detection.types import FIGURES, FloatArray, Panel, Reason, VerdictCode, Verdicts

EVERY_DETECTOR = pytest.mark.parametrize("detector", DETECTORS.values(), ids=DETECTORS)
THOROUGHLY = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
RANK = {VerdictCode.DROP: -1, VerdictCode.ORDINARY: 0, VerdictCode.NOT_TESTABLE: 0, VerdictCode.PEAK: 1}


@st.composite
def panels(draw: st.DrawFn, months: tuple[int, int] = (1, 90), series: tuple[int, int] = (1, 4)) -> FloatArray:
    """Counts with a level, noise, seasons, gaps, silences, giants and shifts, in any mixture."""
    shape = draw(st.integers(*months)), draw(st.integers(*series))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    level = 10.0 ** rng.uniform(-1, 6, shape[1])
    rate = level * rng.gamma(1 / draw(st.sampled_from([1e-4, 0.01, 0.1, 1.0])), 1.0, shape)
    rate *= level / max(rate.mean(), 1e-9)
    y = rng.poisson(np.minimum(rate, 1e12)).astype(float)
    if draw(st.booleans()):
        y[rng.integers(shape[0]) :] *= draw(st.sampled_from([0.0, 3.0, 1000.0]))
    if draw(st.booleans()):
        y[rng.random(shape) < draw(st.sampled_from([0.05, 0.5, 0.95]))] = np.nan
    if draw(st.booleans()):
        y[:, rng.integers(shape[1])] = draw(st.sampled_from([0.0, 7.0, np.nan]))
    if draw(st.booleans()):
        y[rng.integers(shape[0]), rng.integers(shape[1])] = draw(st.sampled_from([0.0, 1.0, 1e9]))
    return y


def assert_same(ours: Verdicts, theirs: Verdicts, rows: slice, columns: slice = slice(None)) -> None:
    """Figures agree to 1e-9: counts and chances of their size; the score, whose unit is a standard deviation, as it is."""
    for name in FIGURES:
        mine, other = getattr(ours, name), getattr(theirs, name)[rows, columns]
        tolerance = 1e-9 if name == "score" else 1e-12
        np.testing.assert_allclose(mine, other, rtol=1e-9, atol=tolerance, err_msg=name)
    np.testing.assert_array_equal(ours.verdict, theirs.verdict[rows, columns])
    np.testing.assert_array_equal(ours.reason, theirs.reason[rows, columns])


@EVERY_DETECTOR
@given(values=panels(), cut=st.integers(0, 89))
@THOROUGHLY
def test_no_month_is_judged_by_later_ones(detector: Detector, values: FloatArray, cut: int) -> None:
    cut = min(cut, len(values))
    assert_same(detector.detect(Panel(values[:cut])), detector.detect(Panel(values)), slice(0, cut))


@EVERY_DETECTOR
@given(values=panels(), start=st.integers(0, 89), length=st.integers(0, 5))
@THOROUGHLY
def test_some_months_alone_give_what_all_months_give(detector: Detector, values: FloatArray, start: int, length: int) -> None:
    rows = slice(min(start, len(values)), min(start + length, len(values)))
    assert_same(detector.detect(Panel(values), months=rows), detector.detect(Panel(values)), rows)


@EVERY_DETECTOR
@given(values=panels(series=(2, 5)), data=st.data())
@THOROUGHLY
def test_no_wiki_is_judged_by_other_wikis(detector: Detector, values: FloatArray, data: st.DataObject) -> None:
    column = data.draw(st.integers(0, values.shape[1] - 1))
    mine = slice(column, column + 1)
    assert_same(detector.detect(Panel(values[:, mine])), detector.detect(Panel(values)), slice(None), mine)


# Parameters that change what a verdict depends on, beside the defaults.
SETTINGS = (
    *((name, {}) for name in DETECTORS),
    ("expected_band", {"minimum_volume": 100.0, "p_value": 0.05}),
    ("farrington_flexible", {"minimum_volume": 100.0}),
    ("farrington_flexible", {"years": 5, "half_window": 1, "periods": 4, "method": "delta", "minimum_history": 12}),
    ("ears_c2", {"minimum_volume": 100.0}),
    ("rolling_mean", {"include_tested_month": True, "minimum_volume": 100.0}),
    ("rolling_mean", {"include_tested_month": True, "minimum_history": 1}),
)


@pytest.mark.parametrize(("name", "chosen"), SETTINGS)
@given(values=panels(), silence=st.booleans(), rise=st.sampled_from([1.0, 5.0, 10.0, 100.0, 1e5]), data=st.data())
@THOROUGHLY
def test_raising_a_count_never_weakens_its_verdict(
    name: str, chosen: dict[str, object], values: FloatArray, silence: bool, rise: float, data: st.DataObject
) -> None:
    detector = DETECTORS[name]
    params = detector.parse(chosen)
    month = data.draw(st.integers(0, len(values) - 1))
    if silence:
        values[max(month - 3, 0) : month + 1] = 0.0
    before = detector.detect(Panel(values), params, months=slice(month, month + 1))
    raised = values.copy()
    raised[month] += rise
    after = detector.detect(Panel(raised), params, months=slice(month, month + 1))
    for series in range(values.shape[1]):
        was, now = VerdictCode(before.verdict[0, series]), VerdictCode(after.verdict[0, series])
        assert RANK[now] >= RANK[was]
        testable = VerdictCode.NOT_TESTABLE not in (was, now)
        if testable and np.isfinite(before.p_upper[0, series]):
            assert after.p_upper[0, series] <= before.p_upper[0, series]
            assert after.score[0, series] >= before.score[0, series]


@pytest.mark.parametrize(("name", "chosen"), SETTINGS)
@given(values=panels(), elapsed=st.sampled_from([1.0, 0.5]))
@THOROUGHLY
def test_the_band_holds_what_is_expected_and_no_alarm_is_on_its_other_side(
    name: str, chosen: dict[str, object], values: FloatArray, elapsed: float
) -> None:
    detector = DETECTORS[name]
    found = detector.detect(Panel(values, elapsed=elapsed), detector.parse(chosen))
    known = np.isfinite(found.expected)
    for low, high in ((found.lower, found.expected), (found.expected, found.upper)):
        both = known & np.isfinite(low) & np.isfinite(high)
        assert (low <= high)[both].all()
    judged = known & (found.verdict != VerdictCode.NOT_TESTABLE)
    assert (found.count > found.expected)[judged & found.peak].all()
    assert (found.count < found.expected)[judged & found.drop].all()


@EVERY_DETECTOR
@given(values=panels(months=(1, 40)), elapsed=st.sampled_from([1.0, 0.5, 0.01]))
@THOROUGHLY
def test_no_nan_or_infinity_is_ever_stored(detector: Detector, values: FloatArray, elapsed: float) -> None:
    found = detector.detect(Panel(values, elapsed=elapsed))
    for month in range(values.shape[0]):
        for series in range(values.shape[1]):
            record = found.evidence(month, series)
            json.dumps(record, allow_nan=False)
            judged = record["verdict"] != "not_testable"
            assert judged == (record["reason"] == "none")
            if judged:
                assert None not in (record["count"], record["expected"], record["threshold"], record["score"])
    np.testing.assert_array_equal(found.verdict == VerdictCode.NOT_TESTABLE, found.reason != Reason.NONE)


@pytest.mark.parametrize("name", ["rolling_mean", "ears_c2"])
@given(values=panels(months=(20, 60)), factor=st.sampled_from([10, 1000]))
@THOROUGHLY
def test_rules_of_ratios_do_not_depend_on_the_unit(name: str, values: FloatArray, factor: int) -> None:
    """10 times the counts, the same verdicts; models of counts rightly become surer and are left out."""
    ours, scaled = DETECTORS[name].detect(Panel(values)), DETECTORS[name].detect(Panel(values * factor))
    np.testing.assert_array_equal(scaled.verdict, ours.verdict)


def test_every_detector_says_who_it_is() -> None:
    values = np.random.default_rng(1).poisson(100, (60, 1)).astype(float)
    months = np.arange("2019-01", "2024-01", dtype="datetime64[M]")
    for name, detector in DETECTORS.items():
        record = detector.detect(Panel(values, months)).evidence(-1, 0)
        assert (record["detector"], record["version"], record["month"]) == (name, detector.version, "2023-12")
        assert detector.parse(detector.defaults()) == detector.params()


# --- holes ---


@EVERY_DETECTOR
@settings(THOROUGHLY, max_examples=25)
@given(
    late=st.integers(0, 30),
    before=st.integers(1, 90),
    hole=st.integers(0, 60),
    after=st.integers(1, 8),
    level=st.sampled_from([60.0, 5_000.0, 2_000_000.0]),
    seed=st.integers(0, 99),
)
def test_no_level_is_made_from_nothing(
    detector: Detector, late: int, before: int, hole: int, after: int, level: float, seed: int
) -> None:
    """A late start, ordinary months, a hole, ordinary months: what is expected is of their size, or not known."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(level * rng.gamma(100, 0.01, late + before + hole + after)).astype(float)
    counts[:late] = counts[late + before : late + before + hole] = np.nan
    found = detector.detect(Panel(counts[:, None]))
    expected = found.expected[:, 0]
    known = np.isfinite(expected)
    assert (expected[known] > 0.3 * level).all()
    assert (expected[known] < 3 * level).all()
    for name in ("lower", "upper", "threshold"):
        assert not np.isfinite(getattr(found, name)[~known, 0]).any(), name
    assert (found.verdict[~known, 0] == VerdictCode.NOT_TESTABLE).all()


@pytest.mark.parametrize("hole", range(1, 41))
def test_the_first_month_after_a_hole_is_no_peak(hole: int) -> None:
    for detector in DETECTORS.values():
        rng = np.random.default_rng(hole)
        counts = np.concatenate([rng.normal(5000, 250, 60).round(), np.full(hole, np.nan), [5000.0, 5100.0, 4900.0]])
        found = detector.detect(Panel(counts[:, None]))
        assert not found.peak[60 + hole :].any(), detector.name
        assert not found.drop[60 + hole :].any(), detector.name
