"""The ranking by the model of shapes, and the search that proposes by it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from exact_profile import SUDOKU
from search_spaces import LONG, candidates, space, true_value, validity_space

from mdm_opt.candidates import beta
from mdm_opt.schedules import fixed_weights, limit
from mdm_opt.search import Observation, propose, rank
from mdm_opt.search.shape_search import ShapeSearch


def ranked(where, observations):
    """All that can be best, those of each step count in order."""
    return [one for ours in rank(where, observations).values() for one in ours]


def test_without_noise_the_posterior_is_the_values():
    where = space(128, steps=[8])
    tried = candidates(12)
    observed = [Observation(i, p, true_value(where, p, LONG), 0.0) for i, p in enumerate(tried)]
    order = [one.number for one in ranked(where, observed)]
    assert order == sorted(order, key=lambda i: observed[i].value)


def test_the_luckiest_value_is_not_the_best():
    """Many copies of nearly one schedule, and one of them lucky: its neighbours tell."""
    where, rng, wins = space(128, steps=[8]), np.random.default_rng(0), 0
    good = [beta(0.45 + 0.01 * i, 0.30, 8) for i in range(4)]
    bad = [beta(1.6 + 0.05 * i, 1.5, 8) for i in range(12)]
    for _ in range(40):
        observed = [Observation(i, p, rng.normal(9.0, 0.1), 0.5**2) for i, p in enumerate(good)]
        observed += [
            Observation(4 + i, p, rng.normal(9.4, 0.5), 0.5**2) for i, p in enumerate(bad)
        ]
        luckiest = min(observed, key=lambda one: one.value)
        best = ranked(where, observed)[0]
        wins += (best.number < 4) - (luckiest.number < 4)
    assert wins > 20


def test_what_was_not_measured_to_the_end_or_is_infeasible_is_never_best():
    where = space(128, steps=[8])
    tried = candidates(6)
    observed = [Observation(i, p, float(i), 0.01) for i, p in enumerate(tried)]
    observed[0] = Observation(0, tried[0], 0.0, 0.01, complete=False)
    observed[1] = Observation(1, tried[1], 1.0, 0.01, guards={"entropy": 0.5})
    assert {one.number for one in ranked(where, observed)} == {2, 3, 4, 5}


def test_no_candidate_is_proposed_twice_while_there_are_others():
    where = space(16, steps=[4])
    observed, seen = [], set()
    for number in range(30):
        point = ShapeSearch(where, 4, seed=number).propose(observed, [])
        key = where.key(point)
        assert key not in seen
        seen.add(key)
        observed.append(Observation(number, point, true_value(where, point, SUDOKU), 0.01))


def test_where_all_candidates_are_measured_one_is_proposed_all_the_same():
    where = space(4, steps=[4])
    observed = [Observation(0, beta(0.5, 0.5, 4), 1.0, 0.01)]
    assert ShapeSearch(where, 4, seed=0).propose(observed, []).steps == 4


def test_running_candidates_are_not_proposed():
    where = space(16, steps=[4])
    observed = [
        Observation(i, p, true_value(where, p, SUDOKU), 1e-4)
        for i, p in enumerate(candidates(6, steps=4))
    ]
    first = ShapeSearch(where, 4, seed=7).propose(observed, [])
    second = ShapeSearch(where, 4, seed=7).propose(observed, [first])
    assert where.key(first) != where.key(second)


@pytest.mark.slow
def test_guards_keep_the_search_away_from_what_is_infeasible():
    """Feasible only where beta_a > 1, while the objective prefers less."""
    where = space(512, steps=[8])
    rng, observed = np.random.default_rng(0), []
    for number in range(24):
        point = (
            beta(*np.exp(rng.uniform(-1.5, 1.5, 2)), 8)
            if number < 8
            else ShapeSearch(where, 8, seed=number).propose(observed, [])
        )
        a = point.parameters["beta_a"]
        value, guard = abs(np.log(a)), 1.0 - a
        observed.append(Observation(number, point, value, 1e-4, guards={"entropy": guard}))
    later = observed[8:]
    assert sum(one.guard <= 0 for one in later) >= len(later) / 2


def test_a_few_proposals_come_to_the_limit_where_there_is_a_profile():
    where, observed = space(128, LONG, steps=[8]), []
    for number in range(8):
        found = ShapeSearch(where, 8, seed=number).propose(observed, [])
        observed.append(Observation(number, found, true_value(where, found, LONG), 1e-9))
    assert min(one.value for one in observed) <= 1.02 * limit(LONG, 8).nats[-1]
    assert len({where.key(one.candidate) for one in observed}) == 8


@pytest.mark.parametrize("steps", [1, 4, 8])
def test_free_proposals_are_counts(steps):
    where = space(128, LONG, steps=[8], space={"family": "free"})
    search = ShapeSearch(where, steps, seed=1)
    observed, base = [], tuple(limit(LONG, 8).counts(steps).tolist())
    for number in range(6):
        found = search.propose(observed, [])
        assert sum(found.counts) == 128
        assert min(found.counts) >= 1
        assert len(found.counts) == steps
        value = float(fixed_weights(found.counts) @ LONG)
        observed.append(Observation(number, found, value, 1e-4))
    assert base in {one.candidate.counts for one in observed}


def test_the_free_family_needs_a_profile():
    with pytest.raises(ValueError, match="starts from a profile"):
        ShapeSearch(space(16, space={"family": "free"}), 4)


def test_trials_that_lost_their_race_count_with_the_value_that_pairing_gave_them():
    where, tried = space(128, steps=[8]), candidates(12)

    def proposed(observed):
        return propose("shape", where, 8, observed, [], direction="minimize", seed=3)

    complete = [Observation(i, p, true_value(where, p, LONG), 1e-6) for i, p in enumerate(tried)]
    raced = [replace(one, complete=one.number % 2 != 0) for one in complete]
    fewer = [one for one in complete if one.number % 2]
    best = min(true_value(where, p, LONG) for p in tried)
    worst = max(true_value(where, p, LONG) for p in tried)
    for observed in (complete, raced):
        value = true_value(where, proposed(observed), LONG)
        assert value < best + 0.2 * (worst - best)
    # Their candidates are known, so that none of them is proposed again.
    keys = {where.key(p) for p in tried}
    assert where.key(proposed(raced)) not in keys
    assert proposed(fewer) != proposed(raced)


@pytest.mark.slow
def test_settings_are_found_with_the_schedule():
    """Only one order is good, and a temperature within its range."""
    heat = {"low": 0.0, "high": 1.0}
    where = validity_space(
        128, steps=[8], order=["random", "confidence", "margin"], temperature=heat
    )

    def value(one):
        away = abs(one.decoding["temperature"] - 0.3)
        return true_value(where, one, LONG) + 3 * away + 2 * (one.decoding["order"] != "margin")

    rng, observed = np.random.default_rng(0), []
    for number in range(40):
        search = ShapeSearch(where, 8, seed=number)
        one = search.propose(observed, [])
        observed.append(Observation(number, one, value(one) + 0.05 * rng.normal(), 0.05))
    best = ranked(where, observed)[0].candidate
    assert best.decoding["order"] == "margin"
    assert abs(best.decoding["temperature"] - 0.3) < 0.15
