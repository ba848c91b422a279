"""Mask, frame, ends and special tokens; prompts and chat templates."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from language_models import CLEAN, write_checkpoint, write_tokenizer
from loaded_models import LENGTH, load, refusal, states
from native_models import input_error, make_tokenizer, random_state
from prompted_models import remote
from transformers import PretrainedConfig

from mdm_opt.candidates import MaskedDecoding
from mdm_opt.errors import InputError
from mdm_opt.models.huggingface import HuggingFaceDenoiser
from mdm_opt.models.loading import load_huggingface
from mdm_opt.models.prompts import PromptedDenoiser
from mdm_opt.models.tokens import find_ends
from mdm_opt.processes import generate, instance_noise

# The mask.


def test_tokenizer_without_mask_is_refused(bert: Path) -> None:
    make_tokenizer(without="mask").save_pretrained(bert)
    message = input_error(lambda: load_huggingface(str(bert), length=LENGTH))
    assert "no mask token" in message


def test_mask_of_the_study_file(checkpoints: dict[str, Path]) -> None:
    assert load(checkpoints["llada"], "llada", mask_token="f").mask_token_id == 9
    by_number = load(checkpoints["llada"], "llada", mask_token_id=63)
    noise = instance_noise(range(32), LENGTH, seed=3)
    samples = generate(by_number, np.array([3, 3]), noise)
    # The tokenizer's mask is a mark of control, which no text has either.
    assert set(samples.tokens.flatten().tolist()) <= set(CLEAN)
    assert "mask_token: '<no>' is no token" in refusal(checkpoints["llada"], mask_token="<no>")
    message = refusal(checkpoints["llada"], mask_token_id=64)
    assert "mask_token_id: 64 is not accepted: the model's embeddings end at 63" in message
    assert "cannot read 6" in refusal(checkpoints["mdlm"], mask_token_id=11)


def test_mask_of_the_configuration(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "plain", "llada", mask_token_id=50)
    write_tokenizer(folder)
    assert load(folder, "llada").mask_token_id == 50


@pytest.mark.parametrize(("kind", "changes"), [("llada", {}), ("mdlm", {"vocab_size": 12})])
def test_missing_mask_is_refused(tmp_path: Path, kind: str, changes: dict[str, Any]) -> None:
    folder = write_checkpoint(tmp_path / kind, kind, **changes)
    write_tokenizer(folder)
    message = refusal(folder)
    assert "no mask token" in message
    assert "mask_token_id" in message


def test_tokens_that_were_added_as_special_are_never_generated(
    checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(checkpoints["llada"], tmp_path / "llada"))
    path = folder / "tokenizer.json"
    content = json.loads(path.read_text())
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    content["added_tokens"].append({"id": 9, "content": "f", "special": True, **flags})
    path.write_text(json.dumps(content))
    denoiser = load(folder, "llada")
    assert torch.isneginf(denoiser.log_probs(*states(8))[..., 9]).all()
    assert denoiser.fingerprint != load(checkpoints["llada"], "llada").fingerprint


# What stands around the generated tokens.


def test_prefix_and_suffix_come_from_the_tokenizer(checkpoints: dict[str, Path]) -> None:
    seen = _framed_ids(load_huggingface(str(checkpoints["bert"]), length=LENGTH))
    assert seen[:, 0].tolist() == [2] * len(seen)
    assert seen[:, -1].tolist() == [3] * len(seen)
    assert seen.shape[1] == LENGTH + 2


@pytest.mark.parametrize(
    ("prefix", "suffix", "before", "after"),
    [
        (["[SEP]", "a"], None, [3, 5], [3]),
        (None, ["b"], [2], [6]),
        ([], [], [], []),
        (["f"], [], [10], []),
    ],
)
def test_prefix_and_suffix_are_overridden_by_token_strings(
    checkpoints: dict[str, Path],
    prefix: list[str] | None,
    suffix: list[str] | None,
    before: list[int],
    after: list[int],
) -> None:
    denoiser = load_huggingface(
        str(checkpoints["bert"]), length=LENGTH, prefix=prefix, suffix=suffix
    )
    row = _framed_ids(denoiser)[0].tolist()
    assert row[: len(before)] == before
    assert row[len(before) + LENGTH :] == after


def _framed_ids(denoiser: HuggingFaceDenoiser) -> torch.Tensor:
    """What the model is given for a random state."""
    seen = []
    denoiser.model.get_input_embeddings().register_forward_hook(
        lambda _module, args, _out: seen.append(args[0])
    )
    denoiser.log_probs(*random_state(4, length=LENGTH))
    return seen[-1]


@pytest.mark.parametrize("key", ["prefix", "suffix"])
def test_unknown_frame_token_is_refused(checkpoints: dict[str, Path], key: str) -> None:
    message = input_error(
        lambda: load_huggingface(str(checkpoints["bert"]), length=LENGTH, **{key: ["[NOPE]"]})
    )
    assert f"{key}: '[NOPE]' is no token of this model" in message


# What ends a text.


def tokens_of(denoiser: HuggingFaceDenoiser) -> set[int]:
    noise = instance_noise(range(200), denoiser.length, seed=3)
    return set(
        generate(denoiser, np.array([2, 2]), noise, decoding=MaskedDecoding(temperature=5.0))
        .tokens.flatten()
        .tolist()
    )


def test_end_tokens_are_generated_and_cut_a_text(ending: Path) -> None:
    denoiser = remote(ending, "llada")
    assert denoiser.end_token_ids == (11, 12)
    assert isinstance(denoiser, PromptedDenoiser)
    assert tokens_of(denoiser) == {*CLEAN, 11, 12}
    a, b, c, *_ = CLEAN
    rows = [[a, b, 11, c], [a, 12, 11, b], [11, a, b, c], [a, b, c, a], [a, a, b, 12]]
    assert denoiser.decode(torch.tensor(rows)) == ["a b", "a", "", "a b c a", "a a b"]


def test_without_end_tokens_they_are_never_generated(ending: Path) -> None:
    denoiser = remote(ending, "llada", end_tokens=[])
    assert denoiser.end_token_ids == ()
    assert tokens_of(denoiser) == set(CLEAN)
    one = remote(ending, "llada", end_tokens=["<|eot_id|>", "<|eot_id|>"])
    assert one.end_token_ids == (12,)
    assert tokens_of(one) == {*CLEAN, 12}
    a, b, *_ = CLEAN
    assert one.decode(torch.tensor([[a, 12, b, b]])) == ["a"]
    prints = [d.fingerprint for d in (denoiser, one, remote(ending, "llada"))]
    assert len(set(prints)) == 3
    same_again = remote(ending, "llada", end_tokens=["<|eot_id|>", "<|endoftext|>"])
    assert same_again.fingerprint == prints[2]


def test_special_tokens_may_be_named_as_ends(ending: Path) -> None:
    denoiser = remote(ending, "llada", end_tokens=["<eos>", "a"])
    assert denoiser.end_token_ids == (2, 4)
    assert tokens_of(denoiser) == {2, *CLEAN}


@pytest.mark.parametrize(
    ("end_tokens", "message"),
    [
        (["<|end|>"], "[model] end_tokens: '<|end|>' is no token of this model"),
        (["<eos>", ""], "[model] end_tokens: '' is no token of this model"),
        (["<|mdm_mask|>"], "[model] end_tokens: the mask token ends no text"),
    ],
)
def test_impossible_end_tokens_are_refused(
    ending: Path, end_tokens: list[str], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        remote(ending, "llada", end_tokens=end_tokens)
    assert str(caught.value) == message


class Vocabulary:
    """A tokenizer that knows the end tokens of every family."""

    names = ("<|endoftext|>", "<|eot_id|>", "<|role_end|>", "<|im_end|>", "[MASK]")

    def get_vocab(self) -> dict[str, int]:
        return {name: 9 - index for index, name in enumerate(self.names)}


@pytest.mark.parametrize(
    ("model_type", "expected"),
    [
        ("llada", {"<|endoftext|>", "<|eot_id|>"}),
        ("lladamoe", {"<|endoftext|>", "<|role_end|>"}),
        ("Dream", {"<|endoftext|>", "<|im_end|>"}),
        ("mdlm", set()),
        ("bert", set()),
        ("unheard_of", set()),
    ],
)
def test_families_know_their_end_tokens(model_type: str, expected: set[str]) -> None:
    config = PretrainedConfig()
    config.model_type = model_type
    vocabulary = Vocabulary().get_vocab()
    found = find_ends(Vocabulary(), config, None, vocabulary["[MASK]"])
    assert found == tuple(sorted(vocabulary[name] for name in expected))
    assert find_ends(Vocabulary(), config, [], 0) == ()


# Prompts.


@pytest.fixture
def chatty(ending: Path) -> HuggingFaceDenoiser:
    denoiser = remote(ending, "llada", prefix=["<pad>"])
    denoiser.tokenizer.chat_template = (
        "{% for m in messages %}<bos>{% if m['content'] == 'f' %}"
        "{{ raise_exception('no\\nf') }}{% endif %}{{ m['content'] }}<eos>{% endfor %}"
        "{% if add_generation_prompt %}b{% endif %}"
    )
    return denoiser


def test_a_message_is_put_into_the_chat_template(chatty: HuggingFaceDenoiser) -> None:
    assert chatty.prompt_ids("ac", chat=True) == [0, 4, 6, 2, 5]
    # A template brings its own beginning; a plain text gets the prefix.
    assert chatty.prompt_ids("ac") == [1, 4, 6]


def test_a_template_that_refuses_is_one_line(chatty: HuggingFaceDenoiser) -> None:
    with pytest.raises(InputError) as caught:
        chatty.prompt_ids("f", chat=True)
    message = str(caught.value)
    assert message.startswith("[objective] chat: the chat template raised TemplateError: ")
    assert "\n" not in message


def test_a_missing_template_is_said(denoisers: dict[str, HuggingFaceDenoiser]) -> None:
    with pytest.raises(InputError) as caught:
        denoisers["llada"].prompt_ids("a", chat=True)
    assert str(caught.value) == ("[objective] chat: the model's tokenizer has no chat template")
