"""Tiny models of every kind for answers to prompts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from loaded_models import load
from native_models import MAKERS, tokenizer_of

from mdm_opt.models.huggingface import HuggingFaceDenoiser

LENGTH = 4
# Whether the model can be told of padding; the others read prompts of one length at a time.
PADS = {
    "bert": True,
    "roberta": False,
    "distilbert": True,
    "modernbert": True,
    "esm": True,
    "llada": True,
    "llada without mask": False,
    "dream": True,
    "mdlm": False,
}


def native(name: str) -> HuggingFaceDenoiser:
    """A random model between its cls and sep tokens."""
    torch.manual_seed(0)
    model = MAKERS[name](max_position_embeddings=24)
    return HuggingFaceDenoiser(model, tokenizer_of(name), length=LENGTH)


def remote(folder: Path, kind: str, **keys: Any) -> HuggingFaceDenoiser:
    """A model with code of its own."""
    return load(folder, kind, **{"length": LENGTH, **keys})


@contextmanager
def forwards(denoiser: HuggingFaceDenoiser) -> Iterator[list[tuple[int, ...]]]:
    """Shapes of what the model reads; some layer sees every call, whoever calls it."""
    read: list[tuple[int, ...]] = []
    embedding = next(
        part
        for part in denoiser.model.modules()
        if isinstance(part, torch.nn.Embedding) or type(part).__name__ == "EmbeddingLayer"
    )
    handle = embedding.register_forward_hook(lambda _, args, _out: read.append(args[0].shape))
    try:
        yield read
    finally:
        handle.remove()
