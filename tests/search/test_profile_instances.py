"""Where path KL is searched, the sequences of the profile are instances of every trial."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from exact_profile import study_file
from search_spaces import LONG, candidates, space, true_value

from mdm_opt.candidates import baseline, beta
from mdm_opt.schedules import ProfileSample, fixed_weights
from mdm_opt.search import Observation, SearchSpace, rank
from mdm_opt.search.profile_instances import with_profile

LENGTH, INSTANCES = len(LONG), 16


def sequences(rng, count, rare=0.0):
    """Profiles of sequences whose mean is `LONG`; of a share all the cost is on a few."""
    nats = LONG * np.exp(rng.normal(0, 0.4, (count, 1)) - 0.08)
    if rare:
        nats = np.where(rng.random((count, 1)) < rare, LONG / rare, 0.01 * LONG)
    return nats


def where_of(nats, steps=(8,)):
    sample = ProfileSample(LENGTH, np.arange(LENGTH), nats)
    return SearchSpace.of(study_file(steps=steps), LENGTH, sample.profile(), sample=sample)


def trial(where, number, candidate, nats):
    """A trial on instances whose profiles are given."""
    scores = nats @ fixed_weights(candidate.plan(where.decoding, LENGTH).counts)
    error = float(scores.std(ddof=1) / len(scores) ** 0.5)
    return Observation(number, candidate, float(scores.mean()), error, scores=scores)


@pytest.fixture
def told():
    """A space that foretells, and three trials in it."""
    rng = np.random.default_rng(0)
    where = where_of(sequences(rng, 24))
    nats = sequences(rng, INSTANCES)
    return where, [trial(where, i, one, nats) for i, one in enumerate(candidates(3))]


def test_the_value_is_the_mean_over_sequences_and_instances(told):
    where, trials = told
    found, before = with_profile(where, trials)
    assert before == 24
    for one, both in zip(trials, found, strict=True):
        predicted = where.costs.of(one.candidate)
        assert both.value == pytest.approx((24 * predicted + INSTANCES * one.value) / 40)
        assert both.scores.mean() == pytest.approx(both.value)
        np.testing.assert_array_equal(both.scores[24:], one.scores)
        assert replace(both, value=one.value, scores=one.scores) == one


def test_of_a_lost_race_what_pairing_says_of_all_instances_counts(told):
    where, trials = told
    lost = replace(trials[0], value=9.0, scores=trials[0].scores[:4], complete=False)
    found = with_profile(where, [lost, *trials[1:]])[0][0]
    assert found.value == pytest.approx((24 * where.costs.of(lost.candidate) + 16 * 9.0) / 40)
    np.testing.assert_array_equal(found.scores[24:], lost.scores)


def test_trials_stay_as_they_are_where_the_profile_does_not_estimate_their_means(told):
    where, trials = told
    assert with_profile(space(LENGTH, LONG), trials) == (trials, 0)
    unknown = [replace(trials[0], scores=None), *trials[1:]]
    exact = [replace(one, error=0.0) for one in trials]
    single = [replace(one, scores=one.scores[:1]) for one in trials]
    for kept in (unknown, exact, single, []):
        assert with_profile(where, kept) == (kept, 0)
    # A trial with the counts of its rival differs from it by nothing.
    assert with_profile(where, [replace(trials[0], error=0.0), *trials[1:]])[1] == 24


def first_of(where, trials):
    return rank(where, trials)[8][0].candidate


@pytest.mark.slow
def test_both_together_find_better_schedules_than_trials_alone():
    better = []
    for run in range(120):
        rng = np.random.default_rng(run)
        # Both are as noisy: a step's cost on one instance is off by several times its mean.
        ours, theirs = (sequences(rng, n) + rng.normal(0, 0.2, (n, LENGTH)) for n in (24, 8))
        where = where_of(ours)
        trials = [trial(where, i, one, theirs) for i, one in enumerate(candidates(12, seed=run))]
        alone = replace(where, sample=None)
        values = [true_value(where, first_of(one, trials), LONG) for one in (alone, where)]
        better.append(values[0] - values[1])
    assert np.mean(better) > 2 * np.std(better, ddof=1) / len(better) ** 0.5


def test_what_is_rare_is_not_forgotten_because_no_instance_has_it():
    """Trials say of a schedule that is far too hasty that it costs nothing, with small errors."""
    hasty, careful = beta(8.0, 0.3, 8), beta(0.35, 0.35, 8)
    misled = 0
    for run in range(10):
        rng = np.random.default_rng(run)
        where = where_of(sequences(np.random.default_rng(3), 48, rare=0.05))
        nats = np.abs(0.01 * LONG + rng.normal(0, 1e-4, (INSTANCES, LENGTH)))
        given = [hasty, careful, baseline("linear", 8), *candidates(6, seed=run)]
        trials = [trial(where, i, one, nats) for i, one in enumerate(given)]
        # The luckiest of them is any, as far as its own instances say.
        trials[0] = replace(trials[0], value=-0.1, scores=trials[0].scores - trials[0].value - 0.1)
        misled += first_of(replace(where, sample=None), trials) == hasty
        linear = true_value(where, baseline("linear", 8), LONG)
        assert true_value(where, first_of(where, trials), LONG) < 0.7 * linear
    assert misled >= 8
