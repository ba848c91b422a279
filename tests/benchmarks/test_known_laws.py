"""The hard laws are what they say: their profiles, and conditionals of one joint law."""

from __future__ import annotations

import numpy as np
import pytest
from hard_laws import Cliff, Copies, Parity, true_profile
from laws import MixtureDenoiser

from mdm_opt.processes import own_sequences, sequence_profiles
from mdm_opt.processes.masked.written_profile import exchange_error

LAWS = [Cliff(3, 10, 13), Cliff(5, 12, 13), Copies(12, 3), Parity(4, 12), Parity(3, 9)]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.fingerprint)
def test_the_profile_of_a_structured_law_is_that_of_its_formula(law):
    numbers, known = range(300), np.arange(law.length)
    tokens = own_sequences(law, numbers, seed=1).tokens
    nats = sequence_profiles(law, tokens, numbers, known, orders=1, seed=1)
    error = nats.std(axis=0, ddof=1) / np.sqrt(len(nats))
    assert (np.abs(nats.mean(axis=0) - law.profile()) <= 4 * error + 1e-9).all()
    errors, _ = exchange_error(law, tokens, numbers, known, seed=1)
    assert errors.max() < 1e-9
    assert law.encode(law.decode(tokens)).tolist() == tokens.tolist()


def test_any_few_tokens_of_a_cliff_determine_the_rest():
    law = Cliff(3, 10, 13)
    words = {tuple(row) for row in own_sequences(law, range(400), seed=2).tokens.tolist()}
    for places in ([0, 1, 2], [9, 4, 6]):
        assert len({tuple(word[i] for i in places) for word in words}) == len(words)


def test_the_profile_of_a_mixture_is_its_mean_entropy():
    """Of two texts, one of them rare: the mean over both, each with its weight."""
    chances = np.stack([np.tile([0.5, 0.5], (6, 1)), np.tile([0.98, 0.02], (6, 1))])
    law = MixtureDenoiser(chances, np.array([0.95, 0.05]))
    numbers, known = range(3000), np.arange(6)
    tokens = own_sequences(law, numbers, seed=1).tokens
    nats = sequence_profiles(law, tokens, numbers, known, orders=1, seed=1)
    error = nats.std(axis=0, ddof=1) / np.sqrt(len(nats))
    found = true_profile(law, sequences=2048, batch=512)
    # Its own error is that of half as many sequences, with less noise in each.
    assert (np.abs(nats.mean(axis=0) - found) <= 4 * np.sqrt(2) * error).all()
    first = 0.95 * 0.5 + 0.05 * 0.98
    exact = -(first * np.log(first) + (1 - first) * np.log(1 - first))
    assert found[0] == pytest.approx(exact)
