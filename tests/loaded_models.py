"""The stand-ins of `language_models`, loaded or refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from language_models import CLEAN, MASK

from mdm_opt.errors import InputError
from mdm_opt.models.huggingface import HuggingFaceDenoiser
from mdm_opt.models.loading import load_huggingface

LENGTH = 6
PREFIX = {"llada": None, "dream": ["<bos>"], "mdlm": None}


def load(folder: Path, kind: str, **keys: Any) -> HuggingFaceDenoiser:
    given = {"length": LENGTH, "device": "cpu", "prefix": PREFIX[kind], "trust_remote_code": True}
    return load_huggingface(str(folder), **{**given, **keys})


def refusal(folder: Path | str, **keys: Any) -> str:
    given = {"length": LENGTH, "device": "cpu", "trust_remote_code": True}
    with pytest.raises(InputError) as caught:
        load_huggingface(str(folder), **{**given, **keys})
    message = str(caught.value)
    assert message.startswith("[model]")
    assert "\n" not in message
    return message


def states(seed: int, batch: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens with four masked positions a row, and these positions."""
    rng = np.random.default_rng(seed)
    tokens = rng.choice(CLEAN, (batch, LENGTH))
    positions = np.stack([rng.permutation(LENGTH)[:4] for _ in range(batch)])
    np.put_along_axis(tokens, positions, MASK, axis=1)
    return torch.from_numpy(tokens), torch.from_numpy(positions)
