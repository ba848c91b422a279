"""What writing sequences says of the profile of laws, and of a model that is none."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from exact_profile import SUDOKU

from mdm_opt.errors import RunError
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import sudoku4, toy_balanced, toy_extremes
from mdm_opt.models.packaged import load_bundled
from mdm_opt.processes import instance_noise, own_sequences
from mdm_opt.processes.masked.profile_estimate import OWN_START
from mdm_opt.processes.masked.written_profile import exchange_error, written_profiles

SEED, EVERY = 7, np.arange(16)


class Wrapped:
    """A denoiser that counts, and whose answers something may be done to."""

    def __init__(self, inner, change=lambda answer, call: answer):
        self.inner, self.change, self.sequences, self.calls = inner, change, 0, 0

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def log_probs(self, tokens, positions):
        self.sequences += len(tokens)
        self.calls += 1
        return self.change(self.inner.log_probs(tokens, positions), self.calls)


@pytest.fixture(scope="module")
def sudoku():
    return EnumeratedDenoiser(sudoku4())


@pytest.fixture(scope="module")
def written(sudoku):
    return written_profiles(sudoku, range(600), EVERY, seed=SEED)


@pytest.mark.parametrize("way", ["divergence", "entropy"])
def test_both_ways_have_the_exact_profile_as_their_mean(way, written):
    nats = getattr(written, way)
    error = nats.std(axis=0, ddof=1) / math.sqrt(len(nats))
    assert nats.shape == (600, 16)
    assert (np.abs(nats.mean(axis=0) - SUDOKU) < 4 * error + 1e-5).all()
    assert error.max() < 0.02


def test_the_sequences_are_the_models_own(sudoku, written):
    own = own_sequences(sudoku, range(40), seed=SEED)
    assert torch.equal(own.tokens, written.tokens[:40])
    assert written.sequence_calls == 600 * 16
    bundled = load_bundled()
    found = written_profiles(bundled, range(3), np.array([0, 4, 35]), seed=1)
    assert torch.equal(found.tokens, own_sequences(bundled, range(3), seed=1).tokens)


def test_one_sequence_by_hand(sudoku):
    known = np.array([0, 3, 9, 15])
    found = written_profiles(sudoku, [5], known, seed=SEED)
    order = instance_noise([OWN_START + 5], 16, seed=SEED).permutation[0]
    row, levels = found.tokens[0].numpy(), []
    for m in known:
        fits = sudoku4().outcomes
        fits = fits[(fits[:, order[:m]] == row[order[:m]]).all(axis=1)]
        levels.append((fits[:, :, None] == np.arange(4)).mean(axis=0))

    def plogq(p, q):
        return np.where(p > 0, p * np.log(np.where(q > 0, q, 1)), 0).sum(axis=1)

    first = -plogq(levels[0], levels[0])[order].mean()
    divergence, entropy = [first], [first]
    for before, after, m in zip(levels, levels[1:], known[1:], strict=False):
        left = order[m:]
        told = plogq(after, after) - plogq(after, before)
        divergence.append(divergence[-1] - told[left].mean())
        entropy.append(entropy[-1] - (plogq(after, after) - plogq(before, before))[left].mean())
    np.testing.assert_allclose(found.divergence[0], divergence, atol=1e-12)
    np.testing.assert_allclose(found.entropy[0], entropy, atol=1e-12)


def test_results_do_not_depend_on_the_batch_and_every_call_is_counted(sudoku, written):
    known = np.array([0, 2, 7, 15])
    counting = Wrapped(sudoku)
    together = written_profiles(counting, range(6), known, seed=SEED)
    assert counting.sequences == together.sequence_calls == 6 * 16
    for rows in ([4], [5, 0]):
        part = written_profiles(sudoku, rows, known, seed=SEED)
        np.testing.assert_array_equal(part.divergence, together.divergence[rows])
        np.testing.assert_array_equal(part.entropy, together.entropy[rows])
        assert torch.equal(part.tokens, together.tokens[rows])
    errors, calls = exchange_error(counting, together.tokens, range(6), known, seed=SEED)
    assert (errors.shape, calls) == ((6,), counting.sequences - 6 * 16)
    assert calls == 6 * 2 * 3


def test_a_law_knows_no_order_of_two_tokens(sudoku, written):
    for law, tokens in (
        (sudoku, written.tokens[:50]),
        (EnumeratedDenoiser(toy_balanced()), None),
        (EnumeratedDenoiser(toy_extremes()), None),
    ):
        known = np.arange(law.length)
        if tokens is None:
            tokens = own_sequences(law, range(50), seed=SEED).tokens
        errors, _ = exchange_error(law, tokens, range(50), known, seed=SEED)
        assert errors.max() < 1e-12


def test_the_bundled_model_is_no_law_and_few_sequences_show_it():
    bundled, known = load_bundled(), np.array([0, 4, 9, 18, 27, 35])
    tokens = own_sequences(bundled, range(8), seed=0).tokens
    errors, _ = exchange_error(bundled, tokens, range(8), known, seed=0)
    assert np.sqrt((errors**2).mean()) > 0.03


def test_divergences_from_what_cannot_be_are_finite(sudoku):
    def sharpened(answer, call):
        return (
            answer
            if call % 2
            else torch.full_like(answer, -torch.inf).index_fill(2, torch.tensor([0]), 0.0)
        )

    found = written_profiles(Wrapped(sudoku, sharpened), range(4), EVERY, seed=SEED)
    assert np.isfinite(found.divergence).all()
    assert (found.divergence[:, 0] - found.divergence[:, -1] > 100).all()


def test_a_model_that_answers_nan_is_an_error(sudoku):
    broken = Wrapped(sudoku, lambda answer, call: answer if call < 5 else answer * math.nan)
    with pytest.raises(RunError, match="were NaN while it wrote sequences"):
        written_profiles(broken, range(2), np.array([0, 15]), seed=SEED)


@pytest.mark.parametrize("length", [1, 2])
def test_sequences_of_few_tokens(length):
    from mdm_opt.models.laws import EnumeratedLaw

    law = EnumeratedDenoiser(EnumeratedLaw.uniform([[0] * length, [1] * length], "ab"))
    known = np.arange(length)
    found = written_profiles(law, range(3), known, seed=0)
    assert found.divergence == pytest.approx(np.tile([math.log(2), 0][:length], (3, 1)))
    errors, _ = exchange_error(law, found.tokens, range(3), known, seed=0)
    assert errors.max() < 1e-12
