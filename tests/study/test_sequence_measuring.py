"""Sequences measured in both ways, and models whose process knows only one."""

from __future__ import annotations

import numpy as np
import pytest
from exact_profile import study_file

from mdm_opt.errors import InputError
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import sudoku4
from mdm_opt.processes import own_sequences, sequence_profiles
from mdm_opt.processes.masked.process import Masked
from mdm_opt.processes.masked.written_profile import exchange_error, written_profiles
from mdm_opt.study.profile_sequences import ProfileSequences
from mdm_opt.study.sequence_measuring import measure_sequences

KNOWN = np.array([0, 1, 4, 9, 15])


@pytest.fixture(scope="module")
def denoiser():
    return EnumeratedDenoiser(sudoku4())


def measure(denoiser, numbers, **ways):
    file = study_file()
    source = ProfileSequences(file, None, denoiser)
    return measure_sequences(file, denoiser, source, numbers, KNOWN, **ways)


def test_both_ways_are_those_of_the_process(denoiser):
    found = measure(denoiser, [6, 7, 8], orders=True, chain=True)
    tokens = own_sequences(denoiser, [6, 7, 8], seed=0).tokens
    written = written_profiles(denoiser, [6, 7, 8], KNOWN, seed=0)
    orders = sequence_profiles(denoiser, tokens, [6, 7, 8], KNOWN, orders=1, seed=0)
    np.testing.assert_array_equal([one.nats for one in found.orders], orders)
    half = (written.divergence + written.entropy) / 2
    np.testing.assert_array_equal([one.nats for one in found.chain], half)
    # Of all sequences the first eight are checked, which takes six calls each.
    calls = [16 + 5 + 6, 16 + 5 + 6, 16 + 5]
    assert [one.sequence_calls for one in found.orders] == calls
    assert [one.sequence_calls for one in found.chain] == calls
    errors, _ = exchange_error(denoiser, tokens[:2], [6, 7], KNOWN, seed=0)
    sums = [one.written for one in found.chain]
    assert [one.exchange_nats for one in sums] == [*errors.tolist(), None]
    dropped = written.divergence[:, 0] - written.divergence[:, -1]
    assert [one.divergence_nats for one in sums] == dropped.tolist()
    assert [one.written for one in found.orders] == [None] * 3


def test_one_way_costs_no_calls_of_the_other(denoiser):
    chain = measure(denoiser, [8, 9], orders=False, chain=True)
    assert (len(chain.orders), len(chain.chain)) == (0, 2)
    assert [one.sequence_calls for one in chain.chain] == [16, 16]
    orders = measure(denoiser, [8, 9], orders=True, chain=False)
    assert (len(orders.orders), len(orders.chain)) == (2, 0)
    assert [one.sequence_calls for one in orders.orders] == [16 + 5] * 2


def test_a_process_in_which_writing_says_nothing_has_the_other_way(denoiser, monkeypatch):
    monkeypatch.setattr(Masked, "written_profiles", lambda *arguments, **named: None)
    found = measure(denoiser, [0, 1], orders=True, chain=True)
    assert (len(found.orders), len(found.chain)) == (2, 0)
    message = r"\[profile\] estimator: 'chain' is not accepted: models of process masked have no"
    with pytest.raises(InputError, match=message):
        measure(denoiser, [0, 1], orders=False, chain=True)
