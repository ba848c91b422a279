"""Optuna's samplers: what they are told of a study, and that they are told nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import optuna
import pytest
from search_spaces import space, validity_space

from mdm_opt.candidates import beta
from mdm_opt.search import Observation
from mdm_opt.search.optuna_samplers import SAMPLERS, propose

BOUNDS = {"beta_a": [0.2, 2.0], "beta_b": [0.5, 4.0]}
WHERE = space(space=BOUNDS)


def asked(name, seen=(), running=(), *, where=WHERE, steps=8, direction="minimize", seed=0):
    return propose(name, where, steps, seen, running, direction=direction, seed=seed)


def pair(candidate):
    return candidate.parameters["beta_a"], candidate.parameters["beta_b"]


def observed(count=12, steps=8, first=0):
    """Trials all over the space whose optimum is at beta_a = 0.4, beta_b = 3."""
    rng = np.random.default_rng(steps)
    points = np.exp(rng.uniform(np.log([0.2, 0.5]), np.log([2.0, 4.0]), (count, 2)))
    return [
        Observation(
            first + number,
            beta(*point, steps),
            float(((np.log(point) - np.log([0.4, 3.0])) ** 2).sum()),
            0.0,
        )
        for number, point in enumerate(points)
    ]


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_proposal_is_a_candidate_of_the_budget_within_the_bounds(name):
    found = [asked(name, seed=seed) for seed in range(3)]
    assert len(set(found)) == 3
    for one in [*found, asked(name, observed())]:
        assert (one.family, one.steps) == ("beta", 8)
        assert WHERE.family.inside(one.parameters, BOUNDS)


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_same_seed_and_trials_make_the_same_proposal(name):
    seen = observed()
    assert asked(name, seen, seed=5) == asked(name, seen[::-1], seed=5)


@pytest.mark.parametrize("name", ["gp", "tpe"])
def test_what_has_been_measured_is_learnt_from(name):
    found = [np.log(pair(asked(name, observed(30), seed=seed))) for seed in range(4)]
    distance = np.abs(np.median(found, axis=0) - np.log([0.4, 3.0]))
    # The space is 2.3 and 2.1 wide.
    assert distance.max() < 0.4


@pytest.mark.parametrize("name", ["gp", "tpe"])
def test_values_are_less_is_better_whatever_the_direction(name):
    """Optuna gets them as they are kept, and looks for the other end."""
    first, second = (
        asked(name, observed(), direction=direction) for direction in ("minimize", "maximize")
    )
    assert pair(first) == pytest.approx(pair(second), rel=1e-6)


@pytest.mark.parametrize("name", ["gp", "tpe"])
def test_trials_of_other_budgets_are_not_looked_at(name):
    seen = observed()
    others = observed(steps=4, first=12)
    running = [(30, beta(1.0, 1.0, 4))]
    assert asked(name, [*seen, *others], running) == asked(name, seen)


@pytest.mark.parametrize("name", ["gp", "tpe"])
def test_what_breaks_a_guard_is_kept_away_from(name):
    """Feasible only where beta_a > 1, away from the best values."""
    seen = [replace(one, guards={"a": 1.0 - pair(one.candidate)[0]}) for one in observed(30)]
    free = [pair(asked(name, observed(30), seed=seed))[0] for seed in range(4)]
    kept = [pair(asked(name, seen, seed=seed))[0] for seed in range(4)]
    assert np.median(free) < 0.8 < np.median(kept)


@pytest.mark.parametrize("name", SAMPLERS)
def test_lost_races_and_running_trials_are_no_obstacle(name):
    seen = [replace(one, complete=one.number % 2 == 0) for one in observed()]
    found = asked(name, seen, [(12, beta(1.0, 1.0, 8)), (13, beta(0.3, 2.0, 8))])
    assert WHERE.family.inside(found.parameters, BOUNDS)


@pytest.mark.parametrize("name", SAMPLERS)
def test_another_worker_that_asks_meanwhile_is_told_something_else(name):
    first = asked(name, observed(), seed=0)
    assert asked(name, observed(), [(12, first)], seed=1) != first


HEAT = {"low": 0.0, "high": 1.0}
SETTINGS = {"temperature": HEAT, "order": ["random", "margin"], "block_length": [8, 16, 4]}


def with_settings(count=12, steps=6):
    """Trials that are the better the colder they are, and in order margin."""
    rng = np.random.default_rng(0)
    for one in observed(count, steps):
        order, heat = ("random", "margin")[int(rng.integers(2))], float(rng.random())
        brought = {"order": order, "temperature": heat, "block_length": (8, 16)[one.number % 2]}
        value = 3 * heat + 2 * (order == "random")
        yield replace(one, candidate=replace(one.candidate, decoding=brought), value=value)


@pytest.mark.parametrize("name", SAMPLERS)
def test_settings_are_proposed_with_the_family_and_blocks_that_fit(name):
    where = validity_space(steps=[4, 6], **SETTINGS)
    for steps in (4, 6):
        seen = [
            replace(one, candidate=replace(one.candidate, steps=steps)) for one in with_settings()
        ]
        found = [asked(name, seen, where=where, steps=steps, seed=seed) for seed in range(4)]
        for one in found:
            assert set(one.decoding) == {"temperature", "order", "block_length"}
            assert one.decoding["block_length"] in ((4, 8, 16) if steps == 4 else (8, 16))
        if name == "gp":
            heats = [one.decoding["temperature"] for one in found]
            assert np.median(heats) < 0.3


def test_nothing_is_printed_of_the_study_in_memory(capfd):
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.INFO)
    try:
        asked("tpe", observed())
        assert capfd.readouterr() == ("", "")
    finally:
        optuna.logging.set_verbosity(verbosity)
