"""Trials as the search sees them: their order, their sign, and their noise."""

from __future__ import annotations

import numpy as np
import pytest
from records import measurement, study_record

from mdm_opt.candidates import beta
from mdm_opt.search import Observation, noise_error, observations


def trial(number, value, **changes):
    """A trial of the search whose scores are all the same."""
    scores = np.full(4, value)
    return measurement(**({"trial_number": number, "scores": scores, "guards": {}} | changes))


def test_noise_is_half_that_of_the_difference_to_the_rival():
    raced = trial(0, 1.0, paired_error=0.2)
    assert noise_error(raced, deterministic=False) ** 2 == pytest.approx(0.02)
    assert noise_error(trial(0, 1.0), deterministic=False) is None
    assert noise_error(raced, deterministic=True) == 0.0


def test_trials_are_seen_in_the_order_of_their_numbers():
    measured = [trial(number, float(number)) for number in (2, 0, 1)]
    found = observations(study_record(), measured)
    assert [(one.number, one.value) for one in found] == [(0, 0.0), (1, 1.0), (2, 2.0)]
    assert found[2].candidate is measured[0].candidate


def test_less_is_better_whatever_the_direction():
    measured = [trial(0, 1.0), trial(1, 2.0, paired_value=3.0)]
    for direction, sign in (("minimize", 1), ("maximize", -1)):
        found = observations(study_record(direction=direction), measured)
        assert [one.value for one in found] == [sign * 1.0, sign * 3.0]


def test_only_numbered_trials_of_the_search_are_seen():
    others = [
        trial(3, 1.0, role="selection"),
        trial(4, 1.0, role="verification"),
        trial(None, 1.0),
    ]
    assert [one.number for one in observations(study_record(), [*others, trial(5, 1.0)])] == [5]


def test_noise_guards_and_lost_races_are_seen():
    measured = [
        trial(0, 1.0, paired_error=0.2, guards={"entropy": 0.5, "length": -1.0}),
        trial(1, 1.0, stopped_early=True),
    ]
    guarded, lost = observations(study_record(), measured)
    assert guarded.error**2 == pytest.approx(0.02)
    assert guarded.guards == {"entropy": 0.5, "length": -1.0}
    assert (guarded.complete, lost.complete) == (True, False)
    assert (lost.error, lost.guards) == (None, {})
    exact = observations(study_record(deterministic=True), measured)
    assert [one.error for one in exact] == [0.0, 0.0]


@pytest.mark.parametrize(
    ("guards", "complete", "guard", "eligible"),
    [
        ({}, True, -np.inf, True),
        ({"a": 0.0, "b": -2.0}, True, 0.0, True),
        ({"a": 1e-9, "b": -2.0}, True, 1e-9, False),
        ({}, False, -np.inf, False),
    ],
)
def test_the_best_is_wholly_measured_and_its_worst_guard_holds(guards, complete, guard, eligible):
    found = Observation(0, beta(1.0, 1.0, 8), 1.0, None, guards, complete)
    assert (found.guard, found.eligible) == (guard, eligible)
