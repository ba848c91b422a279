"""Whether what writing says of a profile is believed, on its first sequences."""

from __future__ import annotations

import numpy as np
import pytest
from exact_profile import study_file
from records import MODEL

from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import sudoku4
from mdm_opt.persistence import ProfileKey, ProfileRecord, WrittenSums
from mdm_opt.processes import own_sequences, sequence_profiles
from mdm_opt.processes.masked.written_profile import written_profiles
from mdm_opt.schedules import ProfileSample
from mdm_opt.study.profile_estimator import chain_key, chosen_estimator, estimator_check

LENGTH = MODEL.length
KEY = ProfileKey(MODEL, "", seed=0, boundaries=LENGTH, orders=2)


def records(orders, divergence, entropy, exchange=0.0, first=0):
    """Both profiles of sequences that drop so much between the two boundaries that there are."""
    known, numbers = np.array([0, LENGTH - 1]), tuple(range(first, first + len(orders)))

    def record(drops, written):
        nats = np.stack([np.ones(len(drops)), 1 - np.asarray(drops)], axis=1)
        return ProfileRecord(numbers, ProfileSample(LENGTH, known, nats), 0, 0.0, written)

    sums = [
        WrittenSums(float(d), float(e), exchange) for d, e in zip(divergence, entropy, strict=True)
    ]
    half = (np.asarray(divergence) + np.asarray(entropy)) / 2
    return record(orders, (None,) * len(orders)), record(half, tuple(sums))


def noisy(seed, mean=1.0, sd=0.1, count=8):
    return np.random.default_rng(seed).normal(mean, sd, count)


def test_three_that_agree_are_cheaper_along_the_chain():
    check = estimator_check(KEY, *records(noisy(0), noisy(1), noisy(2)))
    assert check.agree
    assert check.chosen == "chain"
    assert (check.orders_calls, check.chain_calls) == (3 * LENGTH, LENGTH)
    assert check.orders.value == pytest.approx(noisy(0).mean())
    assert check.orders.standard_error == pytest.approx(noisy(0).std(ddof=1) / np.sqrt(8))
    half = (noisy(1) + noisy(2)) / 2
    assert check.noise_ratio == pytest.approx(half.var() / noisy(0).var() / 3, rel=1e-3)


def test_where_nothing_drops_at_all_the_calls_decide():
    nothing = np.zeros(8)
    check = estimator_check(KEY, *records(nothing, nothing, nothing))
    assert check.agree
    assert check.noise_ratio == pytest.approx(1 / 3)
    assert check.chosen == "chain"


@pytest.mark.parametrize("off", [0, 1, 2])
def test_one_that_is_apart_is_not_believed(off):
    drops = [noisy(0), noisy(1), noisy(2)]
    drops[off] = drops[off] + 0.6
    check = estimator_check(KEY, *records(*drops))
    assert check.largest_t > check.accepted_t
    assert (check.agree, check.chosen) == (False, "orders")


def test_a_model_in_which_the_order_of_tokens_matters_is_not_believed():
    check = estimator_check(KEY, *records(noisy(0), noisy(1), noisy(2), exchange=0.02))
    assert check.largest_t < check.accepted_t
    assert check.exchange == pytest.approx(0.02)
    assert (check.agree, check.chosen) == (False, "orders")


def test_a_chain_that_is_too_noisy_is_not_chosen():
    check = estimator_check(KEY, *records(noisy(0), noisy(1, sd=0.5), noisy(2, sd=0.5)))
    assert check.noise_ratio > 1
    assert (check.agree, check.chosen) == (True, "orders")


def test_equal_numbers_agree_whatever_rounding_does_to_them():
    drops = np.full(8, 2.5)
    check = estimator_check(KEY, *records(drops, drops + 1e-6, drops - 1e-6))
    assert (check.agree, check.chosen) == (True, "chain")


@pytest.mark.parametrize("change", [{"count": 7}, {"exchange": None}, {"first": 4}])
def test_without_the_first_sequences_nothing_is_said(change):
    count = change.pop("count", 8)
    found = records(*(noisy(seed, count=count) for seed in range(3)), **change)
    assert estimator_check(KEY, *found) is None
    assert estimator_check(KEY, None, found[1]) is None
    assert estimator_check(KEY, found[0], None) is None


def test_what_is_asked_for_comes_first():
    whole = records(noisy(0), noisy(1), noisy(2))
    check, file = estimator_check(KEY, *whole), study_file()

    def asking(**changes):
        return file.model_copy(update={"profile": file.profile.model_copy(update=changes)})

    assert chosen_estimator(file, None, None) is None
    assert chosen_estimator(file, whole[0], check) == "chain"
    # Measured before there was a check.
    assert chosen_estimator(file, whole[0], None) == "orders"
    assert chosen_estimator(asking(estimator="orders"), whole[0], check) == "orders"
    assert chosen_estimator(asking(estimator="chain"), None, None) == "chain"
    assert chosen_estimator(asking(references="a.txt"), None, None) == "orders"
    assert chain_key(KEY).orders == 0


def test_an_exact_law_is_nearly_always_believed():
    """50 checks of 4x4 Sudoku: 1% of them may fail, and three standard errors of that."""
    denoiser, known = EnumeratedDenoiser(sudoku4()), np.array([0, 2, 4, 6, 9, 15])
    numbers = range(400)
    tokens = own_sequences(denoiser, numbers, seed=3).tokens
    orders = sequence_profiles(denoiser, tokens, numbers, known, orders=1, seed=3)
    written = written_profiles(denoiser, numbers, known, seed=3)
    drops = [x[:, 0] - x[:, -1] for x in (orders, written.divergence, written.entropy)]
    agree = [
        estimator_check(KEY, *records(*(x[i : i + 8] for x in drops))).agree
        for i in range(0, 400, 8)
    ]
    assert np.mean(agree) >= 0.99 - 3 * np.sqrt(0.99 * 0.01 / 50)
