"""Tiny random checkpoints of several architectures as denoisers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from native_models import (
    BERT_FRAME,
    BERT_KINDS,
    CLEAN,
    LENGTH,
    MAKERS,
    SPECIAL,
    frame_ids,
    input_error,
    make_bert,
    make_tokenizer,
    random_state,
    reference,
)
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from mdm_opt.candidates import MaskedDecoding, beta
from mdm_opt.measurement import Problem, measure
from mdm_opt.models.base import Denoiser
from mdm_opt.models.huggingface import HuggingFaceDenoiser
from mdm_opt.models.loading import load_huggingface
from mdm_opt.objectives.path_kl import PathKl
from mdm_opt.processes import generate, instance_noise


@pytest.mark.parametrize("name", MAKERS)
def test_log_probs_equal_the_full_forward_pass(checkpoints: dict[str, Path], name: str) -> None:
    denoiser = load_huggingface(str(checkpoints[name]), length=LENGTH, device="cpu")
    assert isinstance(denoiser, Denoiser)
    tokens, positions = random_state(1)
    found = denoiser.log_probs(tokens, positions)
    assert found.shape == (5, 4, 11)
    assert found.dtype == torch.float32
    expected = reference(checkpoints[name], tokens, positions, frame_ids(name))
    # Logits below 100 in float32 through some ten operations: 100 * 2^-24 * 10 < 1e-4.
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)
    assert torch.isneginf(found[..., SPECIAL]).all()
    assert torch.isfinite(found[..., CLEAN]).all()
    torch.testing.assert_close(found.exp().sum(-1), torch.ones(5, 4), rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("temperature", [0.0, 1.0, 3.0])
def test_special_tokens_are_never_generated(
    checkpoints: dict[str, Path], name: str, temperature: float
) -> None:
    denoiser = load_huggingface(str(checkpoints[name]), length=LENGTH, device="cpu")
    noise = instance_noise(range(64), LENGTH, seed=3)
    samples = generate(
        denoiser, np.array([1, 3, 4]), noise, decoding=MaskedDecoding(temperature=temperature)
    )
    assert set(samples.tokens.flatten().tolist()) <= set(CLEAN)


def test_tokenizer_without_letters_is_refused(bert: Path) -> None:
    make_tokenizer(letters="").save_pretrained(bert)
    message = input_error(lambda: load_huggingface(str(bert), length=LENGTH))
    assert "no token that could be generated" in message


def test_decode_and_encode_are_inverse(checkpoints: dict[str, Path]) -> None:
    denoiser = load_huggingface(str(checkpoints["bert"]), length=LENGTH)
    texts = ["abcdefab", "ffffffff"]
    tokens = denoiser.encode(texts)
    assert tokens.dtype == torch.int64
    assert tokens[0].tolist() == [5, 6, 7, 8, 9, 10, 5, 6]
    assert denoiser.decode(tokens) == texts
    assert denoiser.encode([]).shape == (0, LENGTH)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("abcdefa", "has 7 tokens, not 8"),
        ("abcdefabc", "has 9 tokens, not 8"),
        ("", "has 0 tokens, not 8"),
        ("abcdefaz", "a token that the model never generates"),
        ("abcdefa ", "a token that the model never generates"),
    ],
)
def test_encode_refuses_what_the_model_cannot_write(
    checkpoints: dict[str, Path], text: str, reason: str
) -> None:
    denoiser = load_huggingface(str(checkpoints["bert"]), length=LENGTH)
    message = input_error(lambda: denoiser.encode(["abcdefab", text]))
    assert message.startswith(repr(text))
    assert reason in message


def test_words_of_several_characters_are_encoded_by_the_tokenizer(bert: Path) -> None:
    vocabulary = [*BERT_FRAME, "cat", "dog", "the", "a", "sees", "hears"]
    tokenizer = Tokenizer(
        models.WordLevel({name: i for i, name in enumerate(vocabulary)}, unk_token="[UNK]")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, **{f"{kind}_token": name for kind, name in BERT_KINDS.items()}
    )
    fast.save_pretrained(bert)
    denoiser = load_huggingface(str(bert), length=5)
    tokens = denoiser.encode(["the cat sees a dog"])
    assert tokens.tolist() == [[7, 5, 9, 8, 6]]
    assert denoiser.decode(tokens) == ["the cat sees a dog"]
    message = input_error(lambda: denoiser.encode(["the cat sees a bird"]))
    assert "never generates" in message


def test_model_in_training_mode_is_put_into_evaluation_mode() -> None:
    torch.manual_seed(0)
    denoiser = HuggingFaceDenoiser(make_bert().train(), make_tokenizer(), length=LENGTH)
    assert not any(module.training for module in denoiser.model.modules())
    state = random_state(8)
    assert torch.equal(denoiser.log_probs(*state), denoiser.log_probs(*state))


@pytest.mark.cases(2)
@pytest.mark.parametrize("name", ["bert", "distilbert", "esm", "modernbert"])
def test_results_do_not_depend_on_the_batch_size(checkpoints: dict[str, Path], name: str) -> None:
    denoiser = load_huggingface(str(checkpoints[name]), length=LENGTH, device="cpu")
    candidate = beta(0.7, 0.4, 3)

    def scores(batch_size: int, instances: int) -> np.ndarray:
        problem = Problem(denoiser, PathKl(), seed=2, batch_size=batch_size)
        return measure(problem, candidate, range(instances)).scores

    whole = scores(64, 64)
    assert np.ptp(whole) > 0.1
    np.testing.assert_allclose(scores(7, 64), whole, rtol=0, atol=1e-4)
    np.testing.assert_allclose(scores(1, 10), whole[:10], rtol=0, atol=1e-4)
