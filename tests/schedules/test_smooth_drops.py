"""Smooth drops of a profile: what they keep, what they share, what they leave open."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_opt.schedules import profile_boundaries
from mdm_opt.schedules.smooth_drops import smooth_drops


def measured(length=64, boundaries=24, sequences=400, noise=0.3, seed=0):
    """Sequences whose drops fall off smoothly; the true h(m)."""
    rng = np.random.default_rng(seed)
    true = 3 * np.exp(-np.arange(length) / 10) + 0.2
    known = profile_boundaries(length, boundaries)
    drops = -np.diff(true[known])
    seen = drops * rng.gamma(1 / noise, noise, (sequences, len(drops)))
    last = true[-1] + rng.normal(0, 0.01, sequences)
    above = np.cumsum(seen[:, ::-1], axis=1)[:, ::-1]
    return known, np.concatenate([above, np.zeros((sequences, 1))], axis=1) + last[:, None], true


def test_many_sequences_give_the_true_profile():
    known, nats, true = measured()
    found = smooth_drops(known, nats)
    # Three standard errors that it gives itself, and 3% for lines between middles of intervals.
    drops = -np.diff(true[known])
    error = np.sqrt(np.diag(found.covariance)) * drops
    seen = -np.diff(found.profile()[known])
    assert (np.abs(seen - drops) <= 3 * error + 0.03 * drops).all()
    assert (error[:10] < 0.1 * drops[:10]).all()
    assert found.profile()[-1] == pytest.approx(nats[:, -1].mean())


def test_a_drop_shares_with_its_neighbours_what_few_sequences_say_of_it():
    """The mean error of single drops, over studies of eight sequences with heavy noise."""
    plain, smooth = [], []
    for seed in range(20):
        known, nats, true = measured(sequences=8, noise=4.0, seed=seed)
        drops = -np.diff(true)
        found = -np.diff(smooth_drops(known, nats).profile())
        raw = -np.diff(np.interp(np.arange(64), known, nats.mean(axis=0)))
        smooth.append(np.abs(found - drops).sum())
        plain.append(np.abs(raw - drops).sum())
    assert np.mean(smooth) < 0.8 * np.mean(plain)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(2, 40),
    st.integers(2, 12),
    st.integers(1, 9),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.0, 1e-6, 1.0, 1e3]),
)
def test_every_profile_decreases_and_is_finite(length, boundaries, sequences, seed, scale):
    rng = np.random.default_rng(seed)
    known = profile_boundaries(length, boundaries)
    nats = scale * rng.normal(size=(sequences, len(known)))
    found = smooth_drops(known, nats)
    profile = found.profile()
    assert profile.shape == (length,)
    assert np.isfinite(profile).all()
    assert (np.diff(profile) <= 0).all()
    drawn = found.profile(found.draw(rng))
    assert np.isfinite(drawn).all()
    assert (np.diff(drawn) <= 0).all()


def test_weights_of_sequences_are_their_numbers():
    known, nats, _ = measured(sequences=12)
    weights = np.array([2.0] * 6 + [0.0] * 6)
    twice = smooth_drops(known, nats, weights=weights, penalty=1.0)
    once = smooth_drops(known, np.concatenate([nats[:6], nats[:6]]), penalty=1.0)
    # The noise of one sequence is that of all of them, so that the penalty weighs less or more.
    np.testing.assert_allclose(twice.profile(), once.profile(), rtol=0.05)


def test_a_larger_penalty_is_straighter():
    known, nats, _ = measured(sequences=8, noise=4.0)
    bends = [
        np.abs(np.diff(smooth_drops(known, nats, penalty=penalty).logs, n=2)).max()
        for penalty in (0.03, 1.0, 100.0)
    ]
    assert bends == sorted(bends, reverse=True)
