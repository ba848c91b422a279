"""The family beta: its schedules, its seeds, and candidates spread over its parameters."""

from __future__ import annotations

import numpy as np
import pytest
from exact_profile import SUDOKU

from mdm_opt.candidates import BETA, Candidate, MaskedDecoding, ProfileCosts, beta
from mdm_opt.candidates.beta import beta_bounds
from mdm_opt.schedules import BetaSchedule

BOUNDS = {"beta_a": (0.1, 8.0), "beta_b": (0.1, 8.0)}
COSTS = ProfileCosts(SUDOKU, MaskedDecoding())


def pair(candidate):
    return candidate.parameters["beta_a"], candidate.parameters["beta_b"]


def test_a_candidate_is_a_beta_schedule_of_its_parameters():
    found = beta(1, 0.25, 4)
    assert found == Candidate("beta", 4, {"beta_a": 1.0, "beta_b": 0.25})
    assert found.schedule == BetaSchedule(1.0, 0.25)


def test_bounds_of_both_parameters_are_numbers():
    found = beta_bounds({"beta_a": [1, 2], "beta_b": (0.5, 3), "other": ["x"]})
    assert found == {"beta_a": (1.0, 2.0), "beta_b": (0.5, 3.0)}


def test_named_seeds_are_minimisers_and_cells_of_the_paper():
    found = BETA.seeds(["baselines", "energy"], 4, BOUNDS, 16, None)
    assert [(one.label, pair(one.candidate)) for one in found] == [
        ("paper: (0.9, 0.3)", (0.9, 0.3)),
        ("paper: (1, 0.2)", (1.0, 0.2)),
        ("energy: linear", (0.5, 0.5)),
        ("energy: sin2", (1.0, 1.0)),
    ]
    assert {one.candidate.steps for one in found} == {4}


def test_without_a_profile_there_are_no_seeds_of_it():
    assert BETA.seeds(["profile"], 4, BOUNDS, 16, None) == []


@pytest.mark.parametrize("bounds", [BOUNDS, {"beta_a": (1.0, 2.0), "beta_b": (0.1, 0.3)}])
def test_a_profile_suggests_its_optimum_and_the_fit_of_its_energy(bounds):
    best, fit = BETA.seeds(["profile"], 6, bounds, 16, COSTS)
    assert (best.label, fit.label) == ("profile: best Beta", "profile: energy fit")
    assert best.candidate == BETA.optimum(6, bounds, COSTS)
    assert COSTS.of(best.candidate) <= COSTS.of(fit.candidate)
    for one in (best.candidate, fit.candidate):
        assert BETA.inside(one.parameters, bounds)


def test_a_study_file_is_told_what_a_pair_is():
    assert BETA.given_words == "a pair [a, b] of numbers in [0.05, 20]"
    found = BETA.given_seed([0.7, 12.0], 4)
    assert (found.label, found.candidate) == ("user: (0.7, 12)", beta(0.7, 12.0, 4))


def test_candidates_are_spread_evenly_over_the_logarithms():
    """In each quarter of the square as many as chance says, within four standard errors."""
    pool = BETA.pool(4, BOUNDS, length=16)
    found = list(pool.candidates(np.random.default_rng(0), [], wide=True))
    assert len(found) > 200
    assert all(BETA.inside(one.parameters, BOUNDS) for one in found)
    middle = (0.1 * 8.0) ** 0.5
    quarters = np.array([(a > middle, b > middle) for a, b in map(pair, found)])
    slack = 4 * (len(found) * 0.25 * 0.75) ** 0.5
    for wanted in ((True, True), (True, False), (False, True), (False, False)):
        count = int((quarters == wanted).all(axis=1).sum())
        assert abs(count - len(found) / 4) < slack


def test_there_is_always_some_candidate():
    pool, bounds = BETA.pool(4, BOUNDS, length=16), BOUNDS
    for seed in range(50):
        assert BETA.inside(pool.anything(np.random.default_rng(seed)).parameters, bounds)
