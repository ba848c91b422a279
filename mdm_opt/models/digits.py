"""The bundled model of births: handwritten digits of 8 x 8 pixels with counts of 0 to 16."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn

from mdm_opt.errors import InputError
from mdm_opt.models.devices import DTYPES, pick_device
from mdm_opt.models.pictures import picture_levels, picture_text
from mdm_opt.models.weights import add_weights

BUNDLED_DIGITS = Path(__file__).parent / "bundled" / "digits8x8"
SIDE, MAX_COUNT = 8, 16
LENGTH = SIDE * SIDE
# Pixels of a picture along each side of a count.
_ZOOM = 8

WIDTH, BLOCKS = 384, 3
# Below the first alpha hardly anything has been born, above the last hardly anything is left.
LOGITS = (-8.0, 6.0)
_TIMES = 12


class DigitsNet(nn.Module):
    """A residual MLP that is told counts and alpha: what is still to come, over 1 - alpha."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(2 * LENGTH + _TIMES, WIDTH)
        self.blocks = nn.ModuleList(_Block() for _ in range(BLOCKS))
        self.norm = nn.LayerNorm(WIDTH)
        self.last = nn.Linear(WIDTH, LENGTH)

    def forward(self, counts: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
        """Expected rest over 1 - alpha.

        Args:
            counts: float32 ``(batch, 64)``.
            alpha: surviving share in [0, 1), float32 ``(batch, 1)``; half precision has no number
                between 0.9995 and 1.

        Returns:
            ``(batch, 64)``, above 0.
        """
        dtype = self.first.weight.dtype
        centres = torch.linspace(*LOGITS, _TIMES, device=alpha.device)
        far = (alpha.logit().clamp(*LOGITS) - centres) / (centres[1] - centres[0])
        time = torch.exp(-0.5 * far**2).to(dtype)
        # Single births early on and whole pictures later are of one size.
        scaled = (counts / (1 + MAX_COUNT * alpha)).to(dtype)
        hidden = self.first(torch.cat([(counts / MAX_COUNT).to(dtype), scaled, time], 1))
        for block in self.blocks:
            hidden = block(hidden, time)
        return nn.functional.softplus(self.last(self.norm(hidden)))


class _Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.inner, self.outer = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.time = nn.Linear(_TIMES, WIDTH)

    def forward(self, hidden: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        inner = self.inner(self.norm(hidden)) + self.time(time)
        change: torch.Tensor = self.outer(nn.functional.silu(inner))
        return hidden + change


class DigitsRates:
    """The bundled model of births, see `mdm_opt.models.base.RateModel`.

    A text is a picture (PNG, 64 x 64 pixels, black is 0 and white 16), or 64 numbers row by row,
    separated by spaces.

    Args:
        net: its weights; frozen from here on.
        device: where it runs.
    """

    length, max_count = LENGTH, MAX_COUNT

    def __init__(self, net: DigitsNet, device: torch.device) -> None:
        self.device = device
        self.net = net.to(device).eval().requires_grad_(False)
        digest = hashlib.sha256(b"digits8x8")
        add_weights(digest, self.net.state_dict())
        digest.update(json.dumps([WIDTH, BLOCKS, LOGITS, _TIMES]).encode())
        self.fingerprint = digest.hexdigest()

    @torch.inference_mode()
    def rates(self, counts: torch.Tensor, alpha: float) -> torch.Tensor:
        """See `RateModel.rates`; float32."""
        share = torch.full((len(counts), 1), alpha, device=self.device)
        rates: torch.Tensor = self.net(counts.to(self.device).float(), share).float()
        return rates

    def decode(self, tokens: torch.Tensor) -> list[str]:
        """A picture of each sequence, int64 ``(batch, 64)``, as ``data:image/png;base64,...``."""
        pictures = tokens.cpu().numpy().reshape(-1, SIDE, SIDE)
        return [picture_text(one, most=MAX_COUNT, zoom=_ZOOM) for one in pictures]

    def encode(self, texts: Sequence[str]) -> torch.Tensor:
        """Counts int64 ``(len(texts), 64)`` on the CPU.

        Args:
            texts: pictures as `decode` makes them, or 64 numbers each, separated by spaces.

        Raises:
            InputError: where one is neither.
        """
        rows = [_read(text) for text in texts]
        return torch.tensor(rows, dtype=torch.int64).reshape(len(texts), LENGTH)


def load_digits_rates(*, device: str = "auto", dtype: str = "auto") -> DigitsRates:
    """The model of births that ships with the package: digits, 64 counts of 0 to 16.

    Args:
        device: a torch device; ``auto`` is CUDA where there is one, else the CPU.
        dtype: ``float32``, ``bfloat16`` or ``float16``; ``auto`` is float32.

    Raises:
        InputError: for a device that this machine lacks, and for another dtype.
    """
    names = ["auto", *DTYPES]
    if dtype not in names:
        raise InputError(f"dtype: {dtype!r} is not accepted: must be one of {', '.join(names)}")
    net = DigitsNet()
    net.load_state_dict(load_file(BUNDLED_DIGITS / "model.safetensors"))
    return DigitsRates(net.to(DTYPES.get(dtype, torch.float32)), pick_device(device))


def _read(text: str) -> list[int]:
    if text.startswith("data:"):
        levels = picture_levels(text, (SIDE, SIDE), most=MAX_COUNT, zoom=_ZOOM)
        return np.ravel(levels).tolist()
    words = text.split()
    numbers = [
        int(word) for word in words if word.isascii() and word.isdecimal() and len(word) < 4
    ]
    if not len(words) == len(numbers) == LENGTH or max(numbers) > MAX_COUNT:
        raise InputError(
            f"{text[:60]!r} is neither a picture nor {LENGTH} numbers of 0 to {MAX_COUNT}"
        )
    return numbers
