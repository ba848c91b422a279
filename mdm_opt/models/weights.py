"""Hashing the weights of a model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import torch


def add_weights(digest: hashlib._Hash, state: Mapping[str, Any]) -> None:
    """Adds names, types, shapes and bytes of all tensors of a state dict, in the order of names.

    Args:
        digest: a hash object of hashlib.
        state: as ``module.state_dict()`` returns it; what is no tensor is added as Python shows
            it.
    """
    for name, value in sorted(state.items()):
        if not isinstance(value, torch.Tensor):
            digest.update(f"{name} {value!r}".encode())
            continue
        digest.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        flat = value.detach().cpu().contiguous().flatten()
        digest.update(flat.view(torch.uint8).numpy().tobytes())


def fingerprint(
    model: Any,
    tokenizer: Any,
    before: Sequence[int] = (),
    after: Sequence[int] = (),
    length: int = 0,
    more: dict[str, Any] | None = None,
) -> str:
    """Hash of the weights as loaded, the configuration, the vocabulary and the fixed tokens.

    Args:
        model: as loaded.
        tokenizer: its tokenizer.
        before: ids of the fixed tokens before the generated ones.
        after: ids of those after them.
        length: generated tokens.
        more: what else determines the answers; an empty table changes nothing.

    Returns:
        64 hexadecimal digits of SHA-256.
    """
    digest = hashlib.sha256()
    add_weights(digest, model.state_dict())
    config = model.config.to_dict()
    for volatile in ("_name_or_path", "transformers_version", "dtype", "torch_dtype"):
        config.pop(volatile, None)
    described = {
        "config": config,
        "vocabulary": sorted(tokenizer.get_vocab().items()),
        "special": sorted(tokenizer.all_special_ids),
        "frame": [list(before), list(after), length],
        **(more or {}),
    }
    digest.update(json.dumps(described, sort_keys=True, default=str).encode())
    return digest.hexdigest()
