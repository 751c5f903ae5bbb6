"""One pace or several: the closed form against the models written out, and what it says of plain cases."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from causes.attribution.pace import TYPICAL_GROWTH, one_pace

STEADY, RESTLESS = [0.1, 0.1, 0.1], [0.1, 0.1, 1.2]  # registered, anonymous, bots


def odds(growth: list[float], noise: list[float]) -> float:
    return float(one_pace(np.array([growth]), np.array([noise]))[0])


def test_it_is_the_ratio_of_the_densities_of_both_models() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        growth, noise = rng.normal(0, 1, 3), rng.uniform(0.05, 1.5, 3)
        own = np.diag(noise**2)
        together = multivariate_normal(cov=own + TYPICAL_GROWTH**2).pdf(growth)
        moved = product([0.0, TYPICAL_GROWTH**2], repeat=3)  # which of the parts moved by themselves
        apart = np.mean([multivariate_normal(cov=own + np.diag(each)).pdf(growth) for each in moved])
        assert odds(list(growth), list(noise)) == pytest.approx(np.log(together / apart))


@pytest.mark.parametrize("growth", [-1.5, -0.5, 0.5, 1.5])
def test_parts_that_all_moved_alike_moved_together_and_the_direction_does_not_matter(growth: float) -> None:
    assert odds([growth] * 3, STEADY) > 3
    assert odds([growth] * 3, STEADY) == pytest.approx(odds([-growth] * 3, STEADY))


def test_steady_bots_that_stood_still_tell_and_restless_ones_hardly() -> None:
    assert odds([1.0, 1.0, 0.0], STEADY) < -10
    assert 0 < odds([0.7, 0.7, 0.0], RESTLESS) < odds([0.7, 0.7, 0.7], RESTLESS)
    assert odds([1.0, 0.0, 0.8], RESTLESS) < -10  # one part by itself, however the bots jump


def test_a_part_of_which_nothing_is_known_gives_no_odds() -> None:
    assert np.isnan(odds([1.0, np.nan, 1.0], STEADY))
