"""Common random numbers of uniform and ordinal corruption (docs/mathematics.md 7)."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mdm_opt.processes.uniform.noise import UniformNoise
from mdm_opt.schedules.kernels import kernel_named

IDS = st.integers(0, 2**64 - 1)
FEW = settings(max_examples=30, deadline=None)
KERNELS = [("uniform", 5), ("nearest", 6), ("gaussian(2,2)", 6)]
MANY = 4000


@FEW
@given(st.lists(IDS, min_size=1, max_size=6), st.integers(1, 20), IDS, st.integers(0, 300))
def test_noise_depends_on_seed_instance_and_step_only(
    instances: list[int], length: int, seed: int, index: int
) -> None:
    batch, kernel = UniformNoise(tuple(instances), length, seed), kernel_named("nearest", 7)
    assert len(batch) == len(instances)
    uniforms, start = batch.step(index), batch.start(kernel)
    clean = torch.zeros((len(instances), length), dtype=torch.int64)
    corrupted = batch.corrupted(kernel, clean, 0.3)
    assert uniforms.shape == (2, len(instances), length)
    assert ((uniforms >= 0) & (uniforms < 1)).all()
    for row, instance in enumerate(instances):
        alone = UniformNoise((instance,), length, seed)
        assert np.array_equal(alone.step(index)[:, 0], uniforms[:, row])
        assert torch.equal(alone.start(kernel)[0], start[row])
        assert torch.equal(alone.corrupted(kernel, clean[:1], 0.3)[0], corrupted[row])
        part = batch.rows([row])
        assert part.instances == (instance,)
        assert np.array_equal(part.step(index), alone.step(index))


def test_everything_else_is_other_noise() -> None:
    here = UniformNoise((1,), 16, 0)
    others = [UniformNoise((1,), 16, 1).step(3), UniformNoise((2,), 16, 0).step(3), here.step(4)]
    for other in others:
        assert not (other == here.step(3)).any()
    kernel = kernel_named("uniform", 1000)
    start = here.start(kernel)
    corrupted = here.corrupted(kernel, torch.zeros((1, 16), dtype=torch.int64), 0.0)
    assert not torch.equal(start, corrupted)


def test_others_can_start_the_same() -> None:
    kernel = kernel_named("uniform", 1000)
    first, other = UniformNoise((1, 2), 16, 0), UniformNoise((8, 9), 16, 0)
    same = UniformNoise((8, 9), 16, 0, starts=(1, 2))
    assert torch.equal(same.start(kernel), first.start(kernel))
    assert not torch.equal(other.start(kernel), first.start(kernel))
    assert np.array_equal(same.step(3), other.step(3))
    part = same.rows([1])
    assert torch.equal(part.start(kernel), first.start(kernel)[1:])
    assert np.array_equal(part.step(3), other.step(3)[:, 1:])


def test_the_stream_is_that_of_philox() -> None:
    """Word by word, so that it stays what it is: a step of 6 words takes 2 counters of 4."""
    words = np.random.Philox(key=[7, 5], counter=[2 * 9, 2, 0, 0]).random_raw(6)
    expected = (words >> np.uint64(11)) * 2.0**-53
    np.testing.assert_array_equal(UniformNoise((5,), 3, 7).step(9), expected.reshape(2, 1, 3))


def test_what_is_kept_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = [UniformNoise((5, 6), 3, 7).step(index) for index in (0, 40, 3, 2)]
    monkeypatch.setattr("mdm_opt.processes.uniform.noise._VALUES_KEPT", 30)
    noise = UniformNoise((5, 6), 3, 7)
    for index, expected in zip((0, 40, 3, 2), wide, strict=True):
        np.testing.assert_array_equal(noise.step(index), expected)
        assert len(noise._kept_steps) == 1


@pytest.mark.parametrize(("name", "size"), KERNELS)
def test_starts_follow_the_stationary_law(name: str, size: int) -> None:
    kernel = kernel_named(name, size)
    found = UniformNoise(tuple(range(MANY)), 2, 0).start(kernel)
    assert found.dtype == torch.int64
    for column in found.T.numpy():
        counts = np.bincount(column, minlength=size)
        assert stats.chisquare(counts, MANY * kernel.stationary).pvalue > 1e-4


@pytest.mark.parametrize(("name", "size"), KERNELS)
@pytest.mark.parametrize("alpha", [0.0, 0.2, 0.8])
def test_corrupted_tokens_follow_the_transition(name: str, size: int, alpha: float) -> None:
    kernel = kernel_named(name, size)
    clean = torch.arange(MANY)[:, None] % size
    found = UniformNoise(tuple(range(MANY)), 1, 0).corrupted(kernel, clean, alpha)
    transition = kernel.transition(alpha)
    for token in range(size):
        counts = np.bincount(found[clean == token].numpy(), minlength=size)
        assert stats.chisquare(counts, counts.sum() * transition[token]).pvalue > 1e-4


def test_positions_and_streams_are_independent() -> None:
    noise = UniformNoise(tuple(range(MANY)), 2, 3)
    columns = [*noise.step(0)[:, :, 0], *noise.step(0)[:, :, 1], *noise.step(1)[:, :, 0]]
    correlations = np.corrcoef(columns)[np.triu_indices(len(columns), 1)]
    assert abs(correlations).max() < 4.5 / np.sqrt(MANY)


@pytest.mark.parametrize(("name", "size"), KERNELS)
def test_the_states_at_all_alphas_belong_to_one_path(name: str, size: int) -> None:
    """From noise to the clean token: once, or without turning back."""
    kernel, alphas = kernel_named(name, size), np.linspace(0, 1, 101)
    noise = UniformNoise(tuple(range(100)), 2, 0)
    clean = torch.randint(0, size, (100, 2), generator=torch.Generator().manual_seed(1))
    path = torch.stack([noise.corrupted(kernel, clean, float(alpha)) for alpha in alphas])
    assert torch.equal(path[-1], clean)
    moves = path.diff(dim=0)
    if name == "uniform":
        assert int((moves != 0).sum(0).max()) == 1
    else:
        # Comonotone: far more often straight on than back, and never far in a short time.
        assert float((moves != 0).double().mean()) < 0.1


def test_impossible_states_are_never_drawn() -> None:
    """Next to alpha = 1 a state far away has a probability that no uniform reaches."""
    kernel = kernel_named("nearest", 32)
    noise = UniformNoise(tuple(range(500)), 4, 0)
    clean = torch.full((500, 4), 31)
    assert torch.equal(noise.corrupted(kernel, clean, 1 - 1e-12), clean)
    assert torch.equal(noise.corrupted(kernel, clean, 1.0), clean)
