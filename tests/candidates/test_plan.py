"""What a candidate does to sequences of one length, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from mdm_opt.candidates import MEASURES, GridPlan, Plan, Rule

GRID = [0.0, 0.25, 0.75, 1.0]


def plan(grid=GRID, counts=None, length=8, **keys):
    kept = {name: None if v is None else np.array(v) for name, v in {"counts": counts}.items()}
    return Plan(np.array(grid), kept["counts"], length, **keys)


@pytest.mark.parametrize(
    ("rule", "label", "scheduled"),
    [
        (Rule("confidence", 0.9), "confidence >= 0.9", False),
        (Rule("entropy", 0.05, cap=8), "entropy <= 0.05", True),
        (Rule("bound", 1.23456), "bound <= 1.23", False),
    ],
)
def test_a_rule_is_said_in_a_few_words(rule, label, scheduled):
    assert (rule.label, rule.scheduled) == (label, scheduled)
    assert rule.measure in MEASURES


def test_counts_are_what_is_realised_and_their_steps_are_calls():
    found = plan(counts=[1, 0, 7])
    assert (found.steps, found.nfe) == (3, 2.0)
    assert found.realised.tolist() == [0, 0.125, 0.125, 1]


def test_random_counts_realise_the_grid_and_cost_what_is_expected():
    """Of two tokens a step leaves out both by the squares of 3/4, 1/2 and 3/4."""
    found = plan(length=2)
    assert found.realised is found.grid
    assert found.nfe == pytest.approx(3 - 0.75**2 - 0.5**2 - 0.75**2)


def test_of_a_rule_only_samples_tell_what_it_costs():
    shares = np.array([2, 4, 2])
    found = plan(rule=Rule("entropy", 0.1, cap=3), shares=shares)
    assert found.realised.tolist() == [0, 0.25, 0.75, 1]
    said = r"^only samples tell how many calls the rule entropy <= 0\.1 costs$"
    with pytest.raises(ValueError, match=said):
        _ = found.nfe


def test_plans_do_the_same_where_what_decides_is_the_same():
    """The shares of a rule, else the counts, else the grid."""
    other = [0.0, 0.3, 0.7, 1.0]
    assert plan(counts=[2, 4, 2]).key == plan(other, counts=[2, 4, 2]).key
    assert plan(counts=[2, 4, 2]).key != plan(counts=[2, 3, 3]).key
    assert plan().key == plan().key != plan(other).key
    rules = [
        plan(rule=Rule("entropy", cutoff, cap=3), shares=np.array([2, 4, 2]))
        for cutoff in (0.1, 0.1, 0.2)
    ]
    assert rules[0].key == rules[1].key != rules[2].key
    assert rules[0].key != plan(counts=[2, 4, 2]).key


def test_plans_are_equal_to_themselves_only_and_never_change():
    found = plan(counts=[1, 0, 7])
    assert found == found
    assert found != plan(counts=[1, 0, 7])
    for array in (found.grid, found.counts):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_steps_of_a_grid_that_lead_anywhere_are_calls():
    """Whatever the length: a step asks once about all numbers."""
    grid = np.array([0.0, 0.25, 0.25, 1.0])
    found = GridPlan(grid, None, 1000)
    assert (found.steps, found.nfe) == (3, 2.0)
    assert found.realised.tolist() == [0, 0.25, 0.25, 1]
    assert found.key == GridPlan(grid.copy(), None, 3).key
    with pytest.raises(ValueError, match="read-only"):
        found.grid[0] = 1


def test_a_grid_that_begins_above_zero_is_realised_from_there():
    """(0.3 - 0.1)/0.9 and (0.55 - 0.1)/0.9 of the way."""
    found = GridPlan(np.array([0.1, 0.3, 0.55, 1.0]), None, 2)
    assert found.realised == pytest.approx([0, 2 / 9, 0.5, 1])
    assert found.nfe == 3.0
