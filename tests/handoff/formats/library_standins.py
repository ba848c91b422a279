"""Samplers of libraries that take steps one by one; each keeps its target's arithmetic."""

from __future__ import annotations

import torch
from handoff.formats.standins import MASK


class BionemoMdlm:
    """bionemo-moco's MDLM, which divides by one step less than it is told."""

    mask_index = MASK

    def step_confidence(
        self,
        logits: torch.Tensor,
        xt: torch.Tensor,
        curr_step: int,
        num_steps: int,
        logit_temperature: float = 1.0,
        randomness: float = 1.0,
        num_tokens_unmask: int = 1,
    ) -> torch.Tensor:
        """Reveals the tokens that are drawn most probably, with annealed noise."""
        if curr_step < 0 or num_steps < 1 or num_tokens_unmask < 1:
            raise ValueError("Invalid input values")
        law = (logits / logit_temperature).softmax(-1)
        drawn = torch.distributions.Categorical(probs=law).sample()
        noise = -(-torch.rand(xt.shape).log()).log()
        noise = noise * randomness * (1 - curr_step / (num_steps - 1))
        certainty = law.gather(-1, drawn[..., None])[..., 0].log() + noise
        chosen = certainty.masked_fill(xt != MASK, -torch.inf).topk(num_tokens_unmask).indices
        return xt.scatter(1, chosen, drawn.gather(1, chosen))
