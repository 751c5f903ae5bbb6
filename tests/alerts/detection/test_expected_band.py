"""The default detector against its plain-loop twin, and at its edges."""

from __future__ import annotations

import numpy as np
import pytest

from alerts.detection import expected_band
from alerts.detection.band import MEMORY_MONTHS
from alerts.detection.registry import DEFAULT_DETECTOR, get
from alerts.detection.types import FloatArray, Panel, ParameterError, Reason, VerdictCode, Verdicts
from tests.alerts.detection.golden_data import simulated, uzwiki_panel
from tests.alerts.detection.reference_band import judge as judge_plainly


def judge(values: FloatArray, months: slice | None = None, elapsed: float = 1.0, **params: float) -> Verdicts:
    panel = Panel(np.atleast_2d(values.T).T, elapsed=elapsed)
    return get("expected_band").detect(panel, expected_band.ExpectedBandParams(**params), months=months)


def noisy(months: int, mean: float = 1000.0, seed: int = 1) -> FloatArray:
    rng = np.random.default_rng(seed)
    return rng.poisson(mean * rng.gamma(100, 1 / 100, months)).astype(float)


def awkward() -> FloatArray:
    """Series with everything that goes wrong: gaps, silence, a late start, a death, giants, tiny counts."""
    y = np.column_stack([noisy(160, 10.0 ** (i % 5), seed=i) for i in range(8)])
    y[40:47, 0] = np.nan
    y[::9, 1] = np.nan
    y[:90, 2] = np.nan
    y[100:, 3] = 0
    y[:, 4] = 0
    y[130, 4] = 40
    y[60:64, 5] *= 50
    y[80:, 6] *= 2.5
    y[8::12, 7] *= 2
    return y


@pytest.mark.parametrize(
    "values", [simulated("y")[:, ::2], awkward(), uzwiki_panel("28a3c307").values], ids=["sim", "odd", "uz"]
)
def test_agrees_with_the_plain_loops(values: FloatArray) -> None:
    found = judge(values)
    for series in range(values.shape[1]):
        plain = judge_plainly(values[:, series].tolist())
        for name in ("expected", "upper", "lower"):
            expected = [getattr(month, name) for month in plain]
            ours = getattr(found, name)[:, series]
            np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-9, err_msg=f"{name} of series {series}")
        testable = found.verdict[:, series] != VerdictCode.NOT_TESTABLE
        for name in ("p_upper", "p_lower", "score"):
            expected = np.array([getattr(month, name) for month in plain])[testable]
            np.testing.assert_allclose(getattr(found, name)[testable, series], expected, rtol=1e-6, atol=1e-9, err_msg=name)
        assert [VerdictCode(v).name.lower() for v in found.verdict[:, series]] == [m.verdict for m in plain]
        said = [Reason(r).name.lower() for r in found.reason[:, series]]
        assert said == [m.reason if m.verdict == "not_testable" else "none" for m in plain]


def test_is_the_default() -> None:
    assert get(DEFAULT_DETECTOR).function is expected_band.detect


def test_the_newest_months_alone_give_what_all_months_give() -> None:
    values = np.vstack([noisy(330, seed=5)[:, None] * np.ones(7), awkward()[:, :7]])
    everything = judge(values)
    newest = judge(values, months=slice(-3, None))
    window = judge(values[-MEMORY_MONTHS - 3 :], months=slice(-3, None))
    for part in (newest, window):
        for name in ("expected", "upper", "p_upper", "score", "verdict", "reason"):
            np.testing.assert_array_equal(getattr(part, name), getattr(everything, name)[-3:], err_msg=name)


def test_results_do_not_depend_on_the_chunking(monkeypatch: pytest.MonkeyPatch) -> None:
    values = awkward()
    whole = judge(values)
    monkeypatch.setattr(expected_band, "SERIES_AT_ONCE", 3)
    np.testing.assert_array_equal(judge(values).p_upper, whole.p_upper)
    single = [judge(values[:, i]).p_upper for i in range(values.shape[1])]
    np.testing.assert_array_equal(np.column_stack(single), whole.p_upper)


