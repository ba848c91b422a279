"""What grids cost under exact step costs, and the best of them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from exact_steps import LIMITS, PROCESSES, exact_steps

from mdm_opt.candidates import DECODINGS, StepCosts, UniformDecoding, baseline, beta
from mdm_opt.schedules.step_costs import places, step_table
from mdm_opt.schedules.step_sample import MOST_STEPS

BOUNDS = {"beta_a": (0.1, 8.0), "beta_b": (0.1, 8.0)}
NARROW = {"beta_a": (1.0, 2.0), "beta_b": (0.1, 0.3)}
LAWS = ["count_templates", "chain"]


def costs_of(name: str, draws=None, **keys) -> StepCosts:
    known = exact_steps(name)
    return DECODINGS[known.process](**keys).costs(known.values, draws)


@pytest.fixture(params=LAWS)
def costs(request) -> StepCosts:
    return costs_of(request.param)


def test_a_candidate_costs_what_its_grid_does(costs):
    for candidate in (beta(0.4, 0.7, 6), baseline("sin2", 8), baseline("logit", 4)):
        grid = candidate.plan(costs.decoding, 1).grid
        weights = costs.weights(candidate)
        assert weights == pytest.approx(costs.table.weights(grid))
        assert costs.of(candidate) == pytest.approx(weights @ costs.profile)
        found = costs.table.path_kls(costs.profile, grid[None])
        assert costs.of(candidate) == pytest.approx(found[0], abs=1e-12)
        assert costs.counts(candidate) is None


def test_candidates_cost_what_they_do_exactly():
    """Tables of 64 rates are right to 0.002 nats."""
    known, costs = exact_steps("bimodal"), costs_of("bimodal")
    for a, b, steps in ((0.5, 0.5, 4), (0.5, 0.6, 8), (1.0, 1.0, 16)):
        exact = known.path_kl(beta(a, b, steps).plan(costs.decoding, 1).grid)
        assert costs.of(beta(a, b, steps)) == pytest.approx(exact, abs=0.002)


def test_linear_is_known_in_every_number_of_steps(costs):
    found = costs.linear()
    assert (found.shape, costs.most_steps) == ((MOST_STEPS,), MOST_STEPS)
    for steps in (1, 2, 7, 64):
        expected = costs.of(baseline("linear", steps))
        assert found[steps - 1] == pytest.approx(expected, abs=1e-12)
    assert (np.diff(found) < 0).all()


@pytest.mark.parametrize("name", LIMITS)
def test_the_limit_is_as_good_as_any_grid(name):
    known, costs = exact_steps(name), costs_of(name)
    for steps, best in zip((4, 8, 16), LIMITS[name], strict=True):
        assert best * 0.9999 < known.path_kl(costs.limit_grid(steps)) < 1.01 * best
        weights, counts = costs.limit(steps)
        assert counts is None
        assert costs.least(steps) == pytest.approx(weights @ costs.profile, abs=1e-12)


def test_limits_are_those_of_all_smaller_step_counts(costs):
    found = costs.limits(6)
    assert found == pytest.approx([costs.least(steps) for steps in range(1, 7)], abs=1e-12)
    assert (np.diff(found) < 0).all()
    assert (found <= costs.linear()[:6] + 1e-12).all()


def test_no_grid_costs_less_than_nothing():
    """A measurement may say so of the finest ones."""
    table = step_table("births", 4)
    costs = DECODINGS["births"]().costs(np.array([0.0, 1.0, 2.0, 3.0]))
    assert costs.limit(4)[0] @ costs.profile < 0
    assert costs.least(4) == 0.0
    assert costs.table is table


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("bounds", [BOUNDS, NARROW], ids=["wide", "narrow"])
def test_the_best_beta_is_as_good_as_others_within_the_bounds(name, bounds):
    costs = costs_of(name)
    best = costs.best_beta(6, bounds)
    sides = [np.geomspace(*ends, 25) for ends in bounds.values()]
    rivals = [costs.of(beta(a, b, 6)) for a, b in itertools.product(*sides)]
    least = costs.of(beta(best.beta_a, best.beta_b, 6))
    assert least <= min(rivals) + 1e-9
    assert least >= costs.least(6) - 1e-6
    assert bounds["beta_a"][0] <= best.beta_a <= bounds["beta_a"][1]
    assert bounds["beta_b"][0] <= best.beta_b <= bounds["beta_b"][1]


def test_the_best_beta_is_exactly_nearly_the_best():
    """By a search over all of them on the exact costs of births: (0.5, 0.6), (0.4, 0.7)."""
    for name, (a, b), nats in (
        ("bimodal", (0.5, 0.6), 0.23073),
        ("count_templates", (0.4, 0.7), 1.37291),
    ):
        best = costs_of(name).best_beta(4, BOUNDS)
        grid = beta(best.beta_a, best.beta_b, 4).plan(DECODINGS["births"](), 1).grid
        assert exact_steps(name).path_kl(grid) <= nats + 1e-4
        assert (best.beta_a, best.beta_b) == pytest.approx((a, b), abs=0.1)


def test_losses_by_the_squared_distance_are_fitted_by_sin2():
    """Time passes evenly in the angle, and the grid of least path KL does so, too."""
    count = 16
    cells = np.array([(j - i) ** 2 for i, j in itertools.combinations(range(count + 1), 2)])
    costs = UniformDecoding().costs(0.01 * cells)
    fit, best = costs.energy_fit(BOUNDS), costs.best_beta(5, BOUNDS)
    assert (fit.beta_a, fit.beta_b) == pytest.approx((1.0, 1.0), abs=2e-3)
    assert (best.beta_a, best.beta_b) == pytest.approx((1.0, 1.0), abs=0.02)
    assert costs.limit_grid(5) == pytest.approx(np.sin(np.pi / 10 * np.arange(6)) ** 2, abs=0.02)
    within = costs.energy_fit(NARROW)
    assert 1.0 <= within.beta_a <= 2.0
    assert 0.1 <= within.beta_b <= 0.3


@pytest.mark.parametrize("name", PROCESSES)
def test_the_energy_fit_is_good_in_many_steps(name):
    known, costs = exact_steps(name), costs_of(name)
    fit = costs.energy_fit(BOUNDS)
    grid = beta(fit.beta_a, fit.beta_b, 16).plan(costs.decoding, 1).grid
    assert known.path_kl(grid) < known.path_kl(baseline("sin2", 16).plan(costs.decoding, 1).grid)


def test_grids_start_and_end_where_the_sampler_says():
    costs = costs_of("chain", first_alpha=0.1, last_alpha=0.9)
    assert costs.limit_grid(1).tolist() == [0.1, 1.0]
    assert costs.limit_grid(2).tolist() == [0.1, 0.9, 1.0]
    grid = costs.limit_grid(5)
    assert (len(grid), grid[0], grid[-2], grid[-1]) == (6, 0.1, 0.9, 1.0)
    assert (np.diff(grid) > 0).all()
    for steps in (1, 2, 5):
        assert costs.least(steps) <= costs.of(baseline("linear", steps)) + 1e-12
    best = costs.best_beta(5, BOUNDS)
    found = costs.of(beta(best.beta_a, best.beta_b, 5))
    # The limit is that of grids on places, between which something may be gained.
    assert costs.least(5) <= 1.001 * found
    assert found <= costs.of(baseline("sin2", 5)) + 1e-9
    # The only step is the same whatever the schedule.
    alone = costs.best_beta(1, BOUNDS)
    assert costs.of(beta(alone.beta_a, alone.beta_b, 1)) == costs.of(baseline("sin2", 1))
    fit = costs.energy_fit(BOUNDS)
    assert costs.of(beta(fit.beta_a, fit.beta_b, 16)) < costs.of(baseline("linear", 16))


@pytest.mark.parametrize("keys", [{}, {"first_alpha": 0.05, "last_alpha": 0.9}])
def test_draws_say_what_each_schedule_may_cost(keys):
    known = exact_steps("chain")
    rng = np.random.default_rng(0)
    draws = known.values * (1 + 0.1 * rng.normal(size=(3, 1)))
    costs = costs_of("chain", draws, **keys)
    pairs, found = costs.under_draws(4, NARROW, (0.5, 0.7))
    assert found.shape == (len(pairs), 3)
    assert pairs[0].tolist() == [0.5, 0.7]
    for index in (0, 1, 100, len(pairs) - 1):
        candidate = beta(*pairs[index].tolist(), 4)
        expected = [StepCosts(costs.table, one, costs.decoding).of(candidate) for one in draws]
        assert found[index] == pytest.approx(expected, abs=1e-9)
    assert pairs[1:].min(axis=0) == pytest.approx([1.0, 0.1])
    assert pairs[1:].max(axis=0) == pytest.approx([2.0, 0.3])
    assert costs.least_under_draws(4, NARROW) == pytest.approx(
        costs.under_draws(4, NARROW, (0.5, 0.5))[1].min(axis=0)
    )


def test_schedules_that_cover_the_draws_begin_with_the_best():
    known = exact_steps("count_templates")
    turned = known.values.min() + known.values.max() - known.values[::-1]
    draws = np.array([known.values, turned] * 4)
    costs = costs_of("count_templates", draws)
    best = costs.best_beta(4, BOUNDS)
    first, second = costs.covering_betas(4, BOUNDS, 2)
    assert first == (best.beta_a, best.beta_b)
    other = StepCosts(costs.table, turned, costs.decoding)
    assert other.of(beta(*second, 4)) < other.of(beta(*first, 4))


def test_places_are_as_many_as_cells_need():
    costs = costs_of("chain")
    assert len(places(costs.table.count)) == 33
    assert len(costs.profile) == 33 * 32 // 2
