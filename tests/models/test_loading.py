"""Loading a masked LM from a local folder: frozen, and in the precision that is asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from masked_lms import NAMES, POSITIONS, make_masked_lm
from native_models import (
    CLEAN,
    LENGTH,
    frame_ids,
    input_error,
    make_tokenizer,
    random_state,
    reference,
)

from mdm_opt.errors import InputError
from mdm_opt.models.loading import load_huggingface
from mdm_opt.models.prompts import Prompts
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


def answers(folder: Path, length: int, **keys: list[str]) -> bool:
    """Whether a checkpoint answers with and without prompts; else it is refused in one line."""
    try:
        denoiser = load_huggingface(str(folder), length=length, device="cpu", **keys)
        prompts = [denoiser.prompt_ids(text) for text in ("a", "abcab")]
    except InputError as error:
        message = str(error)
        assert message.startswith(("[model] ", "prompt of "))
        assert "\n" not in message
        return False
    masked = torch.full((2, length), denoiser.mask_token_id)
    everywhere = torch.arange(length).expand(2, -1)
    for given in (None, Prompts.of(prompts, denoiser.device)):
        found = denoiser.log_probs(masked, everywhere, given)
        assert found.shape == (2, length, 11)
        assert torch.isfinite(found[..., CLEAN]).all()
    # Beside a longer prompt a row reads what it reads alone.
    alone = denoiser.log_probs(
        masked[:1], everywhere[:1], Prompts.of(prompts[:1], denoiser.device)
    )
    torch.testing.assert_close(found[:1], alone, rtol=0, atol=1e-4)
    return True


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_masked_lm_answers_or_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    make_masked_lm(name).save_pretrained(tmp_path)
    make_tokenizer().save_pretrained(tmp_path)
    bare = {"prefix": [], "suffix": []}
    assert answers(tmp_path, 7)
    assert answers(tmp_path, 4)
    # Funnel pools its sequence and cannot read less than three tokens.
    assert answers(tmp_path, 1, **bare) is (name != "funnel")
    assert not answers(tmp_path, POSITIONS - 1)
    assert not answers(tmp_path, 40 * POSITIONS)


def test_a_reformer_is_given_no_more_than_its_chunks(tmp_path: Path) -> None:
    """Whatever its table of positions has room for, and whatever stands before the answers."""
    changes = {
        "lsh_attn_chunk_length": 6,
        "max_position_embeddings": 64,
        "axial_pos_shape": (5, 4),
    }
    make_masked_lm("reformer", **changes).save_pretrained(tmp_path)
    make_tokenizer().save_pretrained(tmp_path)
    message = input_error(lambda: load_huggingface(str(tmp_path), length=11))
    assert message == (
        "[model] length: 11 generated and 2 fixed tokens exceed the model's 12 positions"
    )
    assert load_huggingface(str(tmp_path), length=10).length == 10
    denoiser = load_huggingface(str(tmp_path), length=2, prefix=[], suffix=[])
    message = input_error(lambda: denoiser.prompt_ids("abcabcabcab"))
    assert "it exceeds the model's 12 positions" in message
    assert answers(tmp_path, 2, prefix=[], suffix=[])