def test_bound_and_p_value_agree() -> None:
    found = judge(simulated("y"), minimum_rise=0.0, minimum_excess=0.0)
    testable = found.verdict != VerdictCode.NOT_TESTABLE
    np.testing.assert_array_equal(found.peak[testable], (found.p_upper <= 0.01)[testable])
    np.testing.assert_array_equal((found.count >= found.threshold)[testable], found.peak[testable])


def test_a_giant_does_not_hide_the_next_peak_and_a_new_level_is_soon_normal() -> None:
    y = noisy(120)
    y[80] *= 50
    y[90] *= 1.8
    assert judge(y).verdict[[80, 90], 0].tolist() == [VerdictCode.PEAK, VerdictCode.PEAK]
    y = np.column_stack([noisy(120, seed=seed) for seed in range(20)])
    y[80:] *= 2.5
    peaks = judge(y).peak
    assert peaks[80].all()
    assert peaks[85:].mean() < 0.02


def test_a_yearly_campaign_is_learned() -> None:
    y = np.column_stack([noisy(12 * 10, seed=seed) for seed in range(20)])
    y[8::12] *= 2
    found = judge(y)
    september = np.arange(8, 120, 12)
    assert found.peak[september[1]].mean() > 0.9  # a single past September cannot explain this one
    assert found.peak[september[3:]].mean() < 0.05
    np.testing.assert_allclose(found.details["season_factor"][september[-1]], 2, rtol=0.2)


def test_drops_mirror_peaks_and_a_dead_wiki_falls_silent() -> None:
    y = noisy(160)
    y[100:] = 0
    found = judge(y)
    assert found.verdict[100, 0] == VerdictCode.DROP
    assert found.reason[130, 0] == Reason.NO_BASELINE_ACTIVITY
    assert not found.drop[112:].any()


def test_the_evidence_holds_what_explanations_tell() -> None:
    y = noisy(120)
    y[8::12] *= 2
    y[100:] *= 3
    told = judge(y).evidence(104, 0)["details"]  # a September
    assert told["season_factor"] == pytest.approx(2, rel=0.2)
    assert told["level_recent"] == pytest.approx(3000, rel=0.2)
    assert told["weight_recent"] + told["weight_steady"] + told["weight_trend"] == pytest.approx(1)
    assert 5 < told["variation_percent"] < 25
    assert judge(noisy(120) * 1.02 ** np.arange(120)).evidence(-1, 0)["details"]["slope_a_year"] == pytest.approx(
        1.02**12 - 1, rel=0.3
    )


def test_silence_and_what_ends_it() -> None:
    y = np.zeros(60)
    assert (judge(y).reason[6:, 0] == Reason.NO_BASELINE_ACTIVITY).all()
    y[40] = 4
    assert judge(y).reason[40, 0] == Reason.NO_BASELINE_ACTIVITY
    y[40] = 40
    assert judge(y).verdict[40, 0] == VerdictCode.PEAK


def test_says_why_a_month_is_not_testable() -> None:
    y = noisy(60)
    assert (judge(y).reason[:6, 0] == Reason.INSUFFICIENT_HISTORY).all()
    assert judge(y).verdict[6, 0] != VerdictCode.NOT_TESTABLE
    y[20:50] = np.nan
    found = judge(y)
    assert (found.reason[20:50, 0] == Reason.MISSING).all()
    assert found.reason[50, 0] == Reason.GAPS
    assert found.verdict[54, 0] != VerdictCode.NOT_TESTABLE


