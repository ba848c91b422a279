"""Where a profile is measured, and what sequences measured at other boundaries say together."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_opt.schedules import (
    ProfileSample,
    fixed_weights,
    limit,
    path_kl,
    profile_boundaries,
)
from mdm_opt.schedules.boundaries import completed, placed_anew

FEW = settings(max_examples=50, deadline=None)


@FEW
@given(st.integers(1, 400), st.integers(2, 500))
def test_boundaries_increase_between_the_ends(length: int, boundaries: int) -> None:
    known = profile_boundaries(length, boundaries)
    assert known.dtype == np.int64
    assert len(known) == min(length, boundaries)
    assert (known[0], known[-1]) == (0, length - 1)
    assert (np.diff(known) > 0).all()


@pytest.mark.parametrize("length", [200, 1024, 5000])
def test_boundaries_are_denser_near_both_ends(length: int) -> None:
    """And most at the start."""
    gaps = np.diff(profile_boundaries(length, 33))
    middle = gaps[14:18].sum()
    assert gaps[:4].sum() < gaps[-4:].sum() / 2
    assert gaps[-4:].sum() < middle / 3


@pytest.mark.parametrize(("length", "boundaries"), [(5000, 17), (1024, 9), (500, 6)])
def test_boundaries_are_cubes_of_sines_where_they_do_not_collide(
    length: int, boundaries: int
) -> None:
    known, last = profile_boundaries(length, boundaries), boundaries - 1
    expected = [(length - 1) * math.sin(math.pi / 2 * k / last) ** 3 for k in range(boundaries)]
    assert np.abs(known - expected).max() <= 0.5 + 1e-9


def test_boundaries_that_collide_move_inwards() -> None:
    """Unrounded: 0, 0.1, 0.7, 2.1, 4.6, ..., and 0, 0.1, 0.9, 2.7, 5.3, 8.0, 10.2, 11."""
    assert profile_boundaries(30, 12).tolist() == [0, 1, 2, 3, 5, 8, 13, 17, 22, 26, 28, 29]
    assert profile_boundaries(12, 8).tolist() == [0, 1, 2, 3, 5, 8, 10, 11]


@pytest.mark.parametrize(("length", "boundaries"), [(0, 5), (-1, 5), (5, 1), (5, 0)])
def test_too_few_boundaries_or_tokens_are_refused(length: int, boundaries: int) -> None:
    with pytest.raises(ValueError, match=f"needed, got {length}, {boundaries}"):
        profile_boundaries(length, boundaries)


def _cliff(free: int, length: int = 64) -> np.ndarray:
    return np.where(np.arange(length) < free, 4.0, 0.0)


@pytest.mark.parametrize("free", [20, 33, 41])
def test_boundaries_are_placed_anew_where_a_profile_falls_at_once(free: int) -> None:
    known = profile_boundaries(64, 16)
    found = placed_anew(known, _cliff(free)[known])
    assert found is not None
    assert (len(found), found[0], found[-1]) == (16, 0, 63)
    assert (np.diff(found) > 0).all()
    # Almost every token of the interval that holds the cliff is one.
    at = np.searchsorted(known, free)
    inside = range(known[at - 1], known[at] + 1)
    assert {free - 1, free} <= set(found.tolist())
    assert len(set(inside) - set(found.tolist())) <= 2


def test_boundaries_stay_where_the_profile_falls_smoothly() -> None:
    for length, count in ((64, 32), (64, 16), (256, 32)):
        known = profile_boundaries(length, count)
        for scale in (3, 10, 30, 1e6):
            assert placed_anew(known, np.exp(-known / (scale * length / 64))) is None
        assert placed_anew(known, np.zeros(count)) is None
    # Between boundaries next to each other there is nothing to be found.
    every = np.arange(64)
    assert placed_anew(every, _cliff(33)) is None


@FEW
@given(st.integers(2, 60), st.integers(2, 20), st.integers(0, 2**32 - 1))
def test_boundaries_placed_anew_are_as_many_between_the_ends(length, count, seed) -> None:
    rng = np.random.default_rng(seed)
    known = profile_boundaries(length, count)
    levels = np.sort(rng.gamma(0.1, 1.0, len(known)))[::-1]
    found = placed_anew(known, levels)
    if found is None:
        return
    assert (len(found), found[0], found[-1]) == (len(known), 0, length - 1)
    assert (np.diff(found) > 0).all()


def test_what_coarse_sequences_drop_is_shared_as_the_others_drop_it() -> None:
    known = np.array([0, 2, 4, 6, 8])
    fine = np.array([8.0, 7.0, 3.0, 2.0, 2.0])
    nats = np.array([[6.0, np.nan, np.nan, np.nan, 0.0], fine, [4.0, np.nan, 2.0, np.nan, 2.0]])
    found = completed(known, nats)
    assert found[1].tolist() == fine.tolist()
    # Of the 6 nats that fine and the third drop: 1 + 2/5, 4 + 8/5, 1 and 0.
    shares = np.array([7 / 5, 28 / 5, 1.0, 0.0]) / 8
    assert found[0] == pytest.approx([6, *(6 - 6 * np.cumsum(shares))], abs=1e-6)
    assert found[2] == pytest.approx([4, 4 - 2 / 5, 2, 2, 2], abs=1e-6)
    again = completed(known, nats, np.array([1.0, 0.0, 1.0]))
    # Without the one that knows, what is not known is shared by the tokens.
    assert again[0][[0, 2, 4]] == pytest.approx([6, 0, 0], abs=1e-6)
    assert again[2][1] == pytest.approx(3, abs=1e-6)


def test_without_gaps_nothing_is_changed() -> None:
    nats = np.random.default_rng(0).normal(size=(5, 4))
    assert completed(np.array([0, 1, 5, 9]), nats) is nats


@FEW
@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_sequences_keep_what_they_measured(seed: int, sequences: int) -> None:
    rng = np.random.default_rng(seed)
    known = profile_boundaries(20, 8)
    nats = rng.normal(size=(sequences, 8))
    nats[:, 1:-1][rng.random((sequences, 6)) < 0.4] = np.nan
    found = completed(known, nats, rng.dirichlet(np.ones(sequences)) * sequences)
    assert np.isfinite(found).all()
    measured = ~np.isnan(nats)
    assert (found[measured] == nats[measured]).all()


@pytest.mark.parametrize("free", [20, 33])
def test_a_cliff_is_found_with_sixteen_boundaries(free: int) -> None:
    """Any 20 (33) of 64 tokens determine the rest: 8 sequences as usual, 24 where they say."""
    true, usual = _cliff(free), profile_boundaries(64, 16)
    first = ProfileSample(64, usual, np.tile(true[usual], (8, 1)))
    anew = first.better_boundaries()
    assert anew is not None
    known = np.union1d(usual, anew)
    nats = np.full((32, len(known)), np.nan)
    nats[:8, np.isin(known, usual)] = true[usual]
    nats[8:, np.isin(known, anew)] = true[anew]
    sample = ProfileSample(64, known, nats)
    for steps in (2, 4, 8, 16):
        counts = limit(sample.profile(), steps).counts(steps)
        assert path_kl(true, counts) == pytest.approx(0, abs=1e-9)
    # All sequences at the usual boundaries do not show where it is.
    coarse = ProfileSample(64, usual, np.tile(true[usual], (32, 1)))
    lost = [path_kl(true, limit(coarse.profile(), n).counts(n)) for n in (2, 4, 8, 16)]
    assert max(lost) > 4.0


def test_sequences_that_were_not_measured_everywhere_count_with_what_they_drop() -> None:
    """The first drops 2 from 1 to 8 tokens, and the second says where."""
    nats = np.array([[3.0, 2.5, np.nan, 0.5], [3.0, 2.0, 1.5, 0.0]])
    sample = ProfileSample(9, np.array([0, 1, 4, 8]), nats)
    assert sample.completed[0] == pytest.approx([3.0, 2.5, 2.0, 0.5])
    assert sample.completed[1].tolist() == nats[1].tolist()
    assert sample.mean == pytest.approx([3.0, 2.25, 1.75, 0.25])
    assert sample.standard_error == pytest.approx([0.0, 0.25, 0.0, 0.25])
    weights = fixed_weights([4, 5])
    every = np.interp(np.arange(9), sample.known, sample.completed[0])
    assert sample.costs(weights)[0] == pytest.approx(weights @ every)
    assert (np.diff(sample.draws(5), axis=1) <= 0).all()


def test_boundaries_placed_anew_are_those_that_as_many_would_not_have() -> None:
    usual = profile_boundaries(30, 6)
    nats = np.linspace(3, 0, 6) * np.ones((8, 1))
    assert ProfileSample(30, usual, nats).placed.tolist() == []
    both = np.union1d(usual, [12])
    of_both = np.full((9, 7), np.nan)
    of_both[:8, np.isin(both, usual)] = nats
    of_both[8, both != usual[2]] = np.linspace(3, 0, 6)
    assert ProfileSample(30, both, of_both).placed.tolist() == [12]
