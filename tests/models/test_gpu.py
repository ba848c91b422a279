"""The same results on a CUDA device, up to the model's own rounding."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mdm_opt.candidates import ORDERS, MaskedDecoding, beta
from mdm_opt.measurement import Problem, measure
from mdm_opt.models.packaged import load_bundled
from mdm_opt.objectives.path_kl import PathKl
from mdm_opt.processes import ancestral_counts, generate, instance_noise
from mdm_opt.schedules import BetaSchedule, reveal_grid

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine"),
]


@pytest.mark.parametrize("order", ORDERS)
def test_samples_agree_with_those_of_the_cpu(order: str) -> None:
    noise = instance_noise(range(64), 36, seed=0)
    counts = ancestral_counts(reveal_grid(BetaSchedule(0.4, 0.2), 12), noise)
    here = generate(
        load_bundled(device="cpu"), counts, noise, decoding=MaskedDecoding(order=order)
    )
    there = generate(
        load_bundled(device="cuda"), counts, noise, decoding=MaskedDecoding(order=order)
    )
    assert there.tokens.is_cuda
    np.testing.assert_array_equal(here.nfe, there.nfe)
    # A token flips only where a uniform falls within rounding of a boundary of its distribution.
    same = (here.tokens == there.tokens.cpu()).all(1).float().mean().item()
    assert same > 0.9


def test_path_kl_agrees_with_that_of_the_cpu() -> None:
    references = torch.from_numpy(
        np.tile([0, 1, 2, 3, 4, 5, 3, 4, 5, 0, 1, 2, 1, 2, 0, 4, 5, 3, 5, 3, 4, 2, 0, 1,
                 2, 0, 1, 5, 3, 4, 4, 5, 3, 1, 2, 0], (32, 1))
    )  # fmt: skip
    values = [
        measure(
            Problem(load_bundled(device=device), PathKl(lambda ids: references[: len(ids)]), 0),
            beta(0.5, 0.5, 9),
            range(32),
        ).scores
        for device in ("cpu", "cuda")
    ]
    np.testing.assert_allclose(values[0], values[1], atol=1e-3)
