"""Tokens and the order of their positions in PyTorch, for targets that rank by a probability.

Such a target draws a token for every position and reveals those of the largest probabilities. Put
in the place of its drawing, this function gives it the numbers by which mdm-opt ranked positions,
whatever the order and the temperature.
"""

from __future__ import annotations

_RANKS = {
    "random": "torch.rand(tokens.shape, device=logits.device, generator=generator)",
    "confidence": "law.amax(-1)",
    "margin": "law.topk(2, dim=-1).values.diff(dim=-1).neg().squeeze(-1)",
    "entropy": "torch.special.xlogy(law, law).sum(-1)",
}

_SOURCE = '''\
def ranked(logits, temperature, mask_id=None, generator=None):
    """Tokens (...) drawn of logits (..., V), and the numbers (...) that rank their positions.

    Positions of the largest numbers come first; the mask token is never drawn.
    """
    logits = logits.double()
    if mask_id is not None:
        mask = torch.tensor([mask_id], device=logits.device)
        logits = logits.index_fill(-1, mask, -torch.inf)
    law, tokens = logits.softmax(-1), logits.argmax(-1)
    if temperature > 0:
        # Exponential race: the least of E / p is a draw from p.
        race = torch.empty_like(law).exponential_(generator=generator).clamp_min_(1e-300)
        tokens = ((logits / temperature).softmax(-1) / race).argmax(-1)
    return tokens, {rank}
'''


def ranked_source(order: str) -> str:
    """The function ``ranked``.

    Args:
        order: one of `ORDERS`.
    """
    return _SOURCE.format(rank=_RANKS[order])
