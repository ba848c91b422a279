"""Samplers of images and proteins; all record their calls."""

from __future__ import annotations

from typing import Any

import torch
from handoff.formats.standins import MASK, Reveals


def esm3(
    registry: dict[str, Any],
    lengths: list[int],
    *,
    schedule: str,
    strategy: str,
    num_steps: int,
    temperature: float,
    temperature_annealing: bool,
) -> list[list[int]]:
    """ESM3's iterative_sampling_tokens: what each call finds masked, for every protein."""
    assert schedule in ("cosine", "linear")
    assert strategy in ("random", "entropy")
    assert not temperature_annealing
    assert temperature >= 0
    found = []
    for total in lengths:
        model, x, steps = Reveals(), torch.full((1, total), MASK), min(num_steps, total)
        for step in range(steps):
            logits = model.logits(x)
            masked = x == MASK
            assert masked.any()
            share = registry[schedule](torch.tensor((step + 1) / steps))
            after = (share * torch.tensor(total) + 0.1).int()
            ranks = torch.where(masked, torch.rand(x.shape), -torch.inf)
            chosen = ranks[0].topk(int(masked.sum() - after)).indices
            x[0, chosen] = logits[0, chosen].argmax(-1)
        found.append([row for (row,) in model.counts(x)])
    return found
