"""What steps cost on clean sequences, and the table of their costs."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from mdm_opt.errors import RunError
from mdm_opt.processes.uniform.costs import (
    bridge_divergence,
    cell_places,
    start_divergence,
)
from mdm_opt.processes.uniform.kernels import Kernel, kernel_named
from mdm_opt.processes.uniform.steps import reverse_law
from mdm_opt.schedules.step_costs import step_table


@pytest.fixture(params=[("uniform", 4), ("nearest", 5), ("gaussian(2,2)", 6)])
def kernel(request: pytest.FixtureRequest) -> Kernel:
    return kernel_named(*request.param)


def given(kernel: Kernel) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(2)
    shape = (3, 2, kernel.vocab_size)
    p = torch.rand(shape, generator=generator, dtype=torch.float64)
    states, clean = torch.randint(0, kernel.vocab_size, (2, 3, 2), generator=generator)
    return p / p.sum(-1, keepdim=True), states, clean


@pytest.mark.parametrize("before", [0.0, 0.3])
def test_a_step_costs_the_divergence_of_its_law_from_the_bridge(
    kernel: Kernel, before: float
) -> None:
    p, states, clean = given(kernel)
    found = bridge_divergence(kernel, p, states, clean, before, 0.6)
    exact = kernel.bridge(before, 0.6, states.numpy(), clean.numpy())
    ours = reverse_law(kernel, p, states, before, 0.6).numpy()
    expected = (exact * np.log(exact / ours)).sum(axis=(1, 2))
    np.testing.assert_allclose(found, expected, rtol=1e-11)
    assert (found > 0).all()


def test_the_step_to_the_end_costs_what_the_clean_tokens_do(kernel: Kernel) -> None:
    p, states, clean = given(kernel)
    found = bridge_divergence(kernel, p, states, clean, 0.3, 1.0)
    picked = p.gather(2, clean[..., None])[..., 0]
    np.testing.assert_allclose(found, -picked.log().sum(1).numpy(), rtol=1e-12)


def test_a_model_that_knows_the_clean_tokens_pays_nothing(kernel: Kernel) -> None:
    _, states, clean = given(kernel)
    p = torch.nn.functional.one_hot(clean, kernel.vocab_size).double()
    for after in (0.6, 1.0):
        found = bridge_divergence(kernel, p, states, clean, 0.3, after)
        np.testing.assert_allclose(found, 0, atol=1e-12)


def test_what_the_model_thinks_impossible_costs_everything() -> None:
    kernel = kernel_named("uniform", 3)
    clean = torch.tensor([[0, 2]])
    p = torch.tensor([[[1.0, 0.0, 0.0]] * 2], dtype=torch.float64)
    with pytest.raises(RunError, match=r"probability zero or NaN at alpha = 0.3; .* infinite"):
        bridge_divergence(kernel, p, clean, clean, 0.3, 1.0)
    # Before the end every token may still be replaced.
    assert math.isfinite(bridge_divergence(kernel, p, clean, clean, 0.3, 0.9)[0])


def test_the_start_costs_its_divergence_from_noise(kernel: Kernel) -> None:
    _, _, clean = given(kernel)
    found = start_divergence(kernel, clean, 0.05)
    law = kernel.transition(0.05)[clean.numpy()]
    expected = (law * np.log(law / kernel.stationary)).sum(axis=(1, 2))
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    np.testing.assert_allclose(start_divergence(kernel, clean, 0.0), 0, atol=1e-15)


@pytest.mark.parametrize("count", [2, 3, 7])
def test_every_step_has_a_cell_of_its_own(count: int) -> None:
    known = step_table("uniform", count).cells
    first, second = cell_places(known, count)
    pairs = [(i, j) for i in range(count) for j in range(i + 1, count + 1)]
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == pairs
    assert known.tolist() == [i * count + j for i, j in pairs]
    assert (np.diff(known) > 0).all()


@pytest.mark.parametrize("cell", [0, 5, 9, -1, 17])
def test_a_number_that_is_no_cell_is_refused(cell: int) -> None:
    """Of four intervals 5 is (1, 1), 9 is (2, 1), and 17 leads from the end."""
    with pytest.raises(ValueError, match=f"^{cell} is no cell of a table of 4 intervals"):
        cell_places(np.array([1, cell]), 4)
