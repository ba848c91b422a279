"""Candidates as the model of the search sees them."""

from __future__ import annotations

import numpy as np
from exact_profile import SUDOKU
from search_spaces import candidates, space, validity_space

from mdm_opt.candidates import Candidate
from mdm_opt.search.shapes import Shapes, shapes_of


def test_schedules_have_an_excess_and_take_their_budget():
    tried = candidates(5)
    found = shapes_of(space(16, profile=SUDOKU, steps=[8]), tried)
    assert len(found) == 5
    assert found.angles.shape == (5, 7)
    assert (found.excess > 0).any()
    assert not found.spare.any()
    assert not found.rules.any()
    assert not shapes_of(space(16, steps=[8]), tried).excess.any()


def test_rules_have_coordinates_and_what_is_left_of_the_budget():
    where = validity_space(16, steps=[4], families=["adaptive", "threshold"])
    tried = [Candidate("threshold", 4, {"cutoff": cutoff}) for cutoff in (0.5, 0.9)]
    found = shapes_of(where, tried, np.array([0.3, -0.2]))
    assert found.spare.tolist() == [0.3, -0.2]
    assert np.abs(found.rules[0] - found.rules[1]).max() > 0.1


def test_joined_they_keep_their_order():
    where = space(16, profile=SUDOKU, steps=[8])
    parts = [shapes_of(where, candidates(3, seed), np.full(3, float(seed))) for seed in (1, 2)]
    whole = Shapes.joined(parts)
    assert whole.spare.tolist() == [1.0] * 3 + [2.0] * 3
    for name in ("steps", "angles", "rules", "settings", "excess"):
        both = [getattr(part, name) for part in parts]
        assert np.array_equal(getattr(whole, name), np.concatenate(both))
