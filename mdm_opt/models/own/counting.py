"""Counting a model's forward passes, and seeding whatever draws random numbers meanwhile."""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch


class CallCounter:
    """Counts the forward passes of a module while it is open.

    It stands in the place of the module's ``forward``, which samplers may call without going
    through the module and its hooks.

    Args:
        module: of which no other counter is open.

    Attributes:
        passes: forward passes so far.
        sequences: rows of what they returned, together; of a pass that returned none, one.
    """

    def __init__(self, module: torch.nn.Module) -> None:
        self._module = module
        self.passes = self.sequences = 0

    @contextmanager
    def counting(self) -> Iterator[CallCounter]:
        """Counts inside the ``with`` block; the module is as before after it."""
        had_own = "forward" in self._module.__dict__
        before = self._module.forward

        @functools.wraps(before)
        def forward(*arguments: Any, **options: Any) -> Any:
            answer = before(*arguments, **options)
            self.passes += 1
            self.sequences += _rows(answer)
            return answer

        self._module.forward = forward
        try:
            yield self
        finally:
            if had_own:
                self._module.forward = before
            else:
                del self._module.forward


def _rows(answer: Any) -> int:
    """Sequences that a forward pass answered for: rows of its logits, or of its first tensor."""
    parts = [getattr(answer, "logits", None), answer]
    if isinstance(answer, dict):
        parts += answer.values()
    elif isinstance(answer, tuple | list):
        parts += answer
    tensors = (one for one in parts if isinstance(one, torch.Tensor) and one.ndim)
    return next(map(len, tensors), 1)


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Seeds torch, NumPy and Python alike, and gives back their state afterwards.

    Args:
        seed: in 0..2^31 - 1.
        device: on which the model draws, beside the CPU.
    """
    python, numpy = random.getstate(), np.random.get_state()
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        random.seed(seed)
        np.random.seed(seed)
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)
