"""What a profile predicts of schedules: by hand on four tokens, and the least of all counts."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from exact_profile import SUDOKU

from mdm_opt.candidates import MaskedDecoding, ProfileCosts, baseline, beta, counts_candidate

# Its sum is 5.5 nats.
FOUR = np.array([4.0, 1.0, 0.5, 0.0])
BOUNDS = {"beta_a": (0.1, 8.0), "beta_b": (0.1, 8.0)}
FIXED, ANCESTRAL = MaskedDecoding(), MaskedDecoding(reveal="ancestral")


def every_counts(length, steps):
    """All counts of at least one with that sum."""
    for inner in itertools.combinations(range(1, length), steps - 1):
        yield tuple(b - a for a, b in itertools.pairwise([0, *inner, length]))


@pytest.mark.parametrize(
    ("counts", "expected"),
    [((4,), 16 - 5.5), ((1, 3), 4 + 3 - 5.5), ((2, 2), 8 + 1 - 5.5), ((1, 1, 1, 1), 0.0)],
)
def test_tokens_of_a_step_are_charged_what_is_known_before_it(counts, expected):
    costs = ProfileCosts(FOUR, FIXED)
    assert costs.length == 4
    assert costs.of(counts_candidate(counts)) == pytest.approx(expected, abs=1e-12)
    weights = costs.weights(counts_candidate(counts))
    assert weights @ FOUR == pytest.approx(expected, abs=1e-12)
    assert weights.sum() == 0


def test_random_counts_are_charged_their_mean():
    """Two linear steps of two tokens: both fall into one step half of the time."""
    costs = ProfileCosts(np.array([1.0, 0.25]), ANCESTRAL)
    assert costs.of(baseline("linear", 2)) == pytest.approx(0.5 * (1.0 - 0.25))
    assert costs.weights(baseline("linear", 2)) == pytest.approx([0.5, -0.5])


def test_a_schedule_is_charged_for_its_rounded_counts():
    """Beta(1, 0.2) in 8 steps leaves some empty under one rounding and none under the other."""
    candidate = beta(1.0, 0.2, 8)
    full, cumulative = (
        ProfileCosts(SUDOKU, MaskedDecoding(rounding=how)) for how in ("full", "cumulative")
    )
    assert full.of(candidate) == pytest.approx(
        full.of(counts_candidate(candidate.plan(FIXED, 16).counts))
    )
    assert full.of(candidate) != pytest.approx(cumulative.of(candidate), rel=1e-3)


@pytest.mark.parametrize("decoding", [FIXED, ANCESTRAL], ids=["fixed", "ancestral"])
def test_linear_is_known_in_every_number_of_steps(decoding):
    costs = ProfileCosts(SUDOKU, decoding)
    found = costs.linear()
    assert found.shape == (16,)
    assert found[0] == pytest.approx(16 * SUDOKU[0] - SUDOKU.sum())
    for steps in (2, 7, 16):
        assert found[steps - 1] == pytest.approx(costs.of(baseline("linear", steps)), abs=1e-4)


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_the_limit_is_the_least_of_all_counts(steps):
    costs = ProfileCosts(FOUR, FIXED)
    least = min(costs.of(counts_candidate(one)) for one in every_counts(4, steps))
    weights, counts = costs.limit(steps)
    assert weights @ FOUR == pytest.approx(least, abs=1e-12)
    assert costs.of(counts_candidate(counts)) == pytest.approx(least, abs=1e-12)
    assert costs.limits(steps)[-1] == pytest.approx(least, abs=1e-12)
    assert costs.least(steps) == pytest.approx(least, abs=1e-12)


def test_limits_are_those_of_all_smaller_step_counts():
    costs = ProfileCosts(FOUR, FIXED)
    assert costs.limits(4) == pytest.approx([10.5, 1.5, 0.5, 0.0], abs=1e-12)
    assert costs.least(5) is None


def test_the_limit_of_random_counts_has_none_of_its_own():
    costs = ProfileCosts(SUDOKU, ANCESTRAL)
    weights, counts = costs.limit(4)
    assert counts is None
    assert (costs.limits(4), costs.least(4)) == (None, None)
    rivals = [costs.of(baseline(name, 4)) for name in ("linear", "sin2", "sine", "cosine")]
    # A mixture of fixed counts is no better than the best of them.
    assert ProfileCosts(SUDOKU, FIXED).least(4) < weights @ SUDOKU < min(rivals)


@pytest.mark.parametrize("decoding", [FIXED, ANCESTRAL], ids=["fixed", "ancestral"])
def test_the_best_beta_is_as_good_as_others_within_the_bounds(decoding):
    costs = ProfileCosts(SUDOKU, decoding)
    for bounds in (BOUNDS, {"beta_a": (1.0, 2.0), "beta_b": (0.1, 0.3)}):
        best = costs.best_beta(6, bounds)
        sides = [np.geomspace(*ends, 9) for ends in bounds.values()]
        rivals = [costs.of(beta(a, b, 6)) for a, b in itertools.product(*sides)]
        assert costs.of(beta(best.beta_a, best.beta_b, 6)) <= min(rivals) + 1e-9
        assert bounds["beta_a"][0] <= best.beta_a <= bounds["beta_a"][1]
        assert bounds["beta_b"][0] <= best.beta_b <= bounds["beta_b"][1]


def test_a_profile_that_falls_evenly_is_fitted_by_the_linear_schedule():
    """Its slope is constant, so time and revealed fraction go together."""
    fit = ProfileCosts(np.linspace(2.0, 0.5, 16), FIXED).energy_fit(BOUNDS)
    assert (fit.beta_a, fit.beta_b) == pytest.approx((0.5, 0.5), abs=1e-3)
