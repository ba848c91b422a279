"""dllm's BD3LMSampler and DreamSampler, which take the scheduler of its MDLMSampler."""

from __future__ import annotations

from typing import Any

import torch
from handoff.formats.standins import MASK, Reveals, dllm_counts


def dllm_bd3lm(
    scheduler: Any,
    *,
    steps: int,
    max_new_tokens: int,
    block_size: int,
    stochastic_transfer: bool,
    batch: int,
    **_: Any,
) -> list[list[int]]:
    """Masked tokens that each call finds: blocks are appended, after a call without masks."""
    model, x = Reveals(), torch.zeros(batch, 2 * block_size, dtype=torch.int64)
    blocks = -(-max_new_tokens // block_size)
    for block in range(blocks):
        model.logits(x)
        width = min(block_size, max_new_tokens - block * block_size)
        new = torch.full((batch, width), MASK)
        transfer = dllm_counts(
            (new == MASK).sum(1), -(-steps // blocks), scheduler, stochastic_transfer
        )
        for counts in transfer.T:
            drawn = model.logits(new).argmax(-1)
            certainty = torch.where(new == MASK, torch.rand(new.shape), -torch.inf)
            for row in range(batch):
                chosen = certainty[row].topk(int(counts[row])).indices
                new[row, chosen] = drawn[row, chosen]
        x = torch.cat([x, new], dim=1)
    return model.masked


def dllm_dream(
    scheduler: Any,
    *,
    prompts: list[int],
    steps: int,
    max_new_tokens: int,
    temperature: float,
    stochastic_transfer: bool,
    alg: str = "origin",
    alg_temp: float = 0.0,
    top_k: int | None = 50,
    cfg_scale: float = 0.0,
) -> list[list[int]]:
    """What each call reveals; prompts of these lengths are padded on the left."""
    assert alg in ("maskgit_plus", "topk_margin", "entropy")
    assert (top_k, cfg_scale) == (None, 0.0)
    assert temperature >= 0
    model, width = Reveals(), max(prompts) + max_new_tokens
    x = torch.zeros(len(prompts), width, dtype=torch.int64)
    x[:, max(prompts) :] = MASK
    transfer = dllm_counts((x == MASK).sum(1), steps, scheduler, stochastic_transfer)
    for counts in transfer.T.tolist():
        logits = model.logits(x)
        certainty = torch.where(x == MASK, logits.softmax(-1).amax(-1), -torch.inf)
        for row, count in enumerate(counts):
            if count > 0 and alg_temp == 0:
                chosen = certainty[row].topk(count).indices
            elif count > 0:
                shares = (certainty[row] / alg_temp).softmax(-1)
                chosen = torch.multinomial(shares, num_samples=count)
            else:
                continue
            x[row, chosen] = logits[row, chosen].argmax(-1)
    return model.counts(x)
