"""What is predicted of candidates by any costs that are linear in what was measured."""

from __future__ import annotations

import numpy as np
import pytest

from mdm_opt.candidates import Candidate, Costs, baseline, beta
from mdm_opt.schedules import BetaSchedule

# Path KL of a pair (a, b) under two cells: 1 + (log a - x)^2 + (log b - y)^2 is linear in
# (1, x, y, x^2 + y^2), of which the last two are only known to a measurement.
BOUNDS = {"beta_a": (0.2, 5.0), "beta_b": (0.2, 5.0)}


def cells(x, y):
    return np.array([1.0, x, y, x**2 + y**2])


def weights_of(a, b):
    a, b = np.log(a), np.log(b)
    return np.array([1 + a**2 + b**2, -2 * a, -2 * b, 1.0])


class Bowl(Costs):
    """The nearer a Beta schedule is to where the bowl is deepest, the less it costs."""

    most_steps = 8

    def weights(self, candidate):
        return weights_of(*candidate.parameters.values())

    def linear(self):
        return np.full(8, self.of(baseline("linear", 4)))

    def limit(self, steps):
        return cells(0, 0), None

    def limits(self, most):
        return None

    def least(self, steps):
        return None

    def best_beta(self, steps, bounds):
        return BetaSchedule(*np.exp(self.profile[1:3]).tolist())

    def energy_fit(self, bounds):
        return BetaSchedule(1.0, 1.0)

    def under_draws(self, steps, bounds, first):
        sides = [np.geomspace(*bounds[name], 21) for name in ("beta_a", "beta_b")]
        grid = np.stack([x.ravel() for x in np.meshgrid(*sides)], axis=1)
        pairs = np.concatenate([[first], grid])
        return pairs, np.array([weights_of(*pair) for pair in pairs]) @ self.draws.T


def test_path_kl_is_weights_times_what_was_measured():
    costs = Bowl(cells(np.log(2), 0.0))
    assert costs.of(beta(2.0, 1.0, 4)) == pytest.approx(1.0)
    assert costs.of(beta(1.0, 1.0, 4)) == pytest.approx(1 + np.log(2) ** 2)
    assert costs.counts(beta(2.0, 1.0, 4)) is None


def test_nothing_is_predicted_of_rules_and_other_orders():
    costs = Bowl(cells(0.0, 0.0))
    given = {"beta_a": 1.0, "beta_b": 1.0}
    assert costs.predicts(beta(1.0, 1.0, 4))
    for decoding, known in (
        ({"order": "random"}, True),
        ({"temperature": 0.5}, True),
        ({"order": "margin"}, False),
    ):
        assert costs.predicts(Candidate("beta", 4, given, decoding=decoding)) is known
    assert not costs.predicts(Candidate("threshold", 4, {"cutoff": 0.9}))


def test_the_least_under_each_draw_is_that_of_the_best_pair():
    deepest = [(0.2, 5.0), (1.0, 1.0), (5.0, 0.2)]
    draws = np.array([cells(*np.log(pair)) for pair in deepest])
    costs = Bowl(cells(0.0, 0.0), draws)
    assert costs.least_under_draws(4, BOUNDS) == pytest.approx([1.0, 1.0, 1.0])


def test_schedules_that_cover_what_is_possible_begin_with_the_best():
    """Two places where the bowl may be deepest: one schedule at each, and one is the best."""
    draws = np.array([cells(*np.log(pair)) for pair in [(0.2, 0.2), (5.0, 5.0)] * 4])
    costs = Bowl(cells(np.log(0.2), np.log(0.2)), draws)
    first, second = costs.covering_betas(4, BOUNDS, 2)
    assert first == pytest.approx((0.2, 0.2))
    assert second == pytest.approx((5.0, 5.0))


def test_costs_that_lack_something_are_none():
    class Part(Costs):
        most_steps = 4

    with pytest.raises(TypeError, match="abstract"):
        Part(np.ones(4))
