"""The arithmetic of causes, checked on figures worked out by hand and on its own laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from causes.attribution.clusters import chance_of_so_many
from causes.attribution.contribution import beyond_the_others, contributions, scaled_to
from causes.attribution.leading import MIN_CHANGE, NOBODY, leading
from causes.attribution.surprise import most_surprising, surprise
from causes.attribution.usual import MIN_MOVEMENT, departure, median_before, movement

PEOPLE_AND_BOTS = [(0,), (1,), (2, 3)]  # registered, anonymous; both kinds of bots together
SIDES = [(0, 1), (2,)]  # people and bots
STEADY = np.full((1, 3), 0.1)


def rows(*values: list[float]) -> np.ndarray:
    return np.array(values, dtype=float)


def test_contribution_is_the_share_of_the_change_and_may_exceed_all_of_it() -> None:
    # sv.wikipedia, December 2019: bots 331,868 where 9,451 were usual, people 56,099 of 56,591.
    found = contributions(rows([56_099, 331_868]), rows([56_591, 9_451]))
    np.testing.assert_allclose(found, [[-492 / 321_925, 322_417 / 321_925]])
    assert found[0, 1] > 1


def test_nothing_changed_is_no_share_of_anything() -> None:
    assert np.isnan(contributions(rows([5, 7]), rows([7, 5]))).all()


@given(arrays(float, (3, 4), elements=st.integers(0, 10**9)), arrays(float, (3, 4), elements=st.integers(0, 10**9)))
def test_contributions_of_an_alert_add_up_to_one(count: np.ndarray, expected: np.ndarray) -> None:
    found = contributions(count, expected)
    known = count.sum(axis=1) != expected.sum(axis=1)
    np.testing.assert_allclose(found[known].sum(axis=1), 1, atol=1e-6 * np.abs(found[known]).max(initial=1))


def test_expectations_are_scaled_to_that_of_the_sum_and_keep_their_proportions() -> None:
    found = scaled_to(rows([30, 10], [0, 0], [1, 2]), np.array([80, 5, np.nan]))
    np.testing.assert_array_equal(found, [[60, 20], [0, 0], [1, 2]])


def test_beyond_the_others_is_zero_where_everything_doubled() -> None:
    np.testing.assert_allclose(beyond_the_others(rows([200, 60, 40]), rows([100, 30, 20])), [[0, 0, 0]], atol=1e-9)
    assert beyond_the_others(rows([300, 60, 40]), rows([100, 30, 20]))[0, 0] == 300 - 200


def test_surprise_is_zero_for_the_same_shares_and_one_for_disjoint_ones() -> None:
    found = surprise(rows([2, 4], [0, 9], [1, np.nan], [0, 0]), rows([1, 2], [9, 0], [1, 1], [1, 1]))
    np.testing.assert_allclose(found, [0, 1, np.nan, np.nan])


def test_the_dimension_with_the_highest_surprise_is_chosen() -> None:
    assert most_surprising([0.1, np.nan, 0.3]) == 2
    assert most_surprising([np.nan]) is None


def test_usual_is_the_median_of_twelve_months_and_gaps_are_left_out() -> None:
    history = rows(*([[1000.0]] * 12), *([[10.0]] * 11), [np.nan])
    assert median_before(history).tolist() == [10]


def test_an_earlier_bot_run_does_not_make_a_wiki_restless() -> None:
    history = np.full((36, 1), 1000.0)
    history[20] = 50_000
    assert movement(history).tolist() == [MIN_MOVEMENT]
    assert np.isnan(movement(history[:6])).all(), "too young to know"


def test_departure_counts_usual_movements_and_small_numbers_are_noise() -> None:
    found = departure(rows([2000, 3]), rows([1000, 1]), rows([0.1, 0.1]))
    assert found[0, 0] == pytest.approx(np.log(2001 / 1001) / np.sqrt(0.01 + 1 / 1001))
    assert found[0, 1] < 1


class TestLeading:
    def test_two_thirds_name_a_part_and_its_cells_count_together(self) -> None:
        found = leading(rows([100, 10, 180, 130]), rows([100, 10, 30, 30]), STEADY, PEOPLE_AND_BOTS)
        assert (found.leader[0], bool(found.alike[0])) == (2, False)
        np.testing.assert_allclose(found.contribution[0], [0, 0, 0.6, 0.4])

    def test_less_than_two_thirds_names_nobody(self) -> None:
        found = leading(rows([160, 10, 140, 0]), rows([100, 10, 40, 0]), STEADY, PEOPLE_AND_BOTS)
        assert found.leader[0] == NOBODY

    def test_a_drop_is_judged_like_a_peak(self) -> None:
        found = leading(rows([1000, 100, 50, 0]), rows([1000, 100, 900, 0]), STEADY, PEOPLE_AND_BOTS)
        assert found.leader[0] == 2

    @pytest.mark.parametrize("factor", [0.3, 0.6, 1.6, 4.0])
    def test_everything_moved_alike_is_a_general_change_not_the_largest_part(self, factor: float) -> None:
        expected = rows([8000, 1000, 1000, 0])
        found = leading(expected * factor, expected, STEADY, PEOPLE_AND_BOTS)
        assert found.alike[0]
        assert found.surprise[0] == pytest.approx(0, abs=1e-12)

    def test_bots_that_jump_about_do_not_make_a_rise_of_people_general(self) -> None:
        usual = rows([0.1, 0.1, 1.5])
        found = leading(rows([3000, 105, 450, 0]), rows([1000, 100, 300, 0]), usual, PEOPLE_AND_BOTS)
        assert (found.leader[0], bool(found.alike[0])) == (0, False)

    def test_a_side_that_fell_or_is_too_small_makes_a_rise_no_general_one(self) -> None:
        usual = rows([0.1, 0.1, 1.5])
        rose, expected = [2000, 200], [1000, 100]
        assert leading(rows([*rose, 300, 0]), rows([*expected, 300, 0]), usual, PEOPLE_AND_BOTS, opposites=SIDES).alike[0]
        fell = leading(rows([*rose, 100, 0]), rows([*expected, 300, 0]), usual, PEOPLE_AND_BOTS, opposites=SIDES)
        small = leading(rows([*rose, 60, 0]), rows([*expected, 30, 0]), usual, PEOPLE_AND_BOTS, opposites=SIDES)
        assert not fell.alike[0]
        assert not small.alike[0]

    def test_small_numbers_and_unknown_cells_say_nothing(self) -> None:
        less = MIN_CHANGE - 1
        found = leading(
            rows([10 + less, 1, 0, 0], [999, np.nan, 0, 0]), rows([10, 1, 0, 0], [1, 1, 0, 0]), STEADY, PEOPLE_AND_BOTS
        )
        assert found.tells.tolist() == [False, False]
        assert found.leader.tolist() == [NOBODY, NOBODY]
        assert not found.alike.any()

    def test_an_alert_is_judged_the_same_alone_and_among_others(self) -> None:
        rng = np.random.default_rng(11)
        count, expected = rng.integers(0, 5000, (2, 200, 4)).astype(float)
        usual = rng.uniform(0.05, 1, (200, 3))
        together = leading(count, expected, usual, PEOPLE_AND_BOTS)
        for i in range(0, 200, 17):
            alone = leading(count[i : i + 1], expected[i : i + 1], usual[i : i + 1], PEOPLE_AND_BOTS)
            assert (alone.leader[0], alone.alike[0]) == (together.leader[i], together.alike[i])


def test_chance_of_so_many_wikis_is_the_binomial_tail() -> None:
    assert chance_of_so_many(0, 10, 0.1) == 1
    assert chance_of_so_many(2, 2, 0.1) == pytest.approx(0.01)
    assert chance_of_so_many(1, 3, 0.5) == pytest.approx(7 / 8)
    with pytest.raises(ValueError, match="4 of 3 wikis"):
        chance_of_so_many(4, 3, 0.1)
