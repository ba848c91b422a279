"""Samplers that are not ours, small enough to be searched in a test."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch

# Of `TOY`: the setting whose value is the largest that at most 4 calls allow.
BEST_BOUND, BEST_STEPS = 0.3, 4

# A network that is called `steps` times, and texts that say how good a setting is: the best one is
# known, and each answer is a little off by chance.
MODULE = """
import math
import os

import torch


class Net(torch.nn.Module):
    length = 6

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layer = torch.nn.Linear(4, 4)

    def forward(self, x):
        return self.layer(x)


def model():
    return Net()


def write(model, tokenizer, prompts, *, steps=6, bound=0.1, mode="plain", extra=0.5):
    if not 1 <= steps <= 64:
        raise ValueError(f"steps must be in 1..64, got {steps}")
    x = torch.randn(len(prompts), 4)
    for _ in range(steps):
        x = model(x)
    lost = abs(math.log(bound / 0.3)) + 1 / steps + (0 if mode == "plain" else 0.1 + extra)
    return [f"{-lost + 0.01 * noise:.6f}" for noise in torch.randn(len(prompts)).tolist()]


def too_few(model, tokenizer, prompts, *, bound=0.1):
    return write(model, tokenizer, prompts)[1:]


def no_call(model, tokenizer, prompts, *, bound=0.1):
    return ["0.0" for _ in prompts]


def unseeded(model, tokenizer, prompts, *, bound=0.1):
    write(model, tokenizer, prompts)
    return [str(int.from_bytes(os.urandom(4), "big")) for _ in prompts]
"""
# By itself: it is imported in a process of its own, which torch takes seconds to start in.
SCORE = """
def score(samples):
    return [float(text) for text in samples]
"""

TOY: dict[str, dict[str, Any]] = {
    "study": {"name": "toy"},
    "model": {"kind": "MODULE:model"},
    "sampler": {"kind": "MODULE:write", "arguments": {"steps": 6}},
    "space": {
        "steps": [4],
        "arguments": {
            "steps": {"low": 1, "high": 12, "log": True},
            "bound": {"low": 0.01, "high": 2.0, "log": True},
            "mode": ["plain", "odd"],
            "extra": {"low": 0.0, "high": 1.0, "when": {"mode": "odd"}},
        },
    },
    "objective": {"kind": "MODULE_score:score", "direction": "maximize", "instances": 8},
    "search": {"trials": 20},
    "verify": {"instances": 8, "top": 2},
}


def toy_study(folder: Path, module: str, **changes: Any) -> dict[str, Any]:
    """The content of the toy's study file, and its module beside it.

    Args:
        folder: of the study file.
        module: name of the module, one for each test.
        changes: values by key with two underscores for the dot, or whole tables.
    """
    (folder / f"{module}.py").write_text(MODULE)
    (folder / f"{module}_score.py").write_text(SCORE)
    content: dict[str, Any] = _named(TOY, module)
    for key, value in changes.items():
        table, _, inner = key.partition("__")
        content[table] = {**content[table], inner: value} if inner else value
    return content


def _named(value: Any, module: str) -> Any:
    if isinstance(value, dict):
        return {key: _named(item, module) for key, item in value.items()}
    return value.replace("MODULE", module) if isinstance(value, str) else value


# As a study file has it that is only read.
READ_ONLY = _named(TOY, "m")


def toy_value(steps: int, bound: float) -> float:
    """What the toy's score is in the mean, in its plain mode."""
    return -abs(math.log(bound / BEST_BOUND)) - 1 / steps


def tiny_diffusion_gemma(folder: Path) -> None:
    """A randomly initialised DiffusionGemma of transformers' own code.

    Its tokenizer knows letters. Canvases of 8 tokens out of 30, two layers of width 16.
    """
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import (
        DiffusionGemmaConfig,
        DiffusionGemmaForBlockDiffusion,
        DiffusionGemmaTextConfig,
        PreTrainedTokenizerFast,
    )

    torch.manual_seed(0)
    text = DiffusionGemmaTextConfig(
        vocab_size=30, hidden_size=16, intermediate_size=16, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=1, head_dim=8, global_head_dim=8,
        num_experts=2, top_k_experts=1, moe_intermediate_size=8, max_position_embeddings=128,
        sliding_window=16, layer_types=["sliding_attention", "full_attention"],
    )  # fmt: skip
    vision = {
        "model_type": "gemma4_vision", "hidden_size": 8, "intermediate_size": 8,
        "num_hidden_layers": 1, "num_attention_heads": 1, "num_key_value_heads": 1, "head_dim": 8,
    }  # fmt: skip
    config = DiffusionGemmaConfig(
        text_config=text,
        vision_config=vision,
        canvas_length=8,
        image_token_id=29,
        boi_token_id=27,
        eoi_token_id=28,
    )
    DiffusionGemmaForBlockDiffusion(config).save_pretrained(folder)
    special = ["<pad>", "<eos>", "<bos>", "<unk>"]
    vocabulary = {token: i for i, token in enumerate([*special, *"abcdefghijklmnopqrstuvwxyz"])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="<eos>",
        bos_token="<bos>",
        unk_token="<unk>",
    ).save_pretrained(folder)


GEMMA: dict[str, dict[str, Any]] = {
    "study": {"name": "gemma"},
    "model": {"kind": "huggingface", "path": "gemma", "length": 8, "prefix": ["<bos>"]},
    "sampler": {"kind": "own", "arguments": {"max_denoising_steps": 4}},
    "space": {
        "steps": [3],
        "arguments": {
            "max_denoising_steps": {"low": 1, "high": 6},
            "entropy_bound": {"low": 0.05, "high": 4.0, "log": True},
            "t_min": {"low": 0.1, "high": 0.4},
            "t_max": {"low": 0.5, "high": 2.0},
        },
    },
    "objective": {"kind": "MODULE:vowels", "direction": "maximize", "instances": 4},
    "search": {"trials": 4},
    "verify": {"instances": 4, "top": 1},
}
VOWELS = """
def vowels(samples):
    return [sum(letter in "aeiou" for letter in text) for text in samples]
"""
