"""What a model is asked before it is trusted: numbers, both sides, no time, positions."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from language_models import KINDS, write_checkpoint
from loaded_models import PREFIX, refusal
from native_models import LENGTH, MAKERS, SIZES, input_error, make_bert, make_tokenizer
from safetensors.torch import load_file, save_file

from mdm_opt.candidates import beta
from mdm_opt.errors import InputError, MdmOptError
from mdm_opt.measurement import Problem, measure
from mdm_opt.models.forward import ForwardPass
from mdm_opt.models.huggingface import HuggingFaceDenoiser
from mdm_opt.models.loading import load_huggingface
from mdm_opt.models.model_checks import (
    check_finite,
    embedding_rows,
    first_logits,
    positions_of,
)
from mdm_opt.objectives.sample_score import SampleScore


def test_longest_sequence_of_the_model_works(checkpoints: dict[str, Path]) -> None:
    assert load_huggingface(str(checkpoints["bert"]), length=14).length == 14
    # RoBERTa counts positions from padding id + 1 = 2 on: 14 of 16 are usable.
    assert load_huggingface(str(checkpoints["roberta"]), length=12).length == 12


@pytest.mark.parametrize(
    ("name", "length"), [("bert", 15), ("bert", 400), ("roberta", 15), ("roberta", 13)]
)
def test_more_tokens_than_positions_are_refused(
    checkpoints: dict[str, Path], name: str, length: int
) -> None:
    message = input_error(lambda: load_huggingface(str(checkpoints[name]), length=length))
    assert f"length: {length} generated and 2 fixed tokens" in message
    assert "positions" in message


@pytest.mark.parametrize("kind", KINDS)
def test_more_tokens_than_the_model_was_made_for_are_refused(
    checkpoints: dict[str, Path], kind: str
) -> None:
    assert "the model's 64 positions" in refusal(checkpoints[kind], length=65, prefix=PREFIX[kind])


def test_model_that_answers_nan_is_an_error_and_never_a_sample(
    checkpoints: dict[str, Path], bert: Path
) -> None:
    """Damaged weights, or ESM's token dropout dividing 0 by 0 where everything is masked."""
    weights = load_file(bert / "model.safetensors")
    weights["bert.embeddings.LayerNorm.bias"][0] = torch.nan
    save_file(weights, bert / "model.safetensors", metadata={"format": "pt"})
    texts = SampleScore(
        lambda samples: [0.0 for _ in samples], name="x", unit="x", direction="minimize"
    )

    def sample(folder: Path) -> None:
        denoiser = load_huggingface(str(folder), length=LENGTH, prefix=[], suffix=[])
        measure(Problem(denoiser, texts, seed=0), beta(1, 1, 2), range(2))

    for folder in (bert, checkpoints["esm"]):
        with pytest.raises(MdmOptError):
            sample(folder)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_same_architecture_is_refused_where_it_reads_the_left_only(
    dtype: torch.dtype,
) -> None:
    for seed in range(8):
        torch.manual_seed(seed)
        both = make_bert().to(dtype)
        assert HuggingFaceDenoiser(both, make_tokenizer(), length=5, prefix=[], suffix=[])
        config = transformers.BertConfig(**SIZES, pad_token_id=0, is_decoder=True)
        left = transformers.BertLMHeadModel(config).to(dtype)
        message = input_error(partial(HuggingFaceDenoiser, left, make_tokenizer(), length=5))
        assert "BertLMHeadModel (type 'bert') does not read what comes after" in message


@pytest.mark.parametrize("keys", [{}, {"dtype": "bfloat16"}, {"prefix": ["<bos>"], "length": 2}])
def test_model_that_reads_the_left_only_is_refused_by_name(
    tmp_path: Path, keys: dict[str, Any]
) -> None:
    message = refusal(write_checkpoint(tmp_path / "causal", "llada", causal=True), **keys)
    assert "LLaDAModelLM (type 'llada') does not read what comes after" in message
    assert "accepted are masked LMs" in message


def test_model_that_depends_on_time_is_refused(tmp_path: Path) -> None:
    message = refusal(write_checkpoint(tmp_path / "timed", "mdlm", time_conditioning=True))
    assert "MDLM (type 'mdlm') depend on its timesteps" in message


@pytest.mark.parametrize("name", MAKERS)
def test_positions_and_embedding_of_an_architecture(name: str) -> None:
    model = MAKERS[name]()
    # RoBERTa never uses the positions up to its padding id, which is 1.
    assert positions_of(model) == (14 if name == "roberta" else 16)
    assert embedding_rows(model) == 11


def test_what_a_model_does_not_say_is_none() -> None:
    class Closed(transformers.PreTrainedModel):
        base_model_prefix = "model"

        def get_input_embeddings(self) -> Any:
            raise NotImplementedError

    closed = Closed(transformers.PretrainedConfig())
    assert positions_of(closed) is None
    assert embedding_rows(closed) is None


def test_what_the_model_raises_is_one_line() -> None:
    forward = ForwardPass(make_bert())
    # Its positions end at 16.
    message = input_error(lambda: first_logits(forward, torch.full((1, 17), 4), 15))
    assert message.startswith("[model] length: the model cannot read 15 generated tokens: ")
    assert first_logits(forward, torch.full((1, 16), 4), 14).shape == (1, 16, 11)


@pytest.mark.parametrize("bad", [torch.nan, torch.inf, -torch.inf])
def test_log_probabilities_that_are_no_numbers_are_refused(bad: float) -> None:
    values = torch.zeros(1, 3, 4)
    check_finite(values)
    values[0, 2, 3] = bad
    with pytest.raises(InputError, match="no finite numbers: damaged weights, or fixed tokens"):
        check_finite(values)
