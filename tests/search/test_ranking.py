"""Which candidates of a search are taken for the best: not the luckiest, the lost, the unfit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from records import MODEL, measurement, study_record

from mdm_opt.candidates import beta, counts_candidate
from mdm_opt.results.best import ranked_records
from mdm_opt.schedules import limit
from mdm_opt.search import Observation, SearchSpace, expected_values, rank
from mdm_opt.search.observations import observations
from mdm_opt.search.shape_search import ShapeSearch
from mdm_opt.study.stored_file import stored_study_file

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


def space_of(record, profile=None):
    return SearchSpace.of(stored_study_file(record), LENGTH, profile)


def ranked(record, measured, profile=None):
    return ranked_records(record, space_of(record, profile), measured)


def trial(number, value, pair=(1.0, 1.0), steps=8, **changes):
    """A trial of the search whose scores are all the same."""
    values = {
        "trial_number": number,
        "budget_steps": steps,
        "candidate": beta(*pair, steps),
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
    assert numbers(ranked(record, measured)) == {8: [1, 0], 4: [4]}
    assert ranked(record, measured)[8][0] is measured[1]
    assert ranked(record, measured[2:4]) == {}


def test_of_the_same_counts_one_is_listed():
    same = (0.5001, 0.5001)
    measured = [trial(0, 1.0, APART[0]), trial(1, 1.0, same), trial(2, 2.0, APART[1])]
    plans = [m.candidate.plan(space_of(study()).decoding, LENGTH).counts for m in measured]
    assert plans[0].tolist() == plans[1].tolist()
    assert sorted(numbers(ranked(study(), measured))[8]) == [0, 2]
    # Under ancestral reveal they are two.
    ancestral = study(study_file=FILE | {"sampler": {"reveal": "ancestral"}})
    assert sorted(numbers(ranked(ancestral, measured))[8]) == [0, 1, 2]


def neighbours(error):
    """Four good ones near each other, and one that is lucky among bad ones."""
    good = [(0.5, 0.5), (0.5, 0.45), (0.55, 0.5), (0.45, 0.5)]
    bad = [(3.0, 0.3), (3.3, 0.3), (2.7, 0.3), (3.0, 0.27)]
    values = [1.0, 1.05, 1.05, 1.1, 0.95, 3.0, 3.1, 2.9]
    measured = [
        trial(number, value, pair, paired_error=error)
        for number, (value, pair) in enumerate(zip(values, good + bad, strict=True))
    ]
    keys = {space_of(study()).key(m.candidate) for m in measured}
    assert len(keys) == 8
    return measured


def test_the_luckiest_of_noisy_trials_is_not_the_best():
    first = numbers(ranked(study(), neighbours(1.0)))[8][0]
    assert first in (0, 1, 2, 3)


def test_what_has_no_noise_is_what_it_is():
    assert numbers(ranked(study(), neighbours(0.0)))[8][:2] == [4, 0]
    exact = [replace(m, paired_error=None) for m in neighbours(1.0)]
    found = ranked(study(deterministic=True), exact)[8]
    assert [m.value for m in found] == sorted(m.value for m in exact)


def test_what_pairing_says_counts_and_not_the_mean_of_other_instances():
    """Two that were measured whole, beside rivals; the values of both agree with pairing."""
    measured = [
        trial(0, 1.0, APART[0], paired_error=1e-3),
        trial(1, 2.0, APART[1], paired_value=2.0, paired_error=1e-3),
        # It looked well on the few instances until it was stopped, and its neighbour is as bad.
        trial(2, 0.1, APART[2], paired_value=9.0, paired_error=1e-3, stopped_early=True),
        trial(3, 1.5, (0.31, 3.0), paired_value=1.5, paired_error=5.0),
    ]
    assert numbers(ranked(study(), measured))[8][0] == 0
    assert numbers(ranked(study(), measured))[8][-1] == 3


def test_counts_of_any_shape_stand_by_themselves():
    file = FILE | {"space": {"steps": [4], "family": "free"}}
    measured = [
        trial(number, value, steps=4, candidate=counts_candidate(counts), paired_error=1e-3)
        for number, (value, counts) in enumerate(
            [(2.0, [64, 64, 64, 64]), (1.0, [1, 1, 1, 253]), (1.0, [1, 1, 1, 253])]
        )
    ]
    found = ranked(study(study_file=file), measured, np.linspace(2.0, 0.0, LENGTH))
    assert numbers(found) == {4: [1, 0]}


# Decreasing fast, so that early tokens are worth steps.
PROFILE = np.exp(-np.arange(LENGTH) / 12)


def noisy_draws(count=20):
    """Studies of 16 trials whose noise is 0.4 of the spread of their values."""
    plain = space_of(study(), PROFILE)
    rng = np.random.default_rng(0)
    for _ in range(count):
        pairs = np.exp(rng.uniform(-1.5, 1.0, (16, 2)))
        true = np.array([plain.costs.of(beta(*pair, 8)) for pair in pairs])
        noise = 0.4 * true.std()
        yield (
            [
                trial(n, value, pair, paired_value=value, paired_error=noise * 2**0.5)
                for n, (value, pair) in enumerate(
                    zip(true + noise * rng.normal(size=16), pairs, strict=True)
                )
            ],
            dict(enumerate(true)),
        )


def test_what_the_profile_says_weighs_in_the_ranking():
    """With it the best of noisy trials is better, and often another one than without."""
    others, better = 0, []
    for measured, true in noisy_draws():
        without, with_it = (
            numbers(ranked(study(), measured, profile))[8][0] for profile in (None, PROFILE)
        )
        others += without != with_it
        better.append(true[without] - true[with_it])
    assert others >= 5
    error = np.std(better, ddof=1) / len(better) ** 0.5
    assert np.mean(better) > 2 * error
    assert min(true.values()) >= limit(PROFILE, 8).nats[-1]


def test_what_is_expected_is_on_the_scale_that_the_scores_say():
    """Of values that are known by their scores, whatever error each says by itself."""
    where, values = space_of(study()), np.array([1.0, 2.0, 4.0])
    tried = [beta(*pair, 8) for pair in APART[:3]]
    seen = [
        Observation(i, one, value, 9.0, scores=value + 1e-4 * np.arange(8.0) * i)
        for i, (one, value) in enumerate(zip(tried, values, strict=True))
    ]
    np.testing.assert_allclose(expected_values(where, seen, tried), values, atol=0.02)
    assert ShapeSearch(where, 8, seed=0).expected_gain(seen, [beta(2.0, 2.0, 8)]) > 0


def test_the_space_of_a_study_ranks_with_its_profile():
    """Whoever ranks has the space, and so the profile: there is no other way to ask."""
    for measured, _ in noisy_draws(3):
        seen = observations(study(), measured)
        found = rank(space_of(study(), PROFILE), seen)[8]
        assert [one.number for one in found] == numbers(ranked(study(), measured, PROFILE))[8]
    assert rank(space_of(study()), [Observation(0, beta(1.0, 1.0, 8), 1.0, 0.1, {"g": 1.0})]) == {}
