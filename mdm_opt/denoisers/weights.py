"""Hashing the weights of a model."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
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