def test_an_unfinished_month_is_judged_by_its_share_and_never_a_drop() -> None:
    y = noisy(80)
    whole = judge(y, months=slice(-1, None))
    y[-1] = whole.expected[0, 0] * 1.9 / 2
    half = judge(y, months=slice(-1, None), elapsed=0.5)
    assert half.expected[0, 0] == pytest.approx(whole.expected[0, 0] / 2)
    assert half.verdict[0, 0] == VerdictCode.PEAK
    assert half.provisional.all()
    y[-1] = 0
    assert judge(y, months=slice(-1, None), elapsed=0.5).verdict[0, 0] == VerdictCode.ORDINARY
    assert judge(y, months=slice(-1, None), elapsed=0.2).reason[0, 0] == Reason.INCOMPLETE


def test_an_empty_panel_has_no_verdicts() -> None:
    assert judge(np.empty((30, 0))).verdict.shape == (30, 0)
    assert judge(np.empty((0, 3))).verdict.shape == (0, 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [("p_value", 0.2), ("p_value", 0), ("minimum_rise", -1), ("minimum_excess", -1), ("minimum_history", 1)],
)
def test_bad_parameters_are_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(ParameterError, match=name):
        get("expected_band").parse({name: value})


@pytest.mark.parametrize("length", range(1, 9))
@pytest.mark.parametrize("size", [3, 10])
def test_the_end_of_a_spike_is_back_to_normal(length: int, size: int) -> None:
    y = np.column_stack([noisy(100, seed=seed) for seed in range(40)])
    y[60 : 60 + length] *= size
    found = judge(y)
    assert found.peak[60].all()
    assert found.drop[60 + length : 66 + length].mean() < 0.05  # what chance makes of months that are in the range
    assert np.median(found.score[60 + length]) > -1  # the heat map agrees


@pytest.mark.parametrize("length", range(1, 5))
def test_the_end_of_a_slump_is_no_peak(length: int) -> None:
    y = np.column_stack([noisy(100, seed=seed) for seed in range(40)])
    y[60 : 60 + length] /= 10
    found = judge(y)
    assert found.drop[60].all()
    assert found.peak[60 + length : 66 + length].mean() < 0.05


def test_macedonian_wikipedia_after_three_months_of_bots() -> None:
    """14,000 to 25,000 edits a month, three months of 175,000 to 213,000, then 18,657."""
    y = np.array([14, 17, 19, 22, 16, 18, 25, 21, 15, 20, 17, 23] * 4 + [175, 213, 190]) * 1000.0
    found = judge(np.append(y, [18_657.0, 35_000.0]))
    assert found.peak[48, 0]
    assert found.verdict[51, 0] == VerdictCode.ORDINARY
    assert not found.drop[52, 0]


def test_the_upper_edge_is_never_below_what_is_expected() -> None:
    """Months that differ by factors of thousands: the variance is so large that the cube root loses its way."""
    values = np.floor(np.random.default_rng(1).gamma(0.1, 1e7, (80, 40)))
    found = judge(values)
    known = np.isfinite(found.upper)
    assert known.any()
    assert (found.upper >= found.expected)[known].all()
    assert (found.count > found.expected)[found.peak & known].all()


def test_empty_months_of_a_tiny_wiki_are_no_errors() -> None:
    counts = np.random.default_rng(4).poisson(1.0, (120, 40)).astype(float)
    found = judge(counts, months=slice(-12, None))
    assert np.median(found.details["alpha"]) < 0.5  # 0 is the truth; 3 when an empty month counts as far out


def test_a_high_month_after_a_high_one_comes_first_until_the_level_has_moved() -> None:
    y = np.column_stack([noisy(100, seed=seed) for seed in range(40)])
    y[80] = y[81] = 1250.0
    alone, after = y.copy(), y.copy()
    alone[80] = 1000.0
    after[78:80] = 1250.0
    score, before = judge(y).score[81], judge(alone).score[81]
    assert (score > before).mean() > 0.9
    assert np.median(judge(after).score[81]) < np.median(score) - 0.5


def test_the_score_of_a_month_without_others_around_is_that_of_p() -> None:
    y = noisy(100)[:, None]
    y[84:] = np.nan
    y[96] = 2000.0
    found = judge(y)
    assert found.peak[96, 0]
    assert 3 < found.score[96, 0] < 12
