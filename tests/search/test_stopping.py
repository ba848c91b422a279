"""What another trial promises, beside what the verification can tell apart."""

from __future__ import annotations

import numpy as np
import pytest
from exact_profile import SUDOKU
from scipy import stats
from search_spaces import candidates, space, true_value

from mdm_opt.search import Observation, Outlook, outlook
from mdm_opt.search.shape_search import ShapeSearch

SETTING = {"instances": 64, "verified": 256, "confidence": 0.95, "seed": 0}


def tried(count, error, *, where=None, scale=1.0, seed=0):
    """Trials whose values have noise of a deviation."""
    where = where or space(16, steps=[4])
    rng = np.random.default_rng(seed)
    return [
        Observation(i, one, scale * true_value(where, one, SUDOKU) + rng.normal(0, error), error)
        for i, one in enumerate(candidates(count, steps=4))
    ]


def test_what_can_be_shown_follows_from_the_noise_of_the_trials():
    found = outlook(space(16, steps=[4]), 4, tried(9, 0.1), [], **SETTING)
    # One of two values has this error on 64 instances, their difference twice the variance.
    expected = stats.norm.ppf(0.975) * 0.1 * np.sqrt(2 * 64 / 256)
    assert found.shown == pytest.approx(expected, rel=1e-9)


def test_the_gain_is_what_the_model_expects_of_the_best_candidate():
    where, seen = space(16, steps=[4]), tried(9, 0.1)
    found = outlook(where, 4, seen, [], **SETTING)
    assert found.gain == ShapeSearch(where, 4, seed=0).expected_gain(seen, [])
    assert found.gain > 0
    assert found == outlook(where, 4, seen, [], **SETTING)


def test_values_of_another_unit_promise_as_much():
    where = space(16, steps=[4])
    one = outlook(where, 4, tried(9, 0.1), [], **SETTING)
    thousand = [
        Observation(o.number, o.candidate, 1000 * o.value, 1000 * o.error) for o in tried(9, 0.1)
    ]
    other = outlook(where, 4, thousand, [], **SETTING)
    assert other.gain / other.shown == pytest.approx(one.gain / one.shown, rel=1e-6)


def test_running_candidates_count_as_if_they_had_scored_what_is_expected():
    where, seen = space(16, steps=[4]), tried(6, 0.1)
    search = ShapeSearch(where, 4, seed=0)
    alone = search.expected_gain(seen, [])
    others = candidates(12, seed=5, steps=4)
    assert ShapeSearch(where, 4, seed=0).expected_gain(seen, others) < alone


def test_where_every_candidate_has_been_measured_nothing_is_promised():
    where = space(2, steps=[1])
    one = candidates(1, steps=1)[0]
    assert ShapeSearch(where, 1, seed=0).expected_gain([Observation(0, one, 1.0, 0.1)], []) == 0


@pytest.mark.parametrize("error", [None, 0.0])
def test_without_noise_that_is_known_nothing_can_be_said(error):
    assert outlook(space(16, steps=[4]), 4, tried(0, 0.1), [], **SETTING) is None
    known = [Observation(o.number, o.candidate, o.value, error) for o in tried(5, 0.1)]
    assert outlook(space(16, steps=[4]), 4, known, [], **SETTING) is None


def test_before_a_trial_can_be_the_best_nothing_can_be_said():
    infeasible = [
        Observation(o.number, o.candidate, o.value, o.error, guards={"entropy": 1.0})
        for o in tried(5, 0.1)
    ]
    assert outlook(space(16, steps=[4]), 4, infeasible, [], **SETTING) is None


def test_a_gain_is_below_a_tolerance_of_what_can_be_shown():
    assert Outlook(gain=0.1, shown=1.0).is_below(0.2)
    assert not Outlook(gain=0.2, shown=1.0).is_below(0.2)
