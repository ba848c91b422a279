"""The sampling loop that LLaDA publishes, in our words, as something to compare with.

Logits at all positions in every step; tokens by Gumbel-max over the vocabulary in float64; the
positions of each row by a top-k of its own. The counts are given, the published ones are even.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import torch

# int64 (batch, n) to logits (batch, n, V).
Model = Callable[[torch.Tensor], torch.Tensor]
Remasking = Literal["low_confidence", "random"]


@torch.no_grad()
def reference(
    model: Model,
    prompts: torch.Tensor,
    counts: np.ndarray,
    mask_id: int,
    *,
    remasking: Remasking = "low_confidence",
    temperature: float = 0.0,
    blocks: int = 1,
    cfg_scale: float = 0.0,
    never_ids: Sequence[int] = (),
    end_ids: Sequence[int] = (),
    first_steps: int | None = None,
) -> torch.Tensor:
    """Answers, int64 ``(batch, length)``, tokens drawn from torch's global generator.

    Args:
        model: gives logits at every position.
        prompts: int64 ``(batch, width)``, all of one length.
        counts: int64 ``(batch, steps)``, tokens that each step reveals.
        mask_id: the mask.
        remasking: keeps the tokens of largest probability, or random ones.
        temperature: of the Gumbel noise; 0 takes the largest logit.
        blocks: parts of the answer that are finished one after the other, in as many steps each.
        cfg_scale: of classifier-free guidance.
        never_ids: tokens that are ruled out.
        end_ids: tokens whose confidence is the lowest; they are also taken out of what the
            confidence of all others is a share of, as the published code does at temperature 0.
        first_steps: after which it stops; None for all.
    """
    batch, width = prompts.shape
    length, steps = int(counts[0].sum()), counts.shape[1]
    answers = torch.full((batch, length), mask_id, device=prompts.device)
    x = torch.cat([prompts, answers], dim=1)
    given = x != mask_id
    for step in range(steps if first_steps is None else first_steps):
        block_end = width + (step // (steps // blocks) + 1) * (length // blocks)
        masked = x == mask_id
        logits = _logits(model, x, given, mask_id, cfg_scale)
        logits[:, :, list(never_ids)] = -torch.inf
        found = _with_noise(logits, temperature).argmax(dim=-1)
        if remasking == "random":
            confidence = torch.rand(found.shape, device=found.device)
        else:
            logits[:, :, list(end_ids)] = -torch.inf
            probabilities = logits.softmax(dim=-1)
            confidence = probabilities.gather(-1, found[:, :, None])[:, :, 0]
            if end_ids:
                # Above what is not to be chosen at all; the first of several ends comes first.
                lowest = -1.0 - torch.arange(x.shape[1], device=x.device) / x.shape[1]
                ends = torch.isin(found, torch.tensor(end_ids, device=x.device))
                confidence = torch.where(ends, lowest.to(confidence.dtype), confidence)
        confidence[:, block_end:] = -torch.inf
        found = torch.where(masked, found, x)
        confidence = torch.where(masked, confidence, -torch.inf)
        chosen = torch.zeros_like(masked)
        for row in range(batch):
            chosen[row, confidence[row].topk(int(counts[row, step])).indices] = True
        x[chosen] = found[chosen]
    return x[:, width:]


def _logits(
    model: Model, x: torch.Tensor, given: torch.Tensor, mask_id: int, cfg_scale: float
) -> torch.Tensor:
    if not cfg_scale:
        return model(x)
    blind = torch.where(given, mask_id, x)
    conditional, unconditional = model(torch.cat([x, blind])).chunk(2)
    return unconditional + (cfg_scale + 1) * (conditional - unconditional)


def _with_noise(logits: torch.Tensor, temperature: float) -> torch.Tensor:
    """The argmax of this is a draw at that temperature."""
    if temperature == 0:
        return logits
    logits = logits.double()
    noise = torch.rand_like(logits)
    return logits.exp() / (-noise.log()) ** temperature
