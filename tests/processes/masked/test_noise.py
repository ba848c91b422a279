"""Common random numbers (docs/mathematics.md 7)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mdm_opt.processes import Noise, ancestral_counts, instance_noise
from mdm_opt.schedules import BetaSchedule, named_schedule, reveal_grid

IDS = st.integers(0, 2**64 - 1)
FEW = settings(max_examples=60, deadline=None)


def _same(left: Noise, right: Noise) -> bool:
    return (
        np.array_equal(left.permutation, right.permutation)
        and np.array_equal(left.token_uniforms, right.token_uniforms)
        and np.array_equal(left.reveal_times, right.reveal_times)
    )


def _row(noise: Noise, row: int) -> Noise:
    kept = slice(row, row + 1)
    return Noise(noise.permutation[kept], noise.token_uniforms[kept], noise.reveal_times[kept])


@FEW
@given(st.lists(IDS, min_size=1, max_size=8), st.integers(1, 40), IDS)
def test_noise_depends_on_seed_and_instance_only(
    instances: list[int], length: int, seed: int
) -> None:
    batch = instance_noise(instances, length, seed=seed)
    assert len(batch) == len(instances)
    assert _same(batch, instance_noise(instances, length, seed=seed))
    for row, instance in enumerate(instances):
        assert _same(_row(batch, row), instance_noise([instance], length, seed=seed))


@FEW
@given(st.lists(IDS, min_size=1, max_size=8), st.integers(1, 40), IDS)
def test_noise_is_valid(instances: list[int], length: int, seed: int) -> None:
    noise = instance_noise(instances, length, seed=seed)
    shape = (len(instances), length)
    assert noise.permutation.dtype == np.int64
    np.testing.assert_array_equal(
        np.sort(noise.permutation), np.tile(np.arange(length), (len(instances), 1))
    )
    for uniforms in (noise.token_uniforms, noise.reveal_times):
        assert uniforms.dtype == np.float64
        assert uniforms.shape == shape
        assert ((uniforms >= 0) & (uniforms < 1)).all()
    assert (np.diff(noise.reveal_times) >= 0).all()


def test_other_seed_or_instance_is_other_noise() -> None:
    here = instance_noise([1], 16, seed=0)
    for other in (instance_noise([2], 16, seed=0), instance_noise([1], 16, seed=1)):
        assert not np.isin(other.token_uniforms, here.token_uniforms).any()
        assert not np.isin(other.reveal_times, here.reveal_times).any()
    swapped = instance_noise([0], 16, seed=1)
    assert not np.isin(swapped.token_uniforms, here.token_uniforms).any()


def test_stream_never_changes() -> None:
    """Golden values: results of stored studies depend on them bit for bit."""
    noise = instance_noise([3], 6, seed=12345)
    assert noise.permutation.tolist() == [[4, 2, 1, 5, 3, 0]]
    assert noise.token_uniforms.tolist() == [
        [
            0.09866016121895416,
            0.7539620687300982,
            0.9823656601367023,
            0.8216121236069693,
            0.7688258984603294,
            0.09890537558977386,
        ]
    ]
    assert noise.reveal_times.tolist() == [
        [
            0.1330707822364352,
            0.22214016468427333,
            0.2409841815855499,
            0.4627023648726789,
            0.6918391819460624,
            0.8884159818241376,
        ]
    ]
    last = instance_noise([2**64 - 1], 6, seed=2**64 - 1)
    assert last.permutation.tolist() == [[4, 5, 0, 1, 3, 2]]


def test_permutations_and_uniforms_are_uniform() -> None:
    noise = instance_noise(range(12_000), 4, seed=4)
    _, seen = np.unique(noise.permutation, axis=0, return_counts=True)
    assert len(seen) == 24
    assert stats.chisquare(seen).pvalue > 1e-3
    for position in range(4):
        assert stats.kstest(noise.token_uniforms[:, position], "uniform").pvalue > 1e-3
        # The j-th smallest of n uniforms is Beta(j, n + 1 - j).
        ordered = stats.beta(position + 1, 4 - position)
        assert stats.kstest(noise.reveal_times[:, position], ordered.cdf).pvalue > 1e-3


@FEW
@given(st.floats(0.05, 20), st.floats(0.05, 20), st.integers(1, 30), st.integers(1, 30))
def test_ancestral_counts_sum_to_the_length(a: float, b: float, steps: int, length: int) -> None:
    noise = instance_noise(range(5), length, seed=9)
    grid = reveal_grid(BetaSchedule(a, b), steps)
    counts = ancestral_counts(grid, noise)
    assert counts.shape == (5, steps)
    assert counts.dtype == np.int64
    assert (counts >= 0).all()
    assert (counts.sum(axis=1) == length).all()
    boundaries = np.cumsum(counts, axis=1)[:, :-1]
    earlier = (noise.reveal_times[:, None, :] < grid[1:-1, None]).sum(axis=2)
    np.testing.assert_array_equal(boundaries, earlier)


def test_ancestral_reveal_times_do_not_depend_on_the_budget() -> None:
    """Twice the steps refine the counts: pairs of them sum to those of the coarse grid."""
    noise = instance_noise(range(50), 20, seed=1)
    fine = ancestral_counts(reveal_grid(named_schedule("sin2"), 12), noise)
    coarse = ancestral_counts(reveal_grid(named_schedule("sin2"), 6), noise)
    np.testing.assert_array_equal(fine.reshape(50, 6, 2).sum(axis=2), coarse)


@pytest.fixture(scope="module")
def reveal_steps() -> tuple[np.ndarray, np.ndarray]:
    """The grid increments, and the step in which each token of 20,000 instances is revealed."""
    length, grid = 5, reveal_grid(BetaSchedule(0.7, 0.4), 4)
    noise = instance_noise(range(20_000), length, seed=6)
    counts = ancestral_counts(grid, noise)
    steps = np.empty_like(noise.permutation)
    for row, (order, numbers) in enumerate(zip(noise.permutation, counts, strict=True)):
        steps[row, order] = np.repeat(np.arange(4), numbers)
    return np.diff(grid), steps


def test_each_token_is_revealed_by_the_grid(
    reveal_steps: tuple[np.ndarray, np.ndarray],
) -> None:
    shares, steps = reveal_steps
    for position in range(steps.shape[1]):
        seen = np.bincount(steps[:, position], minlength=len(shares))
        assert stats.chisquare(seen, shares * len(steps)).pvalue > 1e-3


def test_two_tokens_are_revealed_independently(
    reveal_steps: tuple[np.ndarray, np.ndarray],
) -> None:
    shares, steps = reveal_steps
    for left, right in ((0, 1), (1, 4), (2, 3)):
        seen = np.bincount(steps[:, left] * 4 + steps[:, right], minlength=16)
        expected = np.outer(shares, shares).ravel() * len(steps)
        assert stats.chisquare(seen, expected).pvalue > 1e-3
