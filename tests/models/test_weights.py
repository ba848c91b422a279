"""Fingerprints of weights, vocabulary and frame."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import torch
from native_models import LENGTH, LETTERS, make_tokenizer
from safetensors.torch import load_file, save_file

from mdm_opt.models.loading import load_huggingface
from mdm_opt.models.weights import add_weights, fingerprint


def test_fingerprint_is_stable_wherever_the_checkpoint_lies(
    checkpoints: dict[str, Path], bert: Path
) -> None:
    loaded = [
        load_huggingface(str(folder), length=LENGTH)
        for folder in (checkpoints["bert"], checkpoints["bert"], bert)
    ]
    assert len({denoiser.fingerprint for denoiser in loaded}) == 1
    assert len(loaded[0].fingerprint) == 64


def test_fingerprint_follows_weights_vocabulary_and_frame(bert: Path) -> None:
    prints = [load_huggingface(str(bert), length=LENGTH).fingerprint]
    prints.append(load_huggingface(str(bert), length=LENGTH - 1).fingerprint)
    prints.append(load_huggingface(str(bert), length=LENGTH, suffix=[]).fingerprint)
    prints.append(load_huggingface(str(bert), length=LENGTH, prefix=["a"]).fingerprint)
    prints.append(load_huggingface(str(bert), length=LENGTH, dtype="bfloat16").fingerprint)
    make_tokenizer(letters=LETTERS[::-1]).save_pretrained(bert)
    prints.append(load_huggingface(str(bert), length=LENGTH).fingerprint)
    make_tokenizer().save_pretrained(bert)
    weights = load_file(bert / "model.safetensors")
    first = next(name for name in weights if name.endswith("LayerNorm.bias"))
    weights[first][0] = torch.nextafter(weights[first][0], torch.tensor(1.0))
    save_file(weights, bert / "model.safetensors", metadata={"format": "pt"})
    prints.append(load_huggingface(str(bert), length=LENGTH).fingerprint)
    assert len(set(prints)) == len(prints) == 7


def digest_of(state: dict[str, object]) -> str:
    digest = hashlib.sha256()
    add_weights(digest, state)
    return digest.hexdigest()


def test_the_hash_is_of_names_types_shapes_and_bytes_in_the_order_of_names() -> None:
    state = {
        "b": torch.tensor([[1.5, -2.0]]),
        "a": torch.tensor([3, 4], dtype=torch.int64),
        "extra": {"steps": 7},
    }
    by_hand = b"a torch.int64 (2,)" + np.array([3, 4], dtype="<i8").tobytes()
    by_hand += b"b torch.float32 (1, 2)" + np.array([1.5, -2.0], dtype="<f4").tobytes()
    by_hand += b"extra {'steps': 7}"
    assert digest_of(state) == hashlib.sha256(by_hand).hexdigest()
    assert digest_of(dict(reversed(state.items()))) == digest_of(state)


def test_the_hash_follows_all_that_a_tensor_is() -> None:
    plain = torch.arange(6, dtype=torch.float32)
    others: list[dict[str, object]] = [
        {"w": plain},
        {"v": plain},
        {"w": plain.reshape(2, 3)},
        {"w": plain.to(torch.bfloat16)},
        {"w": plain.to(torch.float64)},
        {"w": plain + 1},
        {"w": plain, "x": plain},
        {"w": torch.tensor(0.0)},
        {"w": torch.zeros(0)},
        {},
    ]
    assert len({digest_of(state) for state in others}) == len(others)
    # How a tensor lies in memory says nothing.
    turned = torch.arange(6.0).reshape(3, 2).T
    assert not turned.is_contiguous()
    assert digest_of({"w": turned}) == digest_of({"w": turned.contiguous()})


class Plain:
    """A model of one weight."""

    def __init__(self, **config: object) -> None:
        self.config = self
        self._config = config

    def to_dict(self) -> dict[str, object]:
        return dict(self._config)

    def state_dict(self) -> dict[str, torch.Tensor]:
        return {"w": torch.tensor([1.0])}


def test_where_a_model_lies_and_what_wrote_it_change_nothing() -> None:
    tokenizer = make_tokenizer()
    first = fingerprint(Plain(size=3), tokenizer)
    moved = Plain(size=3, _name_or_path="x", transformers_version="9", dtype="f", torch_dtype="g")
    assert fingerprint(moved, tokenizer) == first
    assert fingerprint(Plain(size=4), tokenizer) != first


def test_what_else_determines_the_answers_changes_it_where_there_is_something() -> None:
    model, tokenizer = Plain(), make_tokenizer()
    first = fingerprint(model, tokenizer)
    assert fingerprint(model, tokenizer, more={}) == fingerprint(model, tokenizer, more=None)
    found = {
        first,
        fingerprint(model, tokenizer, more={"logits_shift": 1}),
        fingerprint(model, tokenizer, before=[5]),
        fingerprint(model, tokenizer, after=[5]),
        fingerprint(model, tokenizer, length=5),
    }
    assert len(found) == 5
    assert fingerprint(model, tokenizer, before=(5,)) == fingerprint(model, tokenizer, before=[5])
