"""The next candidate of a study: by our search or Optuna's, from a seed of its place."""

from __future__ import annotations

import pytest
from search_spaces import LONG, candidates, space, true_value

from mdm_opt.search import Observation, optuna_samplers, proposal_seed, propose
from mdm_opt.search.shape_search import ShapeSearch

WHERE = space(128, steps=[8])
SEEN = [
    Observation(i, one, true_value(WHERE, one, LONG), 1e-4) for i, one in enumerate(candidates(6))
]


def asked(sampler, running=(), seed=3):
    return propose(sampler, WHERE, 8, SEEN, running, direction="minimize", seed=seed)


def test_a_shape_is_proposed_by_our_own_search():
    assert asked("shape") == ShapeSearch(WHERE, 8, seed=3).propose(SEEN, [])


def test_what_is_being_measured_is_not_proposed_again():
    first = asked("shape")
    second = asked("shape", [(6, first)])
    assert WHERE.key(second) != WHERE.key(first)


@pytest.mark.parametrize("name", ["gp", "tpe", "random"])
def test_others_are_samplers_of_optunas(name):
    found = asked(name)
    assert found == optuna_samplers.propose(name, WHERE, 8, SEEN, [], direction="minimize", seed=3)
    assert found != asked(name, seed=4)


def test_every_place_of_every_study_has_a_seed_of_its_own():
    seeds = [proposal_seed(study, place) for study in range(40) for place in range(1000)]
    assert len(set(seeds)) == len(seeds)


def test_seeds_are_what_optuna_takes():
    """Seeds of studies go up to 2^63 - 1, those of numpy's older generators to 2^32 - 1."""
    for study in (0, 2**32 - 1, 2**63 - 1):
        for place in (0, 10**6):
            assert 0 <= proposal_seed(study, place) < 2**32
    assert proposal_seed(7, 5) == 7 * 1_000_003 + 5
