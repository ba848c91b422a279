"""Schedules that cover what a measurement leaves open."""

from __future__ import annotations

import numpy as np

from mdm_opt.schedules.cover import cover, share_of_good, usefulness

# Four candidates under six draws: none is good under all of them.
COSTS = np.array(
    [
        [1.00, 1.00, 1.00, 2.0, 2.0, 2.0],
        [1.02, 1.02, 1.02, 2.0, 2.0, 2.0],
        [1.50, 1.50, 1.50, 1.0, 1.0, 2.0],
        [1.50, 1.50, 1.50, 2.0, 2.0, 1.0],
    ]
)


def test_what_adds_most_comes_next_whatever_is_good_by_itself():
    assert cover(COSTS, 0, 3) == [0, 2, 3]
    assert cover(COSTS, 1, 3)[:3] == [1, 2, 3]
    assert cover(COSTS, 0, 1) == [0]


def test_what_adds_nothing_is_left_out():
    same = np.ones((5, 4))
    assert cover(same, 2, 5) == [2]


def test_good_is_within_five_percent_and_nearly_good_counts_a_little():
    useful = usefulness(np.array([[1.0], [1.04], [1.06], [3.0]]))[:, 0]
    assert useful[0] > useful[1] > 1 > 0.25 > useful[2] > 100 * useful[3]


def test_the_share_of_draws_under_which_one_is_good():
    least = COSTS.min(axis=0)
    assert share_of_good(COSTS[1], least) == 0.5
    assert share_of_good(COSTS[3], least) == 1 / 6


def test_next_to_nothing_all_are_good():
    costs = np.array([[1e-9, 1e-9], [1e-6, 1e-5]])
    assert share_of_good(costs[1], costs.min(axis=0)) == 1.0


def test_what_noise_measures_below_zero_is_as_good_as_nothing():
    costs = np.array([[-0.01, 0.5, -2.0], [-3.0, 0.4, 1.0], [0.2, 1.0, 0.0]])
    with np.errstate(over="raise", invalid="raise"):
        useful = usefulness(costs)
    assert np.isfinite(useful).all()
    assert (useful[:2, 0] == useful[0, 0]).all()
    assert useful[0, 2] == useful[2, 2] > 1
    assert cover(costs, 0, 3) == [0, 1]
    assert share_of_good(costs[0], costs.min(axis=0)) == 2 / 3


def test_what_noise_makes_negative_counts_as_zero():
    """Draws of the pair costs of uniform corruption may leave a path KL below zero."""
    noisy = np.array([[-0.5, -0.3], [-0.001, 0.4], [0.3, 0.2]])
    assert usefulness(noisy).tolist() == usefulness(noisy.clip(min=0)).tolist()
    assert usefulness(noisy)[:, 0].tolist() == [1.25, 1.25, 0.25 * np.exp(-3000)]
    assert share_of_good(noisy[1], noisy.min(axis=0)) == 0.5
    assert share_of_good(noisy[2], noisy.min(axis=0)) == 0
