"""Which candidates of a search are taken for the best: not the luckiest, the lost, the unfit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from records import MODEL, measurement, study_record

from mdm_opt.schedules import BetaSchedule, CountsSchedule, named_schedule, reveal_counts
from mdm_opt.service.standing import noise_variance, schedule_of, standings

LENGTH = 256
FILE = {
    "study": {"name": "s"},
    "model": {"kind": "enumerated", "law": "sudoku4"},
    "space": {"steps": [4, 8]},
    "objective": {"kind": "validity", "verifier": "sudoku"},
}


def study(**changes):
    model = replace(MODEL, length=LENGTH)
    return study_record(**({"study_file": FILE, "model": model} | changes))


def trial(number, value, beta=(1.0, 1.0), steps=8, **changes):
    """A trial of the search whose scores are all the same."""
    counts = reveal_counts(BetaSchedule(*beta), steps, LENGTH).tolist()
    values = {
        "trial_number": number,
        "budget_steps": steps,
        "steps": steps,
        "beta_a": beta[0],
        "beta_b": beta[1],
        "counts": counts,
        "scores": np.full(4, value),
        "guards": {},
    }
    return measurement(**(values | changes))


def numbers(found):
    return {steps: [m.trial_number for m in records] for steps, records in found.items()}


# Far enough apart that one says nothing of another.
APART = [(0.5, 0.5), (3.0, 0.3), (0.3, 3.0), (6.0, 6.0)]


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
@pytest.mark.parametrize("deterministic", [False, True])
def test_feasible_and_whole_trials_of_the_search_stand_best_first(direction, deterministic):
    sign = 1 if direction == "minimize" else -1
    measured = [
        trial(0, sign * 3.0, APART[0], paired_error=1e-3),
        trial(1, sign * 2.0, APART[1], paired_error=1e-3),
        trial(2, sign * 1.0, APART[2], feasible=False, guards={"g": 0.1}, paired_error=1e-3),
        trial(3, sign * 0.5, APART[3], stopped_early=True, paired_error=1e-3),
        trial(4, sign * 9.0, APART[0], steps=4, paired_error=1e-3),
        replace(trial(5, sign * 0.1, APART[3]), role="verification", trial_number=None),
        replace(trial(5, sign * 0.1, APART[3]), role="selection", trial_number=None),
    ]
    record = study(direction=direction, deterministic=deterministic)
    assert numbers(standings(record, measured)) == {8: [1, 0], 4: [4]}
    assert standings(record, measured)[8][0] is measured[1]
    assert standings(record, measured[2:4]) == {}


def test_of_the_same_counts_one_is_listed():
    same = (0.5001, 0.5001)
    measured = [trial(0, 1.0, APART[0]), trial(1, 1.0, same), trial(2, 2.0, APART[1])]
    assert measured[0].counts == measured[1].counts
    assert sorted(numbers(standings(study(), measured))[8]) == [0, 2]
    # Under ancestral reveal they are two.
    ancestral = study(study_file=FILE | {"sampler": {"reveal": "ancestral"}})
    unfixed = [replace(m, counts=[]) for m in measured]
    assert sorted(numbers(standings(ancestral, unfixed))[8]) == [0, 1, 2]


def neighbours(error):
    """Four good ones near each other, and one that is lucky among bad ones."""
    good = [(0.5, 0.5), (0.5, 0.45), (0.55, 0.5), (0.45, 0.5)]
    bad = [(3.0, 0.3), (3.3, 0.3), (2.7, 0.3), (3.0, 0.27)]
    values = [1.0, 1.05, 1.05, 1.1, 0.95, 3.0, 3.1, 2.9]
    measured = [
        trial(number, value, beta, paired_error=error)
        for number, (value, beta) in enumerate(zip(values, good + bad, strict=True))
    ]
    assert len({tuple(m.counts) for m in measured}) == 8
    return measured


def test_the_luckiest_of_noisy_trials_is_not_the_best():
    first = numbers(standings(study(), neighbours(1.0)))[8][0]
    assert first in (0, 1, 2, 3)


def test_what_has_no_noise_is_what_it_is():
    assert numbers(standings(study(), neighbours(0.0)))[8][:2] == [4, 0]
    exact = [replace(m, paired_error=None) for m in neighbours(1.0)]
    found = standings(study(deterministic=True), exact)[8]
    assert [m.value for m in found] == sorted(m.value for m in exact)


def test_noise_is_half_that_of_the_difference_to_the_rival():
    raced = trial(0, 1.0, paired_error=0.2)
    assert noise_variance(raced, deterministic=False) == pytest.approx(0.02)
    assert noise_variance(trial(0, 1.0), deterministic=False) is None
    assert noise_variance(raced, deterministic=True) == 0.0


def test_what_pairing_says_counts_and_not_the_mean_of_other_instances():
    """Two that were measured whole, beside rivals; the values of both agree with pairing."""
    measured = [
        trial(0, 1.0, APART[0], paired_error=1e-3),
        trial(1, 2.0, APART[1], paired_value=2.0, paired_error=1e-3),
        # It looked well on the few instances until it was stopped, and its neighbour is as bad.
        trial(2, 0.1, APART[2], paired_value=9.0, paired_error=1e-3, stopped_early=True),
        trial(3, 1.5, (0.31, 3.0), paired_value=1.5, paired_error=5.0),
    ]
    assert numbers(standings(study(), measured))[8][0] == 0
    assert numbers(standings(study(), measured))[8][-1] == 3


def test_schedules_of_measurements():
    assert schedule_of(trial(0, 1.0, (0.4, 0.7))) == BetaSchedule(0.4, 0.7)
    free = trial(0, 1.0, schedule="free", beta_a=None, beta_b=None, counts=[1, 3, 252])
    assert schedule_of(free) == CountsSchedule((1, 3, 252))
    named = trial(None, 1.0, schedule="sine", beta_a=None, beta_b=None)
    assert schedule_of(named) == named_schedule("sine")


def test_counts_of_any_shape_stand_by_themselves():
    file = FILE | {"space": {"steps": [4], "family": "free"}}
    free = {"schedule": "free", "beta_a": None, "beta_b": None, "paired_error": 1e-3, "steps": 4}
    measured = [
        trial(0, 2.0, counts=[64, 64, 64, 64], **free),
        trial(1, 1.0, counts=[1, 1, 1, 253], **free),
        trial(2, 1.0, counts=[1, 1, 1, 253], **free),
    ]
    assert numbers(standings(study(study_file=file), measured)) == {4: [1, 0]}
