"""What kernels do to tensors, against their matrices."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from mdm_opt.errors import InputError
from mdm_opt.processes.uniform.kernels import columns, drawn, kernel_named, kernel_of, mixed, rows

KERNELS = [("uniform", 5), ("nearest", 6), ("gaussian(2,2)", 7)]


@pytest.mark.parametrize(("name", "size"), KERNELS)
@pytest.mark.parametrize("alpha", [0.0, 0.35, 1.0])
def test_rows_columns_and_mixtures_are_those_of_the_transition(
    name: str, size: int, alpha: float
) -> None:
    kernel = kernel_named(name, size)
    matrix = kernel.transition(alpha)
    generator = torch.Generator().manual_seed(0)
    index = torch.randint(0, size, (4, 3), generator=generator)
    weights = torch.rand((4, 3, size), generator=generator, dtype=torch.float64)
    np.testing.assert_array_equal(rows(kernel, index, alpha).numpy(), matrix[index])
    np.testing.assert_array_equal(columns(kernel, index, alpha).numpy(), matrix.T[index])
    found = mixed(kernel, weights, alpha)
    np.testing.assert_allclose(found.numpy(), weights.numpy() @ matrix, rtol=1e-14)
    alone = torch.cat([mixed(kernel, one[None], alpha) for one in weights])
    assert torch.equal(found, alone)


def test_nothing_is_written_to_the_matrices_that_are_kept() -> None:
    kernel = kernel_named("nearest", 6)
    before = kernel.transition(0.4).copy()
    index = torch.zeros((1, 2), dtype=torch.int64)
    rows(kernel, index, 0.4).zero_()
    columns(kernel, index, 0.4).zero_()
    mixed(kernel, torch.ones((1, 2, 6), dtype=torch.float64), 0.4).zero_()
    np.testing.assert_array_equal(kernel.transition(0.4), before)


def test_a_large_vocabulary_needs_no_matrix() -> None:
    kernel = kernel_named("uniform", 50257)
    found = columns(kernel, torch.tensor([[3, 50256]]), 0.25)
    assert found.shape == (1, 2, 50257)
    assert float(found[0, 1, 50256]) == pytest.approx(0.25 + 0.75 / 50257)


def test_what_is_drawn_is_the_quantile() -> None:
    law = torch.tensor([0.0, 1.0, 0.0, 3.0, 0.0], dtype=torch.float64)
    uniforms = torch.tensor([0.0, 0.2499, 0.25, 0.9999, 1 - 2**-53], dtype=torch.float64)
    assert drawn(law.expand(5, -1), uniforms).tolist() == [1, 1, 3, 3, 3]


def test_a_kernel_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match="the model's kernel is not known: no kernel named 'x'"):
        kernel_of(SimpleNamespace(kernel="x", vocab_size=4))
    assert kernel_of(SimpleNamespace(kernel="nearest", vocab_size=4)).name == "nearest"
