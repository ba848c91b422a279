"""The noise that trials share on the same instances: what is known of it, and what it changes."""

from __future__ import annotations

import numpy as np
import pytest

from mdm_opt.candidates import beta
from mdm_opt.search import Observation
from mdm_opt.search.noise import noise_of


def trial(number, scores, *, steps=8, error=None, pair=None):
    scores = np.asarray(scores, dtype=np.float64)
    candidate = beta(*(pair or (1.0 + number / 10, 1.0)), steps)
    return Observation(number, candidate, float(scores.mean()), error, scores=scores)


def covariance(noise):
    return noise.correlations * np.outer(noise.errors, noise.errors)


def test_without_scores_each_has_the_error_that_it_says():
    errors = [0.3, None]
    told = [Observation(i, beta(1.0, 1.0 + i, 8), 0.0, error) for i, error in enumerate(errors)]
    found = noise_of(told)
    assert found.errors[0] == 0.3
    assert np.isnan(found.errors[1])
    assert (found.correlations == np.eye(2)).all()


def test_two_trials_differ_by_what_pairing_says():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 50)) + 5 * rng.normal(size=50)
    found = covariance(noise_of([trial(0, first), trial(1, second)]))
    expected = (first - second).var(ddof=1) / 50
    assert found[0, 0] + found[1, 1] - 2 * found[0, 1] == pytest.approx(expected)


def test_differences_have_the_variance_they_have_over_studies():
    """Three candidates, two of them alike; 400 studies of 64 instances."""
    rng, differences, said = np.random.default_rng(1), [], []
    pairs = [(0, 1), (0, 2), (1, 2)]
    for _ in range(400):
        common, shared = rng.normal(size=(2, 64))
        own = 0.1 * rng.normal(size=(3, 64))
        scores = 3 * common + own + np.array([1.0, 1.0, -1.0])[:, None] * shared
        trials = [trial(i, row) for i, row in enumerate(scores)]
        found = covariance(noise_of(trials))
        differences.append([trials[i].value - trials[j].value for i, j in pairs])
        said.append([found[i, i] + found[j, j] - 2 * found[i, j] for i, j in pairs])
    variances = np.var(differences, axis=0, ddof=1)
    # A sample variance of normal values has the relative standard error sqrt(2 / (n - 1)).
    allowed = 3 * np.sqrt(2 / 399)
    ratio = np.mean(said, axis=0) / variances
    assert np.abs(ratio[1:] - 1).max() < allowed
    # Shrinkage takes a little for independent that is not, which errs on the safe side; without
    # what they share the difference of the first two would be as uncertain as the others.
    assert ratio[0] > 1 - allowed
    assert np.mean(said, axis=0)[0] < np.mean(said, axis=0)[1] / 20


def test_what_all_have_in_common_is_left_out_and_no_scale_matters():
    rng = np.random.default_rng(2)
    scores = rng.normal(size=(5, 40))
    common = 100 * rng.normal(size=40)
    plain = noise_of([trial(i, row) for i, row in enumerate(scores)])
    for unit in (1e-200, 1.0, 1e200):
        other = noise_of([trial(i, unit * (row + common)) for i, row in enumerate(scores)])
        np.testing.assert_allclose(other.errors, unit * plain.errors, rtol=1e-6)
        np.testing.assert_allclose(other.correlations, plain.correlations, rtol=1e-6, atol=1e-9)


def test_lost_races_are_less_certain():
    rng = np.random.default_rng(3)
    scores = rng.normal(size=(4, 64))
    whole = noise_of([trial(i, row) for i, row in enumerate(scores)]).errors
    lost = [trial(i, row[: 16 if i == 3 else 64]) for i, row in enumerate(scores)]
    errors = noise_of(lost).errors
    assert errors[3] > 1.5 * whole[3]
    np.testing.assert_allclose(errors[:3], whole[:3], rtol=0.2)


def test_of_a_lost_race_only_what_was_raced_is_open():
    """The first 48 scores every trial has; 16 of 64 instances were measured before it was lost."""
    scores = np.random.default_rng(5).normal(size=(4, 112))
    lost = scores[3, :64]
    common = scores[:3].mean(axis=0)
    raced = (lost - common[:64])[48:]
    filled = np.concatenate([lost, common[64:] + raced.mean()])
    whole = noise_of([trial(i, row) for i, row in enumerate([*scores[:3], filled])], 48).errors
    found = noise_of([trial(i, row) for i, row in enumerate([*scores[:3], lost])], 48).errors
    left_open = (64 / 112) ** 2 * raced.var(ddof=1) * (1 / 16 - 1 / 64)
    np.testing.assert_allclose(found[3] ** 2, whole[3] ** 2 + left_open, rtol=1e-9)
    np.testing.assert_allclose(found[:3], whole[:3], rtol=1e-9)


def test_step_counts_that_share_instances_share_noise():
    rng = np.random.default_rng(4)
    shared = rng.normal(size=200)
    signs = [1.0, -1.0, 1.0, -1.0]
    trials = [
        trial(i, sign * shared + 0.1 * rng.normal(size=200), steps=8 if i < 2 else 16)
        for i, sign in enumerate(signs)
    ]
    found = noise_of(trials).correlations
    assert found[0, 2] > 0.8
    assert found[0, 3] < -0.8
    np.testing.assert_array_equal(found, found.T)
    assert np.linalg.eigvalsh(found).min() > -1e-9


def test_an_exact_score_and_scores_that_are_the_same_say_nothing():
    exact = noise_of([trial(i, [float(i)], error=0.0) for i in range(3)])
    assert exact.errors.tolist() == [0.0, 0.0, 0.0]
    same = noise_of([trial(i, [1.0, 2.0, 3.0], error=0.1) for i in range(2)])
    assert same.errors.tolist() == [0.1, 0.1]
    assert (same.correlations == np.eye(2)).all()
    alone = noise_of([trial(0, [1.0, 2.0, 3.0])])
    assert np.isnan(alone.errors[0])
