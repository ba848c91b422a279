"""Loading a masked LM from a local folder: frozen, and in the precision that is asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from native_models import (
    LENGTH,
    frame_ids,
    random_state,
    reference,
)

from mdm_opt.models.loading import load_huggingface
from mdm_opt.processes import generate, instance_noise


def test_bfloat16_runs_the_model_in_bfloat16(checkpoints: dict[str, Path]) -> None:
    denoiser = load_huggingface(
        str(checkpoints["bert"]), length=LENGTH, dtype="bfloat16", device="cpu"
    )
    assert denoiser.model.dtype == torch.bfloat16
    tokens, positions = random_state(6)
    found = denoiser.log_probs(tokens, positions)
    assert found.dtype == torch.float32
    expected = reference(checkpoints["bert"], tokens, positions, frame_ids("bert"), torch.bfloat16)
    # The same sums in another order: a few units of the last of 8 bits of logits below 64.
    torch.testing.assert_close(found, expected, rtol=0, atol=4 * 64 * 2**-8)
    exact = reference(checkpoints["bert"], tokens, positions, frame_ids("bert"))
    assert not torch.equal(found, exact)


def test_loaded_model_is_frozen(checkpoints: dict[str, Path]) -> None:
    denoiser = load_huggingface(str(checkpoints["bert"]), length=LENGTH)
    assert not denoiser.model.training
    assert not any(parameter.requires_grad for parameter in denoiser.model.parameters())
    before = {name: tensor.clone() for name, tensor in denoiser.model.state_dict().items()}
    generate(denoiser, np.array([4, 4]), instance_noise(range(8), LENGTH, seed=0))
    after = denoiser.model.state_dict()
    assert all(torch.equal(tensor, after[name]) for name, tensor in before.items())
    assert not denoiser.log_probs(*random_state(7)).requires_grad
