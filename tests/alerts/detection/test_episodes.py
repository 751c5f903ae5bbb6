"""How alerts of one month rank among all wikis, and which months belong to one event."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from alerts.detection.episodes import MAX_EPISODE_MONTHS, Episodes, Running, episodes
from alerts.detection.expected_band import ExpectedBandParams
from alerts.detection.multiplicity import q_values
from alerts.detection.registry import get
from alerts.detection.types import Panel, Verdicts


def judged(values: np.ndarray, months: slice | None = None) -> Verdicts:
    return get("expected_band").detect(Panel(values), ExpectedBandParams(), months=months)


def history(series: int = 1, months: int = 80) -> np.ndarray:
    rng = np.random.default_rng(4)
    return rng.poisson(1000 * rng.gamma(100, 1 / 100, (months, series))).astype(float)


def test_q_values_are_those_of_benjamini_and_hochberg() -> None:
    p = np.random.default_rng(1).uniform(size=(3, 50)) ** 3
    expected = np.array([stats.false_discovery_control(row) for row in p])
    np.testing.assert_allclose(q_values(p), expected)


def test_q_values_pass_over_series_that_were_not_judged() -> None:
    p = np.array([[0.01, np.nan, 0.04, np.nan]])
    np.testing.assert_allclose(q_values(p), [[0.02, np.nan, 0.04, np.nan]])
    assert np.isnan(q_values(np.full((2, 3), np.nan))).all()


def test_some_months_carry_on_and_the_next_one_is_new() -> None:
    values = history()
    values[60 : 62 + MAX_EPISODE_MONTHS] *= 3
    found = episodes(judged(values))
    assert np.flatnonzero(found.start[:, 0])[:1].tolist() == [60]
    assert found.ongoing[59 : 62 + MAX_EPISODE_MONTHS, 0].tolist() == [False, False, *[True] * MAX_EPISODE_MONTHS, False]
    assert found.age[60 : 61 + MAX_EPISODE_MONTHS, 0].tolist() == list(range(MAX_EPISODE_MONTHS + 1))
    assert found.direction[59:63, 0].tolist() == [0, 1, 1, 1]


def test_a_quiet_month_ends_an_episode_and_a_missing_one_does_not() -> None:
    values = history()
    values[60] *= 3
    values[62] *= 3
    assert episodes(judged(values)).start[[60, 62], 0].tolist() == [True, True]
    values[61] = np.nan
    assert episodes(judged(values)).ongoing[62, 0]


def test_drops_have_episodes_too() -> None:
    values = history()
    values[60:62] /= 4
    found = episodes(judged(values))
    assert found.direction[60:63, 0].tolist() == [-1, -1, 0]
    assert found.ongoing[61, 0]


@pytest.mark.parametrize("cut", range(58, 68))
def test_judging_in_two_parts_groups_as_judging_at_once(cut: int) -> None:
    values = history(series=6)
    values[60:65] *= np.array([1, 1.5, 2, 3, 0.3, 0.1])
    values[62, 3] = np.nan
    whole = episodes(judged(values))
    first = episodes(judged(values, slice(0, cut)))
    rest = episodes(judged(values, slice(cut, None)), first.running)
    for name in ("start", "ongoing", "age", "direction"):
        parts = [getattr(first, name), getattr(rest, name)]
        np.testing.assert_array_equal(np.vstack(parts), getattr(whole, name), err_msg=name)


def test_an_episode_continues_from_a_stored_alert() -> None:
    values = history()
    values[-2:] *= 3
    verdicts = judged(values)
    stored = Running(np.array([1], np.int32), np.array([0], np.int32), verdicts.continuation_upper[-2])
    newest: Episodes = episodes(judged(values, slice(-1, None)), stored)
    assert newest.ongoing[0, 0]
    assert newest.age[0, 0] == 1
