"""Which position comes first, and which token a uniform number takes."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_opt.processes import instance_noise
from mdm_opt.processes.masked.order import (
    CERTAINTIES,
    block_by_block,
    confidence,
    entropy,
    inverse_cdf,
    margin,
)

ALMOST_ONE = float(np.nextafter(1, 0))
FEW = settings(max_examples=50, deadline=None)


@pytest.mark.parametrize("temperature", [1e-310, 1e-3, 0.5, 1.0, 100.0, 1e300])
@pytest.mark.parametrize("uniform", [0.0, 0.25, 0.5, ALMOST_ONE])
def test_impossible_tokens_are_never_drawn(uniform: float, temperature: float) -> None:
    """Zero probabilities in front, between and behind; 1/4 and 1/2 hit interval ends."""
    probabilities = torch.tensor(
        [
            [0, 0, 0.25, 0.75, 0, 0],
            [0.25, 0, 0, 0.25, 0, 0.5],
            [0.5, 0, 0.5, 0, 0, 0],
            [0, 0, 0, 1, 0, 0],
        ],
        dtype=torch.float64,
    )
    uniforms = torch.full((4,), uniform, dtype=torch.float64)
    tokens = inverse_cdf(probabilities.log(), uniforms, temperature)
    assert tokens.dtype == torch.int64
    assert (probabilities.gather(1, tokens[:, None]) > 0).all()


@FEW
@given(st.integers(0, 2**32), st.integers(1, 300), st.sampled_from([torch.float32, torch.float64]))
def test_impossible_tokens_are_never_drawn_from_any_law(
    seed: int, vocab_size: int, dtype: torch.dtype
) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.normal(scale=20, size=(6, vocab_size))
    logits[rng.random(logits.shape) < 0.5] = -np.inf
    logits[:, rng.integers(vocab_size)] = 0.0
    log_probs = torch.from_numpy(logits).log_softmax(-1).to(dtype)
    uniforms = torch.tensor([0.0, 5e-324, 0.5, *rng.random(2), ALMOST_ONE], dtype=torch.float64)
    for temperature in (0, 0.2, 1, 7):
        tokens = inverse_cdf(log_probs, uniforms, temperature)
        assert torch.isfinite(log_probs.gather(1, tokens[:, None])).all()


def test_inverse_cdf_takes_the_interval_of_the_uniform() -> None:
    log_probs = torch.tensor([0.25, 0.5, 0.25], dtype=torch.float64).log()
    below = math.nextafter(0.25, 0)
    uniforms = torch.tensor([0, below, 0.25, 0.5, 0.75, ALMOST_ONE], dtype=torch.float64)
    tokens = inverse_cdf(log_probs.expand(6, 3), uniforms, 1.0)
    assert tokens.tolist() == [0, 0, 1, 1, 2, 2]


def test_inverse_cdf_keeps_leading_shapes() -> None:
    log_probs = torch.zeros(2, 3, 4).log_softmax(-1)
    uniforms = torch.full((2, 3), 0.6, dtype=torch.float64)
    assert inverse_cdf(log_probs, uniforms, 1.0).tolist() == [[2, 2, 2], [2, 2, 2]]


@given(st.sampled_from([(6, 1), (6, 2), (6, 3), (6, 6), (12, 4)]), st.integers(0, 2**32))
def test_block_by_block_keeps_the_order_inside_a_block(shape: tuple[int, int], seed: int) -> None:
    length, block = shape
    permutation = instance_noise(range(5), length, seed=seed).permutation
    found = block_by_block(permutation, block)
    for before, after in zip(permutation, found, strict=True):
        expected = [[p for p in before if p // block == b] for b in range(length // block)]
        assert after.reshape(-1, block).tolist() == expected


# Rows: nothing is known, something is, all is; the last one has an impossible token.
TABLE = torch.tensor(
    [[0.25, 0.25, 0.25, 0.25], [0.5, 0.25, 0.125, 0.125], [1, 0, 0, 0], [0.75, 0, 0.25, 0]],
    dtype=torch.float64,
)


@pytest.mark.parametrize(
    ("certainty", "expected"),
    [
        # The logarithm of the largest probability.
        (confidence, [-math.log(4), -math.log(2), 0.0, math.log(0.75)]),
        (margin, [0.0, 0.25, 1.0, 0.5]),
        # ln 4; half of ln 2, a quarter of ln 4 and a quarter of ln 8 are 1.75 ln 2.
        (
            entropy,
            [
                -math.log(4),
                -1.75 * math.log(2),
                0.0,
                0.75 * math.log(0.75) + 0.25 * math.log(0.25),
            ],
        ),
    ],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_certainties_by_hand(
    certainty: Callable[[torch.Tensor], torch.Tensor], expected: list[float], dtype: torch.dtype
) -> None:
    found = certainty(TABLE.log().to(dtype))
    assert found.shape == (4,)
    rounding = 1e-6 if dtype == torch.float32 else 1e-15
    assert found.tolist() == pytest.approx(expected, abs=rounding)
    assert certainty(TABLE.log().reshape(2, 2, 4)).shape == (2, 2)


def test_the_only_token_there_is_is_certain() -> None:
    only = torch.zeros((3, 1))
    assert [found(only).tolist() for found in (confidence, margin, entropy)] == [
        [0.0] * 3,
        [1.0] * 3,
        [0.0] * 3,
    ]


def test_every_certainty_is_known_by_its_order() -> None:
    assert {"confidence": confidence, "margin": margin, "entropy": entropy} == CERTAINTIES


def test_temperature_changes_what_a_uniform_number_takes() -> None:
    """Squared and divided by their sum, 0.6 and 0.4 are 9/13 and 4/13."""
    log_probs = torch.tensor([[0.6, 0.4]] * 2, dtype=torch.float64).log()
    uniforms = torch.tensor([9 / 13 - 1e-9, 9 / 13 + 1e-9], dtype=torch.float64)
    before = log_probs.clone()
    assert inverse_cdf(log_probs, uniforms, 0.5).tolist() == [0, 1]
    assert inverse_cdf(log_probs, uniforms, 1.0).tolist() == [1, 1]
    assert inverse_cdf(log_probs, uniforms, 0.0).tolist() == [0, 0]
    assert torch.equal(log_probs, before)


def test_numbers_that_are_none_point_at_a_token_all_the_same() -> None:
    broken = torch.full((2, 3), torch.nan)
    found = inverse_cdf(broken, torch.tensor([0.0, 0.9], dtype=torch.float64), 1.0)
    assert set(found.tolist()) <= {0, 1, 2}


def test_blocks_by_hand() -> None:
    permutation = np.array([[4, 1, 5, 0, 3, 2], [0, 1, 2, 3, 4, 5]])
    assert block_by_block(permutation, 2).tolist() == [[1, 0, 3, 2, 4, 5], [0, 1, 2, 3, 4, 5]]
    assert block_by_block(permutation, 3).tolist()[0] == [1, 0, 2, 4, 5, 3]
    assert block_by_block(permutation, 1).tolist() == [[0, 1, 2, 3, 4, 5]] * 2
    assert block_by_block(permutation, 6).tolist() == permutation.tolist()
